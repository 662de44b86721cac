#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace duet::device {

/// Counts of a design, or what a device has.
struct Resources {
  int64_t lut = 0, ff = 0, dsp = 0;
  double bram36 = 0;  ///< in units of 36 Kbit; a half block counts 0.5, an iCE40 EBR 1/9
};

enum class Family { xc7, ultrascale, ice40, ecp5 };

/// A board for which duet makes bitstreams: pins and clock in rtl/board/<top>, a serial line to the host, and memory made of the
/// FPGA's own blocks (docs/boards.md).
struct Board {
  std::string top;           ///< its module and folder
  double clock_in_mhz = 0;   ///< of its oscillator
  int64_t memory_bytes = 0;  ///< a power of two
  int baud = 0;              ///< bits a second of the serial line
  std::string place;         ///< nextpnr's options for the part
};

/// An FPGA on a board, from devices/<name>.toml (docs/add-a-device.md).
struct Device {
  std::string name, title, part;
  Family family = Family::xc7;
  Resources resources;
  int64_t single_port_kbit = 0;        ///< further on-chip memory with one port only (iCE40 SPRAM)
  double memory_bytes_per_second = 0;  ///< behind an engine, reads and writes together; with `board` at the device's clock
  int memory_latency = 60;             ///< cycles, see program::Memory
  double clock_mhz = 0;                ///< what a design is planned for
  double static_watts = 0;             ///< estimate of the board's idle power
  std::string synthesis;               ///< Yosys pass, e.g. "synth_xilinx -family xc7 -nodsp"
  std::optional<Board> board;
};

/// Bytes that the memory behind an engine carries in a cycle of this clock, reads and writes together.
double memory_bytes_per_cycle(const Device& device, double clock_mhz);

/// Reads one device file. Throws Error with file and key (and the nearest right key for a misspelt one).
Device read_device(const std::filesystem::path& path);
/// By file name under devices/ without ".toml", or a path (has a '/' or ends in ".toml"). Throws Error with the nearest known
/// name.
Device find_device(const std::string& name);
/// Names of all files under devices/, sorted.
std::vector<std::string> device_names();

std::string to_string(Family family);
/// The family of a name ("xc7"), if there is one.
std::optional<Family> family_of(const std::string& name);
/// "xc7, ultrascale, ...".
std::string family_names();
/// What the family calls its multiplier block: "DSP48E1", "DSP48E2", "SB_MAC16", "MULT18X18D".
std::string dsp_name(Family family);
/// What a design may take of a device: all its DSPs and block memories, but 85 % of its LUTs and FFs, since place and route
/// needs room.
Resources usable(const Resources& device);
/// True when no count of `design` is more than what is usable of the device.
bool fits(const Resources& design, const Resources& device);

}  // namespace duet::device
