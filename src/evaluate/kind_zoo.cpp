// {"kind": "zoo", "settings": train::ZooSpec without paths, "packs": artefact, "start": artefact (optional),
// "threads"}: leaves network/.
#include "base/fields.h"
#include "evaluate/kinds.h"
#include "train/zoo_training.h"

namespace duet::evaluate {
namespace fs = std::filesystem;

Json run_zoo(const Json& spec, const fs::path& folder, const Progress& progress) {
  train::ZooSpec settings = train::zoo_spec_from_json(base::field(spec, "settings", "zoo"), "zoo: settings");
  settings.packs = artefact(spec, "packs");
  if (spec.contains("start")) settings.start = artefact(spec, "start");
  settings.threads = static_cast<int>(base::int_field(spec, "threads", 1, 1024, "zoo"));
  return train::train_zoo(settings, folder / "network", progress);
}

}  // namespace duet::evaluate
