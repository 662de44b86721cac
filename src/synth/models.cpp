#include "synth/models.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"

namespace duet::synth {
namespace fs = std::filesystem;

CellModels cell_models(device::Family family) {
  CellModels models;
  const fs::path cells = base::home() / "rtl" / "vendor" / device::to_string(family) / "cells";
  if (fs::exists(cells))
    for (const auto& entry : fs::directory_iterator(cells)) models.own.push_back(entry.path());
  std::sort(models.own.begin(), models.own.end());
  const bool lattice = family == device::Family::ecp5 || family == device::Family::ice40;
  // Yosys finds its own files beside its program.
  const fs::path program = base::find_program("yosys");
  models.library =
      program.parent_path().parent_path() / "share" / "yosys" / (lattice ? device::to_string(family) : "xilinx") / "cells_sim.v";
  if (!fs::exists(models.library))
    throw Error("Yosys' simulation models are missing", models.library.string(), "install Debian's package yosys");
  return models;
}

}  // namespace duet::synth
