#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace duet::synth {

/// What a path through a cell costs in levels of logic.
enum class Step {
  none,    ///< a wide multiplexer or a buffer
  one,     ///< a LUT, the read of a LUT memory, the entry into a carry chain
  cascade  ///< the carry input: nothing where it comes from another carry cell
};

/// A mapped cell: its pins with the numbers of their nets, negative for a constant.
struct Cell {
  std::string type;
  std::map<std::string, std::vector<int>> inputs, outputs;
  bool output_register = false;  ///< of a DSP: its PREG is 1
};

enum class Role { unknown, constant, storage, lut, wide, carry, memory, shift, dsp };
/// Of a cell type of Xilinx' 7 series or UltraScale, or of Lattice's ECP5.
Role role(const std::string& type);

/// Whether paths end in the cell's inputs.
bool stores(const Cell& cell);

using Arc = std::function<void(int from, int to, Step step)>;
/// Calls `arc` for every way from an input of the cell to an output that no register cuts.
void for_each_arc(const Cell& cell, const Arc& arc);

}  // namespace duet::synth
