#include "flow/judge.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "layer/layer.h"

namespace duet::flow {
namespace {

void demand(search::Verdict& verdict, double ratio, const std::string& why) {
  verdict.excess = std::max(verdict.excess, ratio);
  if (ratio > 1) verdict.why += (verdict.why.empty() ? "" : "; ") + why;
}

search::Verdict weigh(const net::Network& network, const estimate::Design& design, const Config& config) {
  const estimate::Estimate& cost = design.estimate;
  const Targets& targets = config.targets;
  search::Verdict verdict;
  if (design.excess > 0) {
    verdict.possible = false;
    verdict.why = fmt::format("the smallest engine is {:.0f} % too large for the device", 100 * design.excess);
  }
  const double fps = cost.fps(config.clock_mhz), latency_ms = static_cast<double>(cost.latency_cycles) / config.clock_mhz / 1e3;
  if (targets.fps) verdict.load = *targets.fps / fps;
  if (targets.latency_ms) verdict.load = std::max(verdict.load, latency_ms / *targets.latency_ms);
  if (verdict.load > 1)
    verdict.why += fmt::format("{}{:.0f} % too slow", verdict.why.empty() ? "" : "; ", 100 * verdict.load - 100);
  if (targets.watts) demand(verdict, cost.watts / *targets.watts, fmt::format("{:.2f} W", cost.watts));
  const double work = mac_per_dsp_cycle(cost.macs, cost.cycles, config.device);
  if (targets.mac_per_dsp_cycle)
    demand(verdict, *targets.mac_per_dsp_cycle / work, fmt::format("{:.2f} MAC per DSP and cycle", work));
  // Before any training, a network that does more work with more parameters in the same time is taken for the better one: the
  // geometric mean of both. docs/flow.md says what that is worth.
  verdict.cost = cost.watts;
  verdict.worth = std::sqrt(static_cast<double>(cost.macs) * static_cast<double>(parameters(network)));
  return verdict;
}

// `tried`: the widths to name where nothing runs the network.
search::Verdict with_figures(const net::Network& network, const std::optional<Judged>& judged, Widths tried,
                             const Config& config) {
  search::Verdict verdict;
  if (judged) {
    verdict = judged->verdict;
    verdict.figures = figures(network, *judged, config);
  } else {
    verdict.possible = false;
    verdict.why = estimate::impossible_because(network, config.device, tried.weight_bits, tried.feature_bits);
  }
  return verdict;
}

}  // namespace

std::string describe(const engine::Engine& engine) {
  if (engine::compact(engine)) return fmt::format("compact engine, {} lanes", engine.out_lanes);
  std::string text = fmt::format("{} x {} lanes, {} product{} a DSP", engine.in_lanes, engine.out_lanes, engine.products,
                                 engine.products > 1 ? "s" : "");
  if (engine.dw_lanes) text += fmt::format(", {} depth-wise lane{}", engine.dw_lanes, engine.dw_lanes > 1 ? "s" : "");
  return text;
}

double mac_per_dsp_cycle(int64_t macs, int64_t cycles, const device::Device& device) {
  return static_cast<double>(macs) / static_cast<double>(cycles) /
         static_cast<double>(std::max<int64_t>(1, device.resources.dsp));
}

Json to_json(const device::Resources& resources) {
  return {{"lut", resources.lut}, {"ff", resources.ff}, {"dsp", resources.dsp}, {"bram36", resources.bram36}};
}

int64_t parameters(const net::Network& network) { return layer::total_work(net::to_graph(network)).weights; }

std::optional<Judged> judge(const net::Network& network, Widths widths, const Config& config) {
  const auto designs = estimate::designs(network, config.device, widths.weight_bits, widths.feature_bits, 1);
  if (designs.empty()) return std::nullopt;
  return Judged{designs[0], weigh(network, designs[0], config), widths};
}

std::optional<Judged> judge(const net::Network& network, const Config& config) {
  std::optional<Judged> best;
  for (const Widths& widths : config.widths) {
    const auto judged = judge(network, widths, config);
    if (!judged) continue;
    if (judged->verdict.meets()) return judged;
    const auto rank = [](const search::Verdict& v) { return std::pair(!v.possible, std::max(v.load, v.excess)); };
    if (!best || rank(judged->verdict) < rank(best->verdict)) best = judged;
  }
  return best;
}

search::Verdict verdict(const net::Network& network, const Config& config) {
  return with_figures(network, judge(network, config), config.widths.front(), config);
}

search::Verdict verdict(const net::Network& network, Widths widths, const Qor& qor, const Config& config) {
  auto judged = judge(network, widths, config);
  const double iou = qor(network, widths);
  if (judged) judged->verdict.worth = iou;
  search::Verdict verdict = with_figures(network, judged, widths, config);
  if (judged) verdict.figures["iou_predicted"] = iou;
  return verdict;
}

Json figures(const net::Network& network, const Judged& judged, const Config& config) {
  const estimate::Estimate& cost = judged.design.estimate;
  return {{"weight_bits", judged.widths.weight_bits},
          {"feature_bits", judged.widths.feature_bits},
          {"engine", engine::to_json(judged.design.engine)},
          {"fits", judged.design.excess <= 0},
          {"cycles", cost.cycles},
          {"latency_cycles", cost.latency_cycles},
          {"fps", cost.fps(config.clock_mhz)},
          {"latency_ms", static_cast<double>(cost.latency_cycles) / config.clock_mhz / 1e3},
          {"resources", to_json(cost.resources)},
          {"bytes_read", cost.bytes_read},
          {"bytes_written", cost.bytes_written},
          {"watts", cost.watts},
          {"macs", cost.macs},
          {"parameters", parameters(network)},
          {"mac_per_dsp_cycle", mac_per_dsp_cycle(cost.macs, cost.cycles, config.device)}};
}

}  // namespace duet::flow
