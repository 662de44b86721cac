// Figure 2b: how many DSPs an array of multipliers takes at each pair of widths. The paper's accelerator falls from 128 to 64
// where weights of 14 bits meet features of 6.
#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <map>

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
  for (int w = 15; w >= 2; --w)
    if (engine::dsp_count(array(w, feature_bits)) != engine::dsp_count(array(w + 1, feature_bits)))
      all.insert(all.end(), {w + 1, w});
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

Measured measure_dsp(const Settings& settings, const flow::World& world) {
  const flow::Config config = flow::device_config("pynq-z1", settings.seed);
  Measured measured;
  std::vector<Json> specs;
  std::vector<size_t> places;
  for (int f : kFeatures)
    for (int w = 16; w >= 2; --w) {
      const engine::Engine engine = array(w, f);
      const std::vector<int> wanted = to_synthesise(f, settings.small);
      if (std::count(wanted.begin(), wanted.end(), w)) {
        specs.push_back(flow::synth_spec(engine, config));
        places.push_back(measured.points.size());
      }
      measured.points.push_back(
          {{"weight_bits", w}, {"feature_bits", f}, {"products_per_dsp", engine.products}, {"dsp", engine::dsp_count(engine)}});
    }
  const auto outcomes = evaluate_all(world, "synthesising", specs);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    Json& point = measured.points[places[i]];
    if (outcomes[i].done())
      point["dsp_synthesised"] = outcomes[i].result.at("resources").at("dsp");
    else
      measured.notes.push_back(fmt::format("W{}F{} was not synthesised: {}", point["weight_bits"].get<int>(),
                                           point["feature_bits"].get<int>(), outcomes[i].message));
  }
  return measured;
}

Figure present_dsp(const Json& points) {
  Figure figure;
  Series synthesised{"synthesised", Mark::dots, {}};
  std::map<int, Series, std::greater<>> lines;
  std::map<int, std::map<int, std::string>, std::greater<>> cells;
  int differ = 0;
  for (const Json& point : points) {
    const int w = point.at("weight_bits"), f = point.at("feature_bits");
    const double count = point.at("dsp");
    lines[f].points.push_back({static_cast<double>(w), count, 0, ""});
    cells[w][f] = fmt::format("{:g}", count);
    if (!point.contains("dsp_synthesised")) continue;
    synthesised.points.push_back({static_cast<double>(w), point["dsp_synthesised"], 0, ""});
    differ += point["dsp_synthesised"] != point["dsp"];
    cells[w][f] += " (s)";
  }
  Plot plot{"dsp", "128 products a cycle on DSP48E1", "bits of a weight", "DSPs", {}};
  figure.table.columns = {"weights"};
  for (auto& [f, line] : lines) {
    line.title = fmt::format("features of {} bits", f);
    plot.series.push_back(line);
    figure.table.columns.push_back(fmt::format("F{}", f));
  }
  for (const auto& [w, row] : cells) {
    figure.table.rows.push_back({fmt::format("W{}", w)});
    for (const auto& [f, line] : lines) figure.table.rows.back().push_back(row.at(f));
  }
  if (!synthesised.points.empty()) plot.series.push_back(synthesised);
  figure.plots = {plot};
  figure.notes.push_back(fmt::format("(s): also synthesised; {} of {} syntheses (Yosys) count other DSPs than the model.", differ,
                                     synthesised.points.size()));
  return figure;
}

}  // namespace

const Study dsp{"dsp", "figure 2b", "DSPs of an accelerator against the widths of its numbers", measure_dsp, present_dsp};

}  // namespace duet::study
