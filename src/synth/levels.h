#pragma once
#include <istream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "device/device.h"

namespace duet::synth {

/// One cell on a path and the net it drives, named with the instances they stand in.
struct PathStep {
  int level = 0;     ///< levels of logic up to here
  std::string cell;  ///< "LUT6", "CARRY4 x 7", "FDRE", "port"; for the last step with the pin, "FDRE.D"
  std::string net;   ///< what the cell drives
};

/// The longest path between registers (or ports) of a mapped netlist. A LUT is one level, and so is a chain of carry cells from
/// where a path enters it to where it leaves it, and a read of a LUT memory or shift register from its address. Wide multiplexers
/// belong to the LUTs in front of them and count nothing. Block memories, and DSPs with their output register, are registers;
/// what lies inside them is not seen.
struct LongestPath {
  std::optional<int> levels;                        ///< none: `absent` says why
  std::string absent;                               ///< no table for the family, an unknown cell, or a combinational loop
  std::vector<PathStep> steps;                      ///< from the register it leaves to the one it ends in
  std::vector<std::pair<std::string, int>> places;  ///< instance ([*]: any index), longest path that ends there; longest first
};

/// Finds it in what Yosys' `write_json` wrote of a flattened design. Throws Error when that is not such a file.
LongestPath longest_path(std::istream& netlist, const std::string& top, device::Family family);

/// {"logic_levels", "longest_path", "levels_by_instance"}; where there is no figure the first is null and "logic_levels_absent"
/// says why.
Json to_json(const LongestPath& path);

}  // namespace duet::synth
