#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "device/device.h"

namespace duet::synth {

/// A design placed and routed on a board.
struct Placed {
  std::filesystem::path bitstream;
  double clock_mhz = 0;    ///< of the design on the board: its PLL's, at most reached_mhz
  double reached_mhz = 0;  ///< what nextpnr's timing analysis of the routed design allows
  int baud = 0;            ///< of the line, as the clock divides
  /// One call of nextpnr; the last one made the bitstream.
  struct Try {
    double asked_mhz = 0, reached_mhz = 0;  ///< reached 0: it did not end in time
    std::string placer;                     ///< nextpnr's: static or heap
    int seed = 0;
  };
  std::vector<Try> tries;
  int64_t lut = 0, ff = 0, dsp = 0, bram = 0;  ///< cells used, the board's own included; LUTs also where they only carry or
                                               ///< pass, and where a flip-flop alone takes one (iCE40, which counts no others)
  std::string tool;                            ///< "nextpnr-ecp5 -- Next Generation Place and Route (Version ...)"
};

Json to_json(const Placed& placed);

/// Name and version of the tool that would place and route for a device, "" where it is missing.
std::string placer_version(const device::Device& device);

/// Why no bitstream can be made for a device here: it has no board, a tool is missing (which one, and where it comes from). "":
/// it can.
std::string unplaceable_because(const device::Device& device);

/// Synthesises `sources` (an engine's files, top.sv, and the board's, packages first) under the board's own top module, places
/// and routes them for the highest clock of at most `clock_mhz` that the board's PLL makes, and packs the bitstream. Where the
/// routed design is slower than that, other placers and seeds are tried, and then, up to twice, a clock a little below what they
/// reached.
/// `folder` afterwards holds scripts, logs, report.json and <top>.bit (iCE40: .bin). Throws Error where unplaceable_because says
/// so, a tool fails, or the clock makes no baud rate within 2 % of the board's.
Placed place(const std::vector<std::filesystem::path>& sources, const device::Device& device, double clock_mhz,
             const std::filesystem::path& folder, const Progress& progress = {});

/// Dividers of a PLL, as the board's top module takes them.
struct Pll {
  int in = 1, feed = 1, out = 1;  ///< of iCE40 `out` is a power of two, and its logarithm is meant
  double mhz = 0;
};
/// ECP5's EHXPLLL: the highest clock of at most `mhz` (Lattice FPGA-DS-02012: phase detector, clock_in / in, at least 10 MHz;
/// oscillator, clock_in feed / in, 400 to 800 MHz; dividers 1 to 128). Throws Error where there is none.
Pll ecp5_pll(double in_mhz, double mhz);
/// iCE40's SB_PLL40: likewise (Lattice FPGA-DS-02008: phase detector, clock_in / in, 10 to 133 MHz; oscillator, clock_in feed /
/// in, 533 to 1066 MHz; in 1 to 16, feed 1 to 128, out 2 to 64).
Pll ice40_pll(double in_mhz, double mhz);

}  // namespace duet::synth
