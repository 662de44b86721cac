#include <fmt/core.h>

#include <cmath>

#include "flow/deliver.h"
#include "flow/judge.h"
#include "flow/state.h"

namespace duet::flow {
namespace {

Json value_or_null(const evaluate::Outcome& outcome, const std::string& key) {
  return made(outcome) && outcome.result.contains(key) ? outcome.result[key] : Json();
}

// {"wanted", "reached", "met"}; a figure that was not made meets nothing.
Json target(double wanted, const Json& reached, bool at_least) {
  const bool met = reached.is_number() && (at_least ? reached.get<double>() >= wanted : reached.get<double>() <= wanted);
  return {{"wanted", wanted}, {"reached", reached}, {"met", met}};
}

Json targets_of(const Targets& targets, const Json& result) {
  Json all = Json::object();
  if (targets.fps) all["fps"] = target(*targets.fps, result.at("fps"), true);
  if (targets.latency_ms) all["latency_ms"] = target(*targets.latency_ms, result.at("latency_ms"), false);
  if (targets.iou) all["iou"] = target(*targets.iou, result.at("iou_golden"), true);
  if (targets.watts) all["watts"] = target(*targets.watts, result.at("watts_estimated"), false);
  if (targets.mac_per_dsp_cycle)
    all["mac_per_dsp_cycle"] = target(*targets.mac_per_dsp_cycle, result.at("mac_per_dsp_cycle"), true);
  return all;
}

// Whether Yosys' counts fit the device.
Json fits(const Json& counts, const device::Device& device) {
  if (!counts.is_object()) return Json();
  return device::fits({counts.at("lut"), counts.at("ff"), counts.at("dsp"), counts.at("bram36")}, device.resources);
}

void add_winner(const State& state, Json& result) {
  const Finalist& winner = state.finalists.at(*state.winner);
  result["bundle"] = net::name(winner.network.bundle);
  result["network"] = winner.network.name;
  result["proposal"] = winner.proposal;
  result["weight_bits"] = winner.widths.weight_bits;
  result["feature_bits"] = winner.widths.feature_bits;
  result["engine"] = engine::to_json(state.engine);
  result["macs"] = state.predicted.at("macs");
  result["parameters"] = state.predicted.at("parameters");
  result["iou_validation"] = value_or_null(state.quantized, "iou_validation");
  result["cycles_predicted"] = state.predicted.at("cycles");
  result["latency_cycles_predicted"] = state.predicted.at("latency_cycles");
  result["watts_estimated"] = state.predicted.at("watts");
  result["resources_predicted"] = state.predicted.at("resources");
}

// The finalists that were trained, with estimates, so that the Pareto set can be read off.
Json designs_of(const State& state) {
  Json designs = Json::array();
  for (size_t i = 0; i < state.finalists.size(); ++i) {
    const Finalist& finalist = state.finalists[i];
    if (!finalist.iou) continue;
    const Json& proposal = state.explored.at("proposals")[finalist.proposal];
    const bool chosen = state.winner == i;
    designs.push_back({{"proposal", finalist.proposal},
                       {"network", finalist.network.name},
                       {"bundle", net::name(finalist.network.bundle)},
                       {"weight_bits", finalist.widths.weight_bits},
                       {"feature_bits", finalist.widths.feature_bits},
                       {"iou_validation", *finalist.iou},
                       {"iou_calibrated", value_or_null(finalist.calibrated, "iou_validation")},
                       {"fps", proposal.at("fps")},
                       {"watts", proposal.at("watts")},
                       {"score", finalist.score},
                       {"pareto", finalist.pareto},
                       {"chosen", chosen},
                       {"folder", chosen                      ? Json(".")
                                  : made(finalist.calibrated) ? Json(design_folder(finalist))
                                                              : Json()}});
  }
  return designs;
}

// The figures of an evaluation under these keys, null where it was not made.
Json picked(const evaluate::Outcome& outcome, const std::vector<const char*>& keys) {
  if (!made(outcome)) return Json();
  Json some = Json::object();
  for (const char* key : keys) some[key] = outcome.result.at(key);
  return some;
}

}  // namespace

std::pair<double, std::string> clock_of(const State& state) {
  const Json placed = value_or_null(state.bitstream, "clock_mhz");
  if (placed.is_number()) return {placed.get<double>(), "place and route"};
  return {state.config.clock_mhz, state.config.own_clock ? "flow" : "device file"};
}

Json result_of(const State& state) {
  const Config& config = state.config;
  Json result{{"flow", config.name},
              {"device", config.device.name},
              {"clock_mhz", clock_of(state).first},
              {"clock_from", clock_of(state).second},
              {"input", {3, config.height, config.width}},
              {"data", state.packs.hash}};
  for (const char* key :
       {"bundle", "network", "proposal", "weight_bits", "feature_bits", "engine", "macs", "parameters", "iou_validation",
        "cycles_predicted", "latency_cycles_predicted", "watts_estimated", "resources_predicted"})
    result[key] = nullptr;
  if (state.winner) add_winner(state, result);
  result["iou_float"] = value_or_null(state.score_float, "iou");
  result["iou_quantized"] = value_or_null(state.score_simulated, "iou");
  result["iou_golden"] = value_or_null(state.score_golden, "iou");
  result["images"] = value_or_null(state.score_golden, "images");
  result["cycles_simulated"] = value_or_null(state.simulated, "cycles_simulated");
  result["latency_cycles_simulated"] = value_or_null(state.simulated, "latency_cycles_simulated");
  result["images_simulated"] =
      state.simulated.done() && state.simulated.result.is_object() ? Json(state.simulated.result["pictures"].size()) : Json();
  result["bytes_compared"] = value_or_null(state.simulated, "bytes_compared");
  result["bytes_differ"] = value_or_null(state.simulated, "bytes_differ");
  result["fps"] = result["latency_ms"] = result["mac_per_dsp_cycle"] = nullptr;
  if (result["cycles_simulated"].is_number()) {
    const auto cycles = result["cycles_simulated"].get<int64_t>();
    const double clock_mhz = clock_of(state).first;
    result["fps"] = clock_mhz * 1e6 / static_cast<double>(cycles);
    result["latency_ms"] = result["latency_cycles_simulated"].get<double>() / clock_mhz / 1e3;
    result["mac_per_dsp_cycle"] = mac_per_dsp_cycle(result["macs"].get<int64_t>(), cycles, config.device);
  }
  result["resources_synthesised"] = value_or_null(state.synthesised, "resources");
  result["logic_levels"] = value_or_null(state.synthesised, "logic_levels");
  result["board"] = picked(state.board, {"frames", "bytes_compared", "bytes_differ", "cycles_simulated"});
  result["bitstream"] = picked(state.bitstream, {"bitstream", "clock_mhz", "reached_mhz", "lut", "ff", "dsp", "bram", "tool"});
  result["fits"] = fits(result["resources_synthesised"], config.device);
  result["targets"] = targets_of(config.targets, result);
  bool met = result["bytes_differ"] == 0 && result["fits"] == true;
  if (config.device.board) met = met && result["board"].is_object() && result["board"].at("bytes_differ") == 0;
  for (const auto& [name, one] : result["targets"].items()) met = met && one.at("met") == true;
  result["targets_met"] = met;
  result["bundles"] = state.bundles.is_object() ? state.bundles.at("bundles").size() : 0;
  result["proposals"] = state.explored.is_object() ? state.explored.at("proposals").size() : 0;
  size_t trained = 0;
  for (const auto& finalist : state.finalists) trained += finalist.trained.done() && finalist.trained.result.is_object();
  result["finalists_trained"] = trained;
  result["designs"] = designs_of(state);
  result["problems"] = state.problems;
  return result;
}

}  // namespace duet::flow
