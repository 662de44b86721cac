// Figure 2b: how many DSPs an array of multipliers takes at each pair of widths. The paper's accelerator falls from 128 to 64
// where weights of 14 bits meet features of 6.
#include <fmt/core.h>

#include <algorithm>

#include "flow/specs.h"
#include "program/program.h"
#include "study/studies.h"

namespace duet::study {
namespace {

constexpr int kInputLanes = 8, kOutputLanes = 16;  // 128 products a cycle
constexpr int kFeatures[] = {16, 8, 6, 5, 4, 3};

net::Network network() {
  net::Network network;
  network.name = "dsp", network.input = {3, 32, 48};
  network.bundle = net::parse_bundle("conv1-bn-relu-max");
  network.replications = {{16, true}, {32, true}, {48, false}};
  return network;
}

// The array with as many products a DSP as the widths allow: where two pixels share one, half of the lanes make as many products.
engine::Engine array(int weight_bits, int feature_bits) {
  engine::Engine engine;
  engine.bundle = network().bundle;
  engine.in_lanes = kInputLanes, engine.out_lanes = kOutputLanes, engine.dw_lanes = 0;
  engine.weight_bits = weight_bits, engine.feature_bits = feature_bits;
  engine.acc_bits = std::max(16, weight_bits + std::max(8, feature_bits) + 8);
  for (engine.products = 4; engine.products > 1; engine.products /= 2) {
    engine.out_lanes = kOutputLanes / engine::pixels(engine);
    if (engine::illegal_because(engine).empty()) break;
  }
  engine.out_lanes = kOutputLanes / engine::pixels(engine);
  return program::size_for(engine, network());
}

// Synthesised on both sides of every cliff of a line, and at its ends.
std::vector<int> to_synthesise(int feature_bits, bool small) {
  if (small) return feature_bits == 4 ? std::vector{4} : std::vector<int>{};
  std::vector<int> all{16};
  for (int w = 15; w > 2; --w)
    if (engine::dsp_count(array(w, feature_bits)) != engine::dsp_count(array(w + 1, feature_bits)))
      all.insert(all.end(), {w + 1, w});
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace

Findings study_dsp(const Settings& settings, const flow::World& world) {
  const flow::Config config = flow::device_config("pynq-z1", settings.seed);
  Findings found;
  Plot plot{"dsp", "128 products a cycle on DSP48E1", "bits of a weight", "DSPs", {}};
  std::vector<Json> specs;
  std::vector<std::pair<int, int>> places;
  found.table.columns = {"weights"};
  for (int f : kFeatures) {
    found.table.columns.push_back(fmt::format("F{}", f));
    Series line{fmt::format("features of {} bits", f), Mark::line, {}};
    for (int w = 2; w <= 16; ++w) {
      const auto count = static_cast<double>(engine::dsp_count(array(w, f)));
      line.points.push_back({static_cast<double>(w), count, 0, ""});
      found.points.push_back({{"weight_bits", w}, {"feature_bits", f}, {"dsp", count}, {"products", array(w, f).products}});
    }
    plot.series.push_back(line);
    for (int w : to_synthesise(f, settings.small)) {
      specs.push_back(flow::synth_spec(array(w, f), config));
      places.emplace_back(w, f);
    }
  }
  const auto outcomes = evaluate_all(world, "synthesising", specs);
  Series dots{"synthesised", Mark::dots, {}};
  int differ = 0;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const auto [w, f] = places[i];
    if (!outcomes[i].done()) {
      found.notes.push_back(fmt::format("W{}F{} was not synthesised: {}", w, f, outcomes[i].message));
      continue;
    }
    const double count = outcomes[i].result.at("resources").at("dsp");
    dots.points.push_back({static_cast<double>(w), count, 0, ""});
    for (Json& point : found.points)
      if (point["weight_bits"] == w && point["feature_bits"] == f) {
        point["dsp_synthesised"] = count;
        differ += point["dsp"] != count;
      }
  }
  found.notes.insert(found.notes.begin(),
                     fmt::format("{} of {} syntheses (Yosys) count other DSPs than the model.", differ, dots.points.size()));
  plot.series.push_back(dots);
  found.plots.push_back(plot);
  for (int w = 16; w >= 2; --w) {
    std::vector<std::string> row{fmt::format("W{}", w)};
    for (int f : kFeatures) {
      const auto point = std::find_if(found.points.begin(), found.points.end(),
                                      [&](const Json& p) { return p["weight_bits"] == w && p["feature_bits"] == f; });
      row.push_back(fmt::format("{:g}{}", (*point)["dsp"].get<double>(), point->contains("dsp_synthesised") ? " (s)" : ""));
    }
    found.table.rows.push_back(row);
  }
  return found;
}

}  // namespace duet::study
