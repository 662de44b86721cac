#include <fmt/core.h>

#include "base/error.h"
#include "data/dataset.h"
#include "flow/specs.h"
#include "flow/steps.h"

namespace duet::flow {

std::vector<evaluate::Outcome> evaluate_all(const World& world, const std::string& title, const std::vector<Json>& specs) {
  evaluate::RunOptions options = world.evaluations;
  options.progress = world.progress ? world.progress(title) : Progress{};
  return evaluate::run_all(specs, world.store, options);
}

evaluate::Outcome evaluate_one(const World& world, const std::string& title, const Json& spec) {
  auto outcome = evaluate_all(world, title, {spec}).at(0);
  if (outcome.done()) return outcome;
  const bool again = outcome.status == evaluate::Status::crashed || outcome.status == evaluate::Status::timed_out;
  const std::string hint = again ? "run the same command again, it goes on where it was"
                                 : "once that is mended, run the same command again with --retry";
  throw Error(to_string(outcome.status) + ": " + outcome.message, title, hint);
}

Packs prepare_data(const Config& config, const World& world) {
  Packs packs;
  packs.root = config.data.root;
  packs.title = config.data.root.filename().string();
  if (config.data.composed) {
    packs.root = evaluate_one(world, "composing the default data set", dataset_spec(config.data)).folder / "data";
    packs.title = fmt::format("default data set, {} training pictures, seed {}", config.data.pictures, config.data.seed);
  }
  data::ReadOptions options = config.data.read;
  if (world.progress) options.progress = world.progress("reading the data set");
  const auto set = data::read_dataset(packs.root, options);
  for (const auto& [part, items] : {std::pair{"training", &set.train}, {"validation", &set.validation}, {"test", &set.test}})
    if (items->empty())
      throw Error(fmt::format("the data set has no {} pictures", part), packs.root.string(),
                  "add labelled pictures, or choose another split");
  packs.hash = set.hash;
  packs.split = set.split;
  packs.notes = set.notes;
  packs.train = static_cast<int>(set.train.size());
  packs.validation = static_cast<int>(set.validation.size());
  packs.test = static_cast<int>(set.test.size());
  const auto packed = evaluate_one(world, "bringing the pictures to the network's size", pack_spec(packs.root, set.hash, config));
  packs.artefact = artefact(packed, "");
  return packs;
}

}  // namespace duet::flow
