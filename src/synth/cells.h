#pragma once
#include <optional>
#include <string>

#include "device/device.h"

namespace duet::synth {

/// What one cell of a mapped netlist takes.
struct CellCost {
  device::Resources resources;
  int64_t lutram = 0, srl = 0, single_port_blocks = 0;
};

/// nullopt for a cell type that is not known. Carry chains, wide multiplexers and buffers are known and cost nothing of their
/// own.
std::optional<CellCost> cell_cost(const std::string& type, device::Family family);

}  // namespace duet::synth
