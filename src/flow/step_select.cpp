#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "flow/specs.h"
#include "flow/steps.h"
#include "search/select.h"

namespace duet::flow {
namespace {

constexpr double kNotTrained = -std::numeric_limits<double>::infinity();

}  // namespace

Json select_step(const Json& bundles, const Config& config, const Plan& plan, const Packs& packs, const World& world) {
  const auto chosen = candidates(bundles, config);
  std::vector<Json> specs;
  for (size_t i : chosen)
    specs.push_back(train_spec(net::network_from_json(bundles.at("bundles")[i].at("network"), "bundles.json"), packs, config,
                               plan.prototype_epochs, plan.prototype_samples, plan.prototype_threads));
  const auto outcomes = evaluate_all(world, fmt::format("training {} prototypes", specs.size()), specs);

  Json entries = bundles.at("bundles");
  for (Json& entry : entries) {
    entry["trained"] = false;
    entry["iou"] = nullptr;
    entry["group"] = nullptr;
    entry["selected"] = entry["pareto"] = false;
    entry["note"] = entry.at("judged") != true || entry.at("fits") != true ? "does not fit the device"
                                                                           : "further from the target than those trained";
  }
  std::vector<double> costs, gains;
  for (size_t k = 0; k < chosen.size(); ++k) {
    Json& entry = entries[chosen[k]];
    const bool done = outcomes[k].done();
    entry["trained"] = done;
    entry["note"] = done ? outcomes[k].result.value("stopped", "") : to_string(outcomes[k].status) + ": " + outcomes[k].message;
    if (done) entry["iou"] = outcomes[k].result.at("iou_validation");
    costs.push_back(entry.at("load"));
    gains.push_back(done ? entry["iou"].get<double>() : kNotTrained);
  }
  const auto groups = search::qos_groups(costs, config.search.qos_ratio);
  for (size_t k = 0; k < chosen.size(); ++k) entries[chosen[k]]["group"] = groups[k];
  auto top = search::top_of_groups(groups, gains, config.search.top_n);
  std::stable_sort(top.begin(), top.end(), [&](size_t a, size_t b) { return gains[a] > gains[b]; });
  Json selected = Json::array();
  for (size_t k : top) {
    entries[chosen[k]]["selected"] = true;
    selected.push_back(entries[chosen[k]]["name"]);
  }
  for (size_t k : search::pareto_front(costs, gains))
    if (gains[k] > kNotTrained) entries[chosen[k]]["pareto"] = true;
  return {{"epochs", plan.prototype_epochs}, {"bundles", entries}, {"selected", selected}};
}

}  // namespace duet::flow
