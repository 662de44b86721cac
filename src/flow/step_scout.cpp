#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "flow/judge.h"
#include "flow/qor.h"
#include "flow/specs.h"
#include "flow/steps.h"
#include "search/select.h"

namespace duet::flow {
namespace {

constexpr int kDrawn = 100;       // of a Bundle, to choose scouts from
constexpr int kFineTuned = 1;     // epochs at each pair of widths
constexpr uint64_t kSeed = 7919;  // other draws than exploration's

// Of the networks drawn, the half that is nearest to the target's time, and of those some that differ much.
std::vector<net::Network> draw_scouts(const std::string& bundle, int count, const Config& config, uint64_t seed) {
  const auto space = space_of(net::parse_bundle(bundle), config);
  const auto strategy = search::make_strategy("random", space, config.search.tolerance, Rng(seed));
  const auto judge = [&](const net::Network& network, int) { return verdict(network, config); };
  auto drawn = search::explore(*strategy, space, judge, kDrawn, {});
  std::erase_if(drawn, [](const search::Proposal& p) { return !p.verdict.possible; });
  const auto distance = [](const search::Proposal& p) { return std::abs(std::log(p.verdict.load)); };
  std::stable_sort(drawn.begin(), drawn.end(),
                   [&](const search::Proposal& a, const search::Proposal& b) { return distance(a) < distance(b); });
  drawn.resize(std::max(std::min(drawn.size(), static_cast<size_t>(count)), drawn.size() / 2));
  std::vector<std::vector<double>> features;
  for (const auto& p : drawn) features.push_back(qor_features(p.network, config.widths.front(), {}));
  std::vector<net::Network> scouts;
  for (size_t i : search::spread_out(features, count)) scouts.push_back(drawn[i].network);
  return scouts;
}

Json entry(int index, const net::Network& network, Widths widths, const evaluate::Outcome& outcome) {
  const std::string note =
      outcome.done() ? outcome.result.value("stopped", "") : to_string(outcome.status) + ": " + outcome.message;
  return {{"index", index},
          {"network", net::to_json(network)},
          {"weight_bits", widths.weight_bits},
          {"feature_bits", widths.feature_bits},
          {"iou", note.empty() ? outcome.result.at("iou_validation") : Json()},
          {"note", note}};
}

}  // namespace

Json scout_step(const std::vector<std::string>& bundles, const Config& config, const Plan& plan, const Packs& packs,
                const World& world) {
  std::vector<net::Network> networks;
  for (size_t b = 0; b < bundles.size(); ++b)
    for (auto& network : draw_scouts(bundles[b], share_of(plan.scouts, b, bundles.size()), config, config.seed + kSeed + b))
      networks.push_back(std::move(network));
  std::vector<Json> specs;
  for (const auto& network : networks)
    specs.push_back(
        train_spec(network, packs, config, plan.scout_epochs, config.train.samples_per_epoch, plan.prototype_threads));
  const auto trained = evaluate_all(world, fmt::format("training {} scouts", specs.size()), specs);

  Json scouts = Json::array();
  if (config.widths.size() == 1) {  // all alike: what fine-tuning costs tells none from another
    for (size_t i = 0; i < networks.size(); ++i)
      scouts.push_back(entry(static_cast<int>(i), networks[i], config.widths[0], trained[i]));
  } else {
    specs.clear();
    std::vector<std::pair<size_t, Widths>> what;
    for (size_t i = 0; i < networks.size(); ++i) {
      if (!trained[i].done()) {
        scouts.push_back(entry(static_cast<int>(i), networks[i], config.widths[0], trained[i]));
        continue;
      }
      for (const Widths& widths : config.widths) {
        what.emplace_back(i, widths);
        specs.push_back(quantize_spec(artefact(trained[i], "network"), widths, packs, config, kFineTuned,
                                      config.train.samples_per_epoch, plan.prototype_threads));
      }
    }
    const auto tuned = evaluate_all(world, fmt::format("fine-tuning scouts {} times", specs.size()), specs);
    for (size_t k = 0; k < what.size(); ++k)
      scouts.push_back(entry(static_cast<int>(what[k].first), networks[what[k].first], what[k].second, tuned[k]));
  }

  Json result{{"epochs", plan.scout_epochs}, {"error", nullptr}, {"rank_correlation", nullptr}};
  if (const auto qor = Qor::fitted(bundles, scouts)) {
    std::vector<double> found;
    for (Json& scout : scouts) {
      scout["predicted"] = nullptr;
      if (!scout.at("iou").is_number()) continue;
      scout["predicted"] = qor->predictor().left_out()[found.size()];
      found.push_back(scout.at("iou"));
    }
    result["error"] = qor->predictor().error();
    result["rank_correlation"] = search::rank_correlation(qor->predictor().left_out(), found);
  }
  result["scouts"] = scouts;
  return result;
}

}  // namespace duet::flow
