#include "flow/calibrate.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/error.h"
#include "flow/judge.h"
#include "flow/specs.h"

namespace duet::flow {
namespace fs = std::filesystem;

namespace {

constexpr int kCalibrationProposals = 60;  // of a Bundle, until there is a network about as large as the finalists will be
constexpr double kTuningCost = 1.5;        // an epoch of fine-tuning, in epochs of training
constexpr double kMacsPerSecondCore =
    4e9;  // forward MACs of the pictures trained in a second on one core: a rough figure for --dry-run

int cores(const World& world) {
  return world.evaluations.cores > 0 ? world.evaluations.cores
                                     : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

double macs_of(const Json& entry) { return entry.at("macs").get<double>(); }

// A network as large as the targets allow, as the finalists will be: the largest, since any Bundle may be the one selected.
net::Network likely_finalist(const Config& config, const Json& bundles) {
  std::vector<std::string> names;
  for (size_t i : candidates(bundles, config)) names.push_back(bundles.at("bundles")[i].at("name"));
  const Json explored = explore_step(names, config, kCalibrationProposals * static_cast<int>(names.size()), nullptr, {});
  const Json* largest = nullptr;
  for (const Json& index : explored.at("finalists")) {
    const Json& proposal = explored.at("proposals")[index.get<size_t>()];
    if (!largest || macs_of(proposal) > macs_of(*largest)) largest = &proposal;
  }
  return net::network_from_json(largest->at("network"), "calibration");
}

// Epochs and pictures an epoch that cost about `pictures` in all: whole epochs where there is time for `wanted` (or at least 3),
// otherwise shorter ones.
std::pair<int, int64_t> spread(double pictures, int training_pictures, int wanted) {
  const int whole = static_cast<int>(pictures / training_pictures);
  if (whole >= std::min(wanted, 3)) return {std::min(whole, wanted), 0};
  const int epochs = std::min(wanted, 3);
  return {epochs, std::max<int64_t>(64, static_cast<int64_t>(pictures / epochs))};
}

// What fine-tuning a scout at every pair of widths costs, in epochs of training.
double tuning_cost(const Config& config) {
  return config.widths.size() > 1 ? kTuningCost * static_cast<double>(config.widths.size()) : 0;
}

// As many scouts, trained as long, as cost about so many `epochs` in all.
void plan_scouts(Plan& plan, const Config& config, double epochs) {
  const double tuning = tuning_cost(config);
  plan.scouts = std::min(config.search.scouts, static_cast<int>(epochs / (kFewestScoutEpochs + tuning)));
  if (plan.scouts < std::min(kFewestScouts, config.search.scouts)) plan.scouts = 0;
  if (plan.scouts) plan.scout_epochs = std::max(kFewestScoutEpochs, static_cast<int>(epochs / plan.scouts - tuning));
}

}  // namespace

Plan fixed_plan(const Config& config, int cores) {
  Plan plan;
  plan.proposals = config.search.proposals;
  plan.threads = std::min(cores, 4);
  plan.prototype_epochs = config.search.prototype_epochs;
  plan.scouts = config.search.scouts;
  plan.scout_epochs = config.search.prototype_epochs;
  plan.prototype_samples = plan.samples = config.train.samples_per_epoch;
  plan.epochs = config.train.epochs.value_or(1);
  plan.final_epochs = config.train.final_epochs.value_or(0);
  plan.quantize_epochs = config.train.quantize_epochs.value_or(2);
  plan.basis = "the TOML's numbers";
  return plan;
}

double training_rate(const net::Network& network, const Packs& packs, const Config& config, int threads, int at_once,
                     const World& world, const fs::path& scratch) {
  fs::remove_all(scratch);
  World aside = world;
  aside.store = evaluate::Store(scratch);
  double rate = 0;
  // Pictures doubled until the measurement is long enough to mean something.
  for (int64_t pictures = 4 * config.train.batch;; pictures *= 4) {
    std::vector<Json> specs;
    for (int i = 0; i < at_once; ++i) {
      specs.push_back(train_spec(network, packs, config, 1, pictures, threads));
      specs.back()["settings"]["seed"] = config.seed + static_cast<uint64_t>(i);
    }
    rate = 0;
    double shortest = 1e300;
    for (const auto& outcome : evaluate_all(aside, "measuring the training speed", specs)) {
      if (!outcome.done()) throw Error(to_string(outcome.status) + ": " + outcome.message, "calibration", "");
      rate += outcome.result.at("samples_per_second").get<double>();
      shortest = std::min(shortest, static_cast<double>(pictures) / outcome.result.at("samples_per_second").get<double>());
    }
    if (shortest > 4 || pictures >= packs.train) break;
  }
  fs::remove_all(scratch);
  return rate;
}

Plan make_plan(const Config& config, const Json& bundles, const Packs& packs, const World& world, double elapsed,
               const fs::path& scratch) {
  Plan plan = fixed_plan(config, cores(world));
  if (!config.minutes) return plan;

  const net::Network finalist = likely_finalist(config, bundles);
  const double rate = training_rate(finalist, packs, config, plan.threads, 1, world, scratch);
  const double macs = static_cast<double>(verdict(finalist, config).figures.at("macs").get<int64_t>());
  const double training = std::max(30.0, (*config.minutes * 60 - elapsed - kVerifySeconds) * kSafety);
  const int finalists = config.search.finalists;

  // Prototypes cost by their MACs; all together they may take their share.
  double relative = 0;
  for (size_t i : candidates(bundles, config)) relative += macs_of(bundles.at("bundles")[i]) / macs;
  std::tie(plan.prototype_epochs, plan.prototype_samples) =
      spread(training * kPrototypeShare * rate / std::max(relative, 1e-9), packs.train, config.search.prototype_epochs);
  const auto pictures = [&](double share) { return training * share * rate; };
  plan_scouts(plan, config, pictures(kScoutShare) / packs.train);
  if (!config.train.epochs) std::tie(plan.epochs, plan.samples) = spread(pictures(kFinalistShare) / finalists, packs.train, 1000);
  const double epoch = static_cast<double>(plan.samples ? plan.samples : packs.train);
  const auto epochs = [&](double share, int most) { return std::clamp(static_cast<int>(pictures(share) / epoch), 1, most); };
  if (!config.train.final_epochs) plan.final_epochs = epochs(kFinalShare + (plan.scouts ? 0 : kScoutShare), 1000);
  if (!config.train.quantize_epochs) plan.quantize_epochs = epochs(kQuantizeShare, 20);
  plan.seconds = *config.minutes * 60;
  plan.basis = fmt::format("{:.0f} minutes; a network of {:.0f} MMAC trained {:.1f} pictures/s with {} threads", *config.minutes,
                           macs / 1e6, rate, plan.threads);
  return plan;
}

double rough_seconds(const Config& config, const Json& bundles, int training_pictures) {
  if (config.minutes) return *config.minutes * 60;
  const Plan plan = fixed_plan(config, 1);
  const double macs = static_cast<double>(verdict(likely_finalist(config, bundles), config).figures.at("macs").get<int64_t>());
  const auto pictures = [&](int64_t samples) { return static_cast<double>(samples ? samples : training_pictures); };
  double work =
      macs * pictures(plan.samples) * (config.search.finalists * plan.epochs + plan.final_epochs + plan.quantize_epochs);
  work += macs * pictures(plan.prototype_samples) * plan.scouts * (plan.scout_epochs + tuning_cost(config));
  for (size_t i : candidates(bundles, config))
    work += macs_of(bundles.at("bundles")[i]) * plan.prototype_epochs * pictures(plan.prototype_samples);
  return kVerifySeconds + work / kMacsPerSecondCore / std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace duet::flow
