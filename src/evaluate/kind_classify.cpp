// {"kind": "classify", "settings": train::ClassifySpec without paths, "packs": artefact, "start": artefact (optional),
// "threads"}: leaves network/.
#include "base/fields.h"
#include "evaluate/kinds.h"
#include "train/classify.h"

namespace duet::evaluate {
namespace fs = std::filesystem;

Json run_classify(const Json& spec, const fs::path& folder, const Progress& progress) {
  train::ClassifySpec settings = train::classify_spec_from_json(base::field(spec, "settings", "classify"), "classify: settings");
  settings.packs = artefact(spec, "packs");
  if (spec.contains("start")) settings.start = artefact(spec, "start");
  settings.threads = static_cast<int>(base::int_field(spec, "threads", 1, 1024, "classify"));
  return train::classify(settings, folder / "network", progress);
}

}  // namespace duet::evaluate
