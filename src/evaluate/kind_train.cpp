// {"kind": "train", "settings": train::TrainSpec without paths, "packs": artefact, "threads"}: leaves network/.
#include "base/fields.h"
#include "evaluate/kinds.h"
#include "train/train.h"

namespace duet::evaluate {
namespace fs = std::filesystem;

fs::path artefact(const Json& spec, const std::string& member) {
  const fs::path path = base::text_field(base::field(spec, member, "evaluate"), "path", "evaluate: " + member);
  if (!fs::exists(path))
    throw PassingError("an earlier step's result is gone", path.string(), "run the flow again, it will be made anew");
  return path;
}

Json run_train(const Json& spec, const fs::path& folder, const Progress& progress) {
  train::TrainSpec settings = train::train_spec_from_json(base::field(spec, "settings", "train"), "train: settings");
  const fs::path packs = artefact(spec, "packs");
  settings.train_pack = packs / "train.pack";
  settings.validation_pack = packs / "validation.pack";
  if (spec.contains("start")) settings.start = artefact(spec, "start");
  settings.threads = static_cast<int>(base::int_field(spec, "threads", 1, 1024, "train"));
  fs::create_directories(folder / "network");
  return train::train(settings, folder / "network", progress);
}

}  // namespace duet::evaluate
