#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace duet::device {

/// Counts of a design, or what a device has.
struct Resources {
  int64_t lut = 0, ff = 0, dsp = 0;
  double bram36 = 0;  ///< in units of 36 Kbit; a half block counts 0.5
};

enum class Family { xc7, ultrascale, ice40, ecp5 };

/// An FPGA on a board, from devices/<name>.toml.
struct Device {
  std::string name, title, part;
  Family family = Family::xc7;
  Resources resources;
  double memory_bytes_per_second = 0;  ///< external memory, reads and writes together
  double clock_mhz = 0;                ///< what a design is planned for
  double static_watts = 0;             ///< estimate of the board's idle power
  std::string synthesis;               ///< Yosys pass, e.g. "synth_xilinx -family xc7"
};

/// Reads one device file. Throws Error with file and key (and the nearest right key for a misspelt one).
Device read_device(const std::filesystem::path& path);
/// By file name under devices/ without ".toml", or a path. Throws Error with the nearest known name.
Device find_device(const std::string& name);
std::vector<std::string> device_names();
std::string to_string(Family family);

}  // namespace duet::device
