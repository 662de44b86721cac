#pragma once
// Verilator's arguments for the simulation models of a family's cells. Link the room `synth`.
#include <string>
#include <vector>

#include "emit/emit.h"
#include "synth/models.h"

namespace duet::test {

/// `vendor`: a folder of rtl/vendor. Our own models come first; the generic folder needs none.
inline std::vector<std::string> cells(const std::string& vendor) {
  if (vendor == emit::kGeneric) return {};
  const synth::CellModels models = synth::cell_models(*device::family_of(vendor));
  std::vector<std::string> all;
  for (const auto& file : models.own) all.push_back(file.string());
  if (vendor == "ice40") all.push_back("-DNO_ICE40_DEFAULT_ASSIGNMENTS");  // Verilator reads none of ports
  all.insert(all.end(), {"-v", models.library.string(), "+incdir+" + models.library.parent_path().string()});
  return all;
}

}  // namespace duet::test
