#include "base/error.h"
#include "evaluate/kind.h"
#include "evaluate/kinds.h"
#include "evaluate/sources.h"

namespace duet::evaluate {

// One line each, in its own file.

const Kinds& kinds() {
  static const Kinds all{
      {"dataset", run_dataset}, {"pack", run_pack},         {"train", run_train},         {"quantize", run_quantize},
      {"score", run_score},     {"simulate", run_simulate}, {"synth", run_synth},         {"trial", run_trial},
      {"verify", run_verify},   {"board", run_board},       {"bitstream", run_bitstream}, {"classes", run_classes},
      {"zoo", run_zoo}};
  return all;
}

std::string source_hash(const std::string& kind) {
  for (const auto& [name, hash] : kKindSources)
    if (kind == name) return hash;
  DUET_CHECK(false, "no sources are named for kind " + kind);
  return "";
}

}  // namespace duet::evaluate
