#include "synth/arcs.h"

namespace duet::synth {
namespace {

// Xilinx UG953 (7 series) and UG974 (UltraScale): libraries guides.
std::map<std::string, Role> roles() {
  std::map<std::string, Role> all;
  auto add = [&](Role role, const std::vector<std::string>& types) {
    for (const auto& type : types) all[type] = role;
  };
  add(Role::constant, {"VCC", "GND"});
  add(Role::storage, {"FDRE", "FDSE", "FDCE", "FDPE", "FDRE_1", "FDSE_1", "FDCE_1", "FDPE_1", "LDCE", "LDPE"});
  add(Role::storage, {"RAMB18E1", "RAMB36E1", "RAMB18E2", "RAMB36E2"});
  add(Role::lut, {"LUT1", "LUT2", "LUT3", "LUT4", "LUT5", "LUT6", "LUT6_2", "INV"});
  add(Role::wide, {"MUXF7", "MUXF8", "MUXF9", "BUFG", "IBUF", "OBUF"});
  add(Role::carry, {"CARRY4", "CARRY8"});
  add(Role::memory, {"RAM32X1S", "RAM64X1S", "RAM128X1S", "RAM256X1S", "RAM512X1S", "RAM16X1D", "RAM32X1D", "RAM64X1D",
                     "RAM128X1D", "RAM256X1D", "RAM32M", "RAM64M", "RAM32M16", "RAM64M8"});
  add(Role::shift, {"SRL16E", "SRLC16E", "SRLC32E"});
  add(Role::dsp, {"DSP48E1", "DSP48E2"});
  // Lattice ECP5; duet's multipliers and memories use the registers inside.
  add(Role::constant, {"VLO", "VHI"});
  add(Role::storage, {"TRELLIS_FF", "DP16KD", "PDPW16KD", "MULT18X18D"});
  add(Role::wide, {"PFUMX", "L6MUX21"});
  add(Role::carry, {"CCU2C"});
  add(Role::memory, {"TRELLIS_DPR16X4"});
  return all;
}

void from_all(const Cell& cell, const std::vector<int>& to, Step step, const Arc& arc) {
  for (const auto& [pin, from] : cell.inputs)
    for (int source : from)
      for (int target : to) arc(source, target, step);
}

// Bit i of O and CO hears the carry input, the bits of DI and S below it, and its own S (CO: and DI).
void carry_arcs(const Cell& cell, const Arc& arc) {
  for (const auto& [pin, outputs] : cell.outputs)
    for (size_t i = 0; i < outputs.size(); ++i)
      for (const auto& [input, nets] : cell.inputs) {
        const bool data = input == "DI" || input == "S";
        const size_t end = !data ? nets.size() : (input == "DI" && pin == "O") ? i : i + 1;
        for (size_t j = 0; j < std::min(end, nets.size()); ++j)
          arc(nets[j], outputs[i], input == "CI" ? Step::cascade : Step::one);
      }
}

// Two bits: S0 hears the carry input and the inputs of the first bit, S1 and COUT those of the second too.
void two_bit_carry_arcs(const Cell& cell, const Arc& arc) {
  for (const auto& [pin, outputs] : cell.outputs)
    for (int target : outputs)
      for (const auto& [input, nets] : cell.inputs)
        for (int source : nets)
          if (input == "CIN" || pin != "S0" || input.back() == '0')
            arc(source, target, input == "CIN" ? Step::cascade : Step::one);
}

bool starts_with(const std::string& text, const std::string& start) { return text.rfind(start, 0) == 0; }

// The read address of an output: of DPO DPRA, of DOB ADDRB, of O and SPO A, of an ECP5's DO RAD. Data and the write go to the
// clock.
bool addresses(const std::string& pin, const std::string& output) {
  if (output == "DO") return pin == "RAD";
  if (output == "DPO") return starts_with(pin, "DPRA");
  if (starts_with(output, "DO")) return pin == "ADDR" + output.substr(2);
  return starts_with(pin, "A") && !starts_with(pin, "ADDR");
}

void memory_arcs(const Cell& cell, const Arc& arc) {
  for (const auto& [output, to] : cell.outputs) {
    if (output == "Q31" || output == "Q15") continue;  // a shift register's last stage
    for (const auto& [pin, from] : cell.inputs)
      for (int source : from)
        for (int target : to)
          if (addresses(pin, output)) arc(source, target, Step::one);
  }
}

}  // namespace

Role role(const std::string& type) {
  static const std::map<std::string, Role> kRoles = roles();
  const auto found = kRoles.find(type);
  return found == kRoles.end() ? Role::unknown : found->second;
}

bool stores(const Cell& cell) {
  const Role r = role(cell.type);
  return r == Role::storage || r == Role::memory || r == Role::shift || r == Role::dsp;
}

void for_each_arc(const Cell& cell, const Arc& arc) {
  const Arc between_nets = [&](int from, int to, Step step) {
    if (from >= 0 && to >= 0) arc(from, to, step);
  };
  const Role r = role(cell.type);
  if (cell.type == "CCU2C") return two_bit_carry_arcs(cell, between_nets);
  if (r == Role::carry) return carry_arcs(cell, between_nets);
  if (r == Role::memory || r == Role::shift) return memory_arcs(cell, between_nets);
  // A DSP without its output register is one level, whichever of the others it uses.
  const bool through = r == Role::lut || r == Role::wide || (r == Role::dsp && !cell.output_register);
  if (!through) return;
  for (const auto& [pin, to] : cell.outputs) from_all(cell, to, r == Role::wide ? Step::none : Step::one, between_nets);
}

}  // namespace duet::synth
