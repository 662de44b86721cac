#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "flow/specs.h"
#include "flow/steps.h"
#include "search/select.h"

namespace duet::flow {
namespace {

constexpr double kNotTrained = -std::numeric_limits<double>::infinity();

// The epochs after which halving looks: a quarter and a half of all, and all.
std::vector<int> round_ends(int epochs) {
  std::vector<int> ends;
  for (const int end : {epochs / 4, epochs / 2, epochs})
    if (end > 0 && (ends.empty() || end > ends.back())) ends.push_back(end);
  return ends;
}

// What became of the prototypes: their last training each, and how long they went on.
struct Trained {
  std::vector<evaluate::Outcome> outcomes;
  std::vector<int> epochs;
  std::vector<size_t> alive;  // trained to the end
};

Trained train_prototypes(const std::vector<net::Network>& networks, const std::vector<int>& groups, const Config& config,
                         const Plan& plan, const Packs& packs, const World& world) {
  Trained trained;
  trained.outcomes.resize(networks.size()), trained.epochs.resize(networks.size());
  trained.alive.resize(networks.size());
  std::iota(trained.alive.begin(), trained.alive.end(), size_t{0});
  int begin = 0;
  for (const int end : round_ends(plan.prototype_epochs)) {
    if (begin > 0) {
      std::vector<double> gains(networks.size(), kNotTrained);
      for (size_t k : trained.alive)
        if (trained.outcomes[k].done()) gains[k] = trained.outcomes[k].result.at("iou_validation");
      trained.alive = search::better_half(trained.alive, groups, gains, config.search.top_n);
    }
    std::vector<Json> specs;
    for (size_t k : trained.alive)
      specs.push_back(prototype_spec(networks[k], begin ? &trained.outcomes[k] : nullptr, begin, end, packs, config, plan));
    const auto outcomes = evaluate_all(world, fmt::format("training {} prototypes", specs.size()), specs);
    for (size_t i = 0; i < outcomes.size(); ++i)
      trained.outcomes[trained.alive[i]] = outcomes[i], trained.epochs[trained.alive[i]] = end;
    begin = end;
  }
  return trained;
}

}  // namespace

Json select_step(const Json& bundles, const Config& config, const Plan& plan, const Packs& packs, const World& world) {
  const auto chosen = candidates(bundles, config);
  std::vector<net::Network> networks;
  std::vector<double> costs;
  for (size_t i : chosen) {
    networks.push_back(net::network_from_json(bundles.at("bundles")[i].at("network"), "bundles.json"));
    costs.push_back(bundles.at("bundles")[i].at("load"));
  }
  const auto groups = search::qos_groups(costs, config.search.qos_ratio);
  const Trained trained = train_prototypes(networks, groups, config, plan, packs, world);

  Json entries = bundles.at("bundles");
  for (Json& entry : entries) {
    entry["trained"] = false;
    entry["iou"] = nullptr;
    entry["group"] = nullptr;
    entry["selected"] = entry["pareto"] = false;
    entry["note"] = entry.at("judged") != true || entry.at("fits") != true ? "does not fit the device"
                                                                           : "further from the target than those trained";
  }
  std::vector<double> gains(chosen.size(), kNotTrained), all;  // of those that went on to the end, and of all
  for (size_t k = 0; k < chosen.size(); ++k) {
    Json& entry = entries[chosen[k]];
    const evaluate::Outcome& outcome = trained.outcomes[k];
    const bool done = outcome.done(), whole = trained.epochs[k] == plan.prototype_epochs;
    entry["trained"] = done;
    entry["note"] = done ? outcome.result.value("stopped", "") : to_string(outcome.status) + ": " + outcome.message;
    if (done && !whole) entry["note"] = "not among the better half of its group";
    if (done) entry["iou"] = outcome.result.at("iou_validation");
    entry["epochs"] = trained.epochs[k], entry["group"] = groups[k];
    if (done && whole) gains[k] = entry["iou"];
    all.push_back(done ? entry["iou"].get<double>() : kNotTrained);
  }
  auto top = search::top_of_groups(groups, gains, config.search.top_n);
  std::stable_sort(top.begin(), top.end(), [&](size_t a, size_t b) { return gains[a] > gains[b]; });
  Json selected = Json::array();
  for (size_t k : top) {
    entries[chosen[k]]["selected"] = true;
    selected.push_back(entries[chosen[k]]["name"]);
  }
  for (size_t k : search::pareto_front(costs, all))
    if (all[k] > kNotTrained) entries[chosen[k]]["pareto"] = true;
  return {{"epochs", plan.prototype_epochs}, {"bundles", entries}, {"selected", selected}};
}

}  // namespace duet::flow
