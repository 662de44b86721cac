#pragma once
// The three steps of the paper as functions from settings to the JSON files of a run; the verbs bundles, select and explore call
// them alone. docs/flow.md describes the files.

#include <functional>

#include "base/progress.h"
#include "evaluate/scheduler.h"
#include "flow/config.h"
#include "flow/plan.h"
#include "search/space.h"

namespace duet::flow {

/// How a step reaches the world: where results are kept and who is told what is going on.
struct World {
  evaluate::Store store;
  evaluate::RunOptions evaluations;                      ///< its progress is set by each step
  std::function<Progress(const std::string&)> progress;  ///< a display for a piece of work with this title
  std::function<void(const std::string&)> say;           ///< a line for a person
};

/// Runs evaluations under a title. Failures are outcomes, not exceptions.
std::vector<evaluate::Outcome> evaluate_all(const World& world, const std::string& title, const std::vector<Json>& specs);
/// One evaluation that the run cannot do without: throws Error when it did not succeed.
evaluate::Outcome evaluate_one(const World& world, const std::string& title, const Json& spec);

/// Where the run's pictures are, packed to the network's input.
struct Packs {
  Json artefact;  ///< {"evaluation", "path"}
  int train = 0, validation = 0, test = 0;
  std::string hash, title, split;  ///< of the data set
  std::filesystem::path root;
  std::vector<std::string> notes;
};
Packs prepare_data(const Config& config, const World& world);

/// Step 1: {"bundles": [{"name", "network", figures..., "load"}...], ...}: every Bundle's prototype, judged.
Json bundles_step(const Config& config, const Progress& progress);
/// The prototype of a Bundle: replicated, with doubling strides as far as the flow allows.
net::Network prototype(const net::Bundle& bundle, const Config& config);
/// Which of step 1's Bundles get their prototypes trained: those that fit, named ones first, then the nearest to the target.
/// Throws Error when none fits.
std::vector<size_t> candidates(const Json& bundles, const Config& config);

/// Step 2: trains the candidates' prototypes, the worse half of each QoS group only for a part of the epochs, and selects:
/// {"epochs", "bundles": [step 1's entry with "trained", "epochs", "iou", "group", "selected", "pareto", "note"...], "selected":
/// [names, the best prototype's first]}.
Json select_step(const Json& bundles, const Config& config, const Plan& plan, const Packs& packs, const World& world);

/// Trains networks drawn from the Bundles' spaces near the target, then fine-tunes them at each pair of widths where there are
/// several: {"epochs", "scouts": [{"index" of the network, "network", "weight_bits", "feature_bits", "iou", "predicted" from the
/// other networks, "note"}...], "error" of those predictions (root of the mean square), "rank_correlation" with what was found};
/// the last two null where fewer than three networks were trained.
Json scout_step(const std::vector<std::string>& bundles, const Config& config, const Plan& plan, const Packs& packs,
                const World& world);

class Qor;
/// Step 3: {"met", "proposals": [...], "finalists": [indices]} for Bundles by name, which share the proposals. With a predictor,
/// widths are a coordinate of the search and proposals are worth what it says; without (null), the widths are the first that
/// meet the targets, and work and parameters stand in for accuracy.
Json explore_step(const std::vector<std::string>& bundles, const Config& config, int proposals, const Qor* qor,
                  const Progress& progress);
search::Space space_of(const net::Bundle& bundle, const Config& config);
/// The part of `count` that the `which`-th of `among` gets: all get the same, or one more.
int share_of(int count, size_t which, size_t among);

}  // namespace duet::flow
