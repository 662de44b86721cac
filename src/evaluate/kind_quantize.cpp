// {"kind": "quantize", "settings": train::QuantizeSpec without paths, "network": artefact, "packs": artefact, "threads"}: leaves
// network/.
#include "base/fields.h"
#include "evaluate/kinds.h"
#include "train/train.h"

namespace duet::evaluate {
namespace fs = std::filesystem;

Json run_quantize(const Json& spec, const fs::path& folder, const Progress& progress) {
  train::QuantizeSpec settings = train::quantize_spec_from_json(base::field(spec, "settings", "quantize"), "quantize: settings");
  const fs::path packs = artefact(spec, "packs");
  settings.network = artefact(spec, "network");
  settings.train_pack = packs / "train.pack";
  settings.validation_pack = packs / "validation.pack";
  settings.threads = static_cast<int>(base::int_field(spec, "threads", 1, 1024, "quantize"));
  fs::create_directories(folder / "network");
  return train::quantize(settings, folder / "network", progress);
}

}  // namespace duet::evaluate
