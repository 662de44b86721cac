#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "flow/specs.h"
#include "flow/steps.h"
#include "search/select.h"

namespace duet::flow {
namespace {

constexpr double kNotTrained = -std::numeric_limits<double>::infinity();

// Names of the selected Bundles that an engine exists for, best first; when none was selected, the best trained one with
// hardware.
std::vector<std::string> with_hardware(const Json& bundles) {
  std::vector<const Json*> order;
  for (const Json& entry : bundles)
    if (entry.at("hardware") == true && entry.at("trained") == true) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(),
                   [](const Json* a, const Json* b) { return a->at("iou").get<double>() > b->at("iou").get<double>(); });
  std::vector<std::string> names;
  for (const Json* entry : order)
    if (entry->at("selected") == true) names.push_back(entry->at("name"));
  if (names.empty() && !order.empty()) names.push_back(order[0]->at("name"));
  return names;
}

}  // namespace

Json select_step(const Json& bundles, const Config& config, const Plan& plan, const Packs& packs, const World& world) {
  const auto chosen = candidates(bundles, config);
  if (chosen.empty())
    throw Error("none of the Bundles fits the device, even with the smallest engine", config.device.name,
                "choose a larger device, narrower widths or a smaller input");
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
  Json selected = Json::array();
  for (size_t k : search::top_of_groups(groups, gains, config.search.top_n)) {
    entries[chosen[k]]["selected"] = true;
    selected.push_back(entries[chosen[k]]["name"]);
  }
  for (size_t k : search::pareto_front(costs, gains))
    if (gains[k] > kNotTrained) entries[chosen[k]]["pareto"] = true;
  return {{"epochs", plan.prototype_epochs}, {"bundles", entries}, {"selected", selected}, {"hardware", with_hardware(entries)}};
}

}  // namespace duet::flow
