#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "device/device.h"
#include "synth/levels.h"

namespace duet::synth {

/// Oldest Yosys that the RTL is written for.
inline constexpr std::pair kOldestYosys{0, 23};

struct Request {
  std::string top;                             ///< name of the top module
  std::vector<std::filesystem::path> sources;  ///< SystemVerilog files, packages first
  std::map<std::string, int64_t> parameters;   ///< overrides of the top's parameters
  /// false: every module is mapped once and a design's counts are exactly the sum over its instances (an upper bound: flattened
  /// it is about a fifth smaller, and mapping takes much longer).
  bool flatten = false;
  bool netlist = false;  ///< also write netlist.v, for simulation of the mapped gates
  std::chrono::seconds timeout{1800};
};

/// What one module holds, and how often it occurs in the design.
struct ModuleCount {
  std::string module;
  int64_t instances = 0;
  device::Resources own;  ///< of one instance, without its submodules
};

struct Counts {
  device::Resources resources;             ///< LUTs include those used as memory and as shift registers
  int64_t lutram = 0, srl = 0;             ///< LUTs used so, included in resources.lut
  int64_t single_port_blocks = 0;          ///< iCE40 SPRAM
  std::map<std::string, int64_t> cells;    ///< every cell type of the mapped design
  std::vector<std::string> unknown_cells;  ///< types that count as nothing known (empty for duet's RTL)
  std::vector<ModuleCount> modules;        ///< largest share of LUTs first
  std::string tool;                        ///< "Yosys 0.23 (git sha1 ...)"
  LongestPath path;                        ///< of exactly the cells that are counted
};

/// Maps the design onto the device's family with Yosys in `folder`, which afterwards holds synth.ys, yosys.log, stat.json and
/// netlist.json. Throws Error: Yosys missing, too old, out of time, or the design has an undriven or undeclared signal or does
/// not synthesise.
Counts synthesize(const Request& request, const device::Device& device, const std::filesystem::path& folder,
                  const Progress& progress = {});

/// The "modules" part of what `stat -json` wrote. Yosys 0.23 mixes its plain table into the JSON behind it where a hierarchy is
/// deeper than two levels, so nothing else of the text is read.
Json parse_stat(const std::string& text);

/// Counts from the JSON that parse_stat read.
Counts read_counts(const Json& stat, const std::string& top, device::Family family);

/// "Yosys 0.23 (git sha1 ...)". Throws Error when it is missing or older than kOldestYosys.
std::string yosys_version();

Json to_json(const Counts& counts);

}  // namespace duet::synth
