// Figure 2a: memory of one accelerator against the size of its pictures. The paper shrinks them by a factor of 1.00 down to 0.78,
// with features of 12 to 16 bits: half of the memory goes below 0.9, for less than one per cent of accuracy.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "flow/specs.h"
#include "program/program.h"
#include "study/studies.h"

namespace duet::study {
namespace {

constexpr int kHeight = 160, kWidth = 360;
constexpr int kWeightBits = 8, kAccumulator = 40;
constexpr int kFeatures[] = {12, 13, 14, 15, 16};
constexpr int kSynthesised[] = {12, 14, 16};
constexpr double kSynthesisedAt[] = {1.00, 0.92, 0.86, 0.78};
constexpr double kLargest = 1.00, kStep = 0.02;
constexpr int kFactors = 12;
constexpr int kEpochs = 12, kMoreEpochs = 2;  // at the whole size; more at each other one

double factor(int index) { return kLargest - kStep * index; }

net::Network network(double factor) {
  net::Network network = *net::find_known("dnn-a");
  network.input.height = static_cast<int>(std::lround(kHeight * factor / 2)) * 2;
  network.input.width = static_cast<int>(std::lround(kWidth * factor / 2)) * 2;
  return network;
}

// The same lanes for all; only the memories follow the picture and the features.
engine::Engine engine_for(const net::Network& network, int feature_bits) {
  engine::Engine engine;
  engine.bundle = network.bundle;
  engine.in_lanes = 8, engine.out_lanes = 8, engine.dw_lanes = 2;
  engine.weight_bits = kWeightBits, engine.feature_bits = feature_bits, engine.acc_bits = kAccumulator;
  return program::size_for(engine, network);
}

// Mean IoU on the test part after training at the whole size and a little more at each.
std::vector<std::optional<double>> accuracy(const Settings& settings, const flow::World& world, Findings& found) {
  flow::Config config = flow::device_config("pynq-z1", settings.seed);
  config.data.composed = false, config.data.root = settings.data;
  const int factors = settings.small ? 2 : kFactors, threads = std::max(1, world.evaluations.cores ? world.evaluations.cores : 2);
  std::vector<std::optional<double>> all(kFactors);
  std::optional<evaluate::Outcome> whole;
  for (int i = 0; i < factors; ++i) {
    const net::Network sized = network(factor(i));
    config.height = sized.input.height, config.width = sized.input.width;
    const flow::Packs packs = flow::prepare_data(config, world);
    const int epochs = settings.small ? 1 : whole ? kMoreEpochs : kEpochs;
    Json spec = flow::train_spec(sized, packs, config, epochs, settings.small ? 32 : 0, threads);
    if (whole) spec["start"] = flow::artefact(*whole, "network");
    const auto trained = flow::evaluate_one(world, fmt::format("training at {:.2f}", factor(i)), spec);
    if (!whole) whole = trained;
    const auto scored = flow::evaluate_one(world, "scoring",
                                           flow::score_spec(flow::artefact(trained, "network"), packs, "test", "float", threads));
    all[static_cast<size_t>(i)] = scored.result.at("iou").get<double>();
  }
  found.notes.push_back(fmt::format(
      "IoU: DNN-A in float on the test part, trained for {} epochs at 1.00 and for {} more at each other size, one seed.",
      settings.small ? 1 : kEpochs, settings.small ? 1 : kMoreEpochs));
  return all;
}

}  // namespace

Findings study_bram(const Settings& settings, const flow::World& world) {
  const flow::Config config = flow::device_config("pynq-z1", settings.seed);
  Findings found;
  Plot plot{"bram", "DNN-A on 8 x 8 lanes, weights of 8 bits", "factor of the picture's sides (1.00: 160 x 360)", "BRAM36", {}};
  std::vector<Json> specs;
  std::vector<std::pair<double, int>> places;
  for (int f : kFeatures) {
    Series line{fmt::format("features of {} bits", f), Mark::line, {}};
    for (int i = 0; i < kFactors; ++i) {
      const engine::Engine engine = engine_for(network(factor(i)), f);
      const double count = engine::bram36_count(engine);
      line.points.push_back({factor(i), count, 0, ""});
      found.points.push_back({{"factor", factor(i)}, {"feature_bits", f}, {"bram36", count}});
      const bool wanted = std::count(std::begin(kSynthesised), std::end(kSynthesised), f) &&
                          std::any_of(std::begin(kSynthesisedAt), std::end(kSynthesisedAt),
                                      [&](double at) { return std::abs(at - factor(i)) < kStep / 2; });
      if (!wanted || (settings.small && !specs.empty())) continue;
      specs.push_back(flow::synth_spec(engine, config));
      places.emplace_back(factor(i), f);
    }
    plot.series.push_back(line);
  }
  const auto outcomes = evaluate_all(world, "synthesising", specs);
  Series dots{"synthesised", Mark::dots, {}};
  int differ = 0;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const auto [at, f] = places[i];
    if (!outcomes[i].done()) {
      found.notes.push_back(fmt::format("{:.2f} with {} bits was not synthesised: {}", at, f, outcomes[i].message));
      continue;
    }
    const double count = outcomes[i].result.at("resources").at("bram36");
    dots.points.push_back({at, count, 0, ""});
    for (Json& point : found.points)
      if (point["factor"] == at && point["feature_bits"] == f)
        point["bram36_synthesised"] = count, differ += point["bram36"] != count;
  }
  plot.series.push_back(dots);
  found.plots.push_back(plot);
  found.notes.push_back(fmt::format("{} of {} syntheses (Yosys) count other blocks than the model.", differ, dots.points.size()));
  std::vector<std::optional<double>> ious(kFactors);
  if (settings.data.empty())
    found.notes.push_back("What accuracy each size keeps was not measured: that needs pictures (--data).");
  else
    ious = accuracy(settings, world, found);
  found.table.columns = {"factor", "picture"};
  for (int f : kFeatures) found.table.columns.push_back(fmt::format("BRAM36, F{}", f));
  found.table.columns.push_back("IoU");
  for (int i = 0; i < kFactors; ++i) {
    const net::Network sized = network(factor(i));
    std::vector<std::string> row{fmt::format("{:.2f}", factor(i)), fmt::format("{} x {}", sized.input.height, sized.input.width)};
    for (int f : kFeatures) row.push_back(fmt::format("{:g}", engine::bram36_count(engine_for(sized, f))));
    const auto& iou = ious[static_cast<size_t>(i)];
    row.push_back(iou ? fmt::format("{:.3f}", *iou) : "-");
    if (iou) found.points.push_back({{"factor", factor(i)}, {"iou", *iou}});
    found.table.rows.push_back(row);
  }
  return found;
}

}  // namespace duet::study
