// {"kind": "score", "network": artefact, "packs": artefact, "part", "runner": "float" | "simulated" | "golden", "threads"}: every
// picture's box and IoU, and their mean.
#include "base/fields.h"
#include "evaluate/kinds.h"
#include "train/train.h"

namespace duet::evaluate {

Json run_score(const Json& spec, const std::filesystem::path& folder, const Progress& progress) {
  (void)folder;  // quick enough to begin anew
  const std::string name = base::text_field(spec, "runner", "score");
  const auto runner = name == "float"       ? train::Runner::floating
                      : name == "simulated" ? train::Runner::simulated
                      : name == "golden"
                          ? train::Runner::golden
                          : throw Error("no runner is called '" + name + "'", "score", "use float, simulated or golden");
  const auto pack = artefact(spec, "packs") / (base::text_field(spec, "part", "score") + ".pack");
  const auto threads = static_cast<int>(base::int_field(spec, "threads", 1, 1024, "score"));
  return train::to_json(train::score(artefact(spec, "network"), pack, runner, threads, progress));
}

}  // namespace duet::evaluate
