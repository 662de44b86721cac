#include "synth/cells.h"

#include <map>
#include <vector>

namespace duet::synth {
namespace {

CellCost lut(int64_t n) { return {{n, 0, 0, 0}}; }
CellCost flip_flop() { return {{0, 1, 0, 0}}; }
CellCost dsp() { return {{0, 0, 1, 0}}; }
CellCost block(double bram36) { return {{0, 0, 0, bram36}}; }
CellCost memory_lut(int64_t n) { return {{n, 0, 0, 0}, n}; }
CellCost shift_lut() { return {{1, 0, 0, 0}, 0, 1}; }

using Table = std::map<std::string, CellCost>;

void add(Table& table, const CellCost& cost, const std::vector<std::string>& types) {
  for (const auto& type : types) table[type] = cost;
}

// Xilinx UG953 (7 series) and UG974 (UltraScale): libraries guides.
Table xilinx() {
  Table t;
  add(t, lut(1), {"LUT1", "LUT2", "LUT3", "LUT4", "LUT5", "LUT6", "LUT6_2", "INV"});
  add(t, flip_flop(), {"FDRE", "FDSE", "FDCE", "FDPE", "FDRE_1", "FDSE_1", "FDCE_1", "FDPE_1", "LDCE", "LDPE"});
  add(t, dsp(), {"DSP48E1", "DSP48E2"});
  add(t, block(1), {"RAMB36E1", "RAMB36E2"});
  add(t, block(0.5), {"RAMB18E1", "RAMB18E2"});
  add(t, shift_lut(), {"SRL16E", "SRLC16E", "SRLC32E"});
  add(t, memory_lut(1), {"RAM32X1S", "RAM64X1S"});
  add(t, memory_lut(2), {"RAM16X1D", "RAM32X1D", "RAM64X1D", "RAM128X1S"});
  add(t, memory_lut(4), {"RAM32M", "RAM64M", "RAM128X1D", "RAM256X1S"});
  add(t, memory_lut(8), {"RAM32M16", "RAM64M8", "RAM256X1D", "RAM512X1S"});
  add(t, {}, {"CARRY4", "CARRY8", "MUXF7", "MUXF8", "MUXF9", "MUXCY", "XORCY", "VCC", "GND", "BUFG", "IBUF", "OBUF"});
  return t;
}

// Lattice iCE40 technology library. A logic cell holds LUT, carry and flip-flop.
Table ice40() {
  Table t;
  add(t, lut(1), {"SB_LUT4"});
  add(t, dsp(), {"SB_MAC16"});
  add(t, block(4.0 / 36), {"SB_RAM40_4K", "SB_RAM40_4KNR", "SB_RAM40_4KNW", "SB_RAM40_4KNRNW"});
  add(t, {{}, 0, 0, 1}, {"SB_SPRAM256KA"});
  add(t, {}, {"SB_CARRY", "SB_GB", "SB_IO"});
  return t;
}

// Lattice ECP5 technology library. A CCU2C is two LUTs with their carry; a DPR16X4 takes four LUTs as memory and two for its
// write port.
Table ecp5() {
  Table t;
  add(t, lut(1), {"LUT4"});
  add(t, lut(2), {"CCU2C"});
  add(t, memory_lut(6), {"TRELLIS_DPR16X4"});
  add(t, flip_flop(), {"TRELLIS_FF"});
  add(t, dsp(), {"MULT18X18D"});
  add(t, block(0.5), {"DP16KD", "PDPW16KD"});
  add(t, {}, {"PFUMX", "L6MUX21", "ALU54B", "VLO", "VHI", "DCCA"});
  return t;
}

const Table& table(device::Family family) {
  static const Table kXilinx = xilinx(), kIce40 = ice40(), kEcp5 = ecp5();
  if (family == device::Family::ice40) return kIce40;
  return family == device::Family::ecp5 ? kEcp5 : kXilinx;
}

}  // namespace

std::optional<CellCost> cell_cost(const std::string& type, device::Family family) {
  // SB_DFF has twenty variants of reset and enable.
  if (family == device::Family::ice40 && type.rfind("SB_DFF", 0) == 0) return flip_flop();
  const auto found = table(family).find(type);
  if (found == table(family).end()) return std::nullopt;
  return found->second;
}

}  // namespace duet::synth
