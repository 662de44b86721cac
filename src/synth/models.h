#pragma once
#include <filesystem>
#include <vector>

#include "device/device.h"

namespace duet::synth {

/// Simulation models of a family's cells.
struct CellModels {
  std::vector<std::filesystem::path> own;  ///< rtl/vendor/<family>/cells: what Yosys has no model of, or none that Verilator runs
  std::filesystem::path library;           ///< Yosys' cells_sim.v, for all others
};
/// Throws Error where Yosys is not installed, or its library is not where it should be.
CellModels cell_models(device::Family family);

}  // namespace duet::synth
