// Figure 2a: memory of one accelerator against the size of its pictures. The paper shrinks them by a factor of 1.00 down to 0.78,
// with features of 12 to 16 bits: half of the memory goes below 0.9, for less than one per cent of accuracy.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
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
constexpr int kEpochs = 12, kMoreEpochs = 2;  // at the whole size; more at each, the whole one too

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

// Mean IoU on the test part after training at the whole size and a little more at each, the whole one too.
std::vector<std::optional<double>> accuracy(const Settings& settings, const flow::World& world, Measured& measured) {
  flow::Config config = flow::device_config("pynq-z1", settings.seed);
  use_pictures(settings, config);
  const int factors = settings.small ? 2 : kFactors, threads = std::max(1, world.evaluations.cores ? world.evaluations.cores : 2);
  std::vector<std::optional<double>> all(kFactors);
  std::optional<evaluate::Outcome> whole;
  for (int i = 0; i < factors; ++i) {
    const net::Network sized = network(factor(i));
    config.height = sized.input.height, config.width = sized.input.width;
    const flow::Packs packs = flow::prepare_data(config, world);
    const auto spec = [&](int epochs) {
      return flow::train_spec(sized, packs, config, settings.small ? 1 : epochs, settings.small ? 32 : 0, threads);
    };
    if (!whole) whole = flow::evaluate_one(world, "training", spec(kEpochs));
    Json more = spec(kMoreEpochs);
    more["start"] = flow::artefact(*whole, "network");
    const auto trained = flow::evaluate_one(world, fmt::format("training at {:.2f}", factor(i)), more);
    const auto scored = flow::evaluate_one(world, "scoring",
                                           flow::score_spec(flow::artefact(trained, "network"), packs, "test", "float", threads));
    all[static_cast<size_t>(i)] = scored.result.at("iou").get<double>();
  }
  measured.notes.push_back(
      fmt::format("IoU: DNN-A in float on the test part, trained for {} epochs at 1.00 and for {} more at each size.",
                  settings.small ? 1 : kEpochs, settings.small ? 1 : kMoreEpochs));
  return all;
}

Measured measure_bram(const Settings& settings, const flow::World& world) {
  const flow::Config config = flow::device_config("pynq-z1", settings.seed);
  Measured measured;
  std::vector<Json> specs;
  std::vector<size_t> places;
  const auto synthesised = [&](double at, int f) {
    return std::count(std::begin(kSynthesised), std::end(kSynthesised), f) &&
           std::any_of(std::begin(kSynthesisedAt), std::end(kSynthesisedAt),
                       [&](double wanted) { return std::abs(wanted - at) < kStep / 2; });
  };
  std::vector<std::optional<double>> ious(kFactors);
  if (settings.data.empty())
    measured.notes.push_back("What accuracy each size keeps was not measured: that needs pictures (--data).");
  else
    ious = accuracy(settings, world, measured);
  for (int i = 0; i < kFactors; ++i)
    for (int f : kFeatures) {
      const net::Network sized = network(factor(i));
      const engine::Engine engine = engine_for(sized, f);
      if (synthesised(factor(i), f) && (specs.empty() || !settings.small)) {
        specs.push_back(flow::synth_spec(engine, config));
        places.push_back(measured.points.size());
      }
      measured.points.push_back({{"factor", factor(i)},
                                 {"height", sized.input.height},
                                 {"width", sized.input.width},
                                 {"feature_bits", f},
                                 {"bram36", engine::bram36_count(engine)},
                                 {"seed", settings.seed}});
      if (const auto& iou = ious[static_cast<size_t>(i)]) measured.points.back()["iou"] = *iou;
    }
  const auto outcomes = evaluate_all(world, "synthesising", specs);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    Json& point = measured.points[places[i]];
    if (outcomes[i].done())
      point["bram36_synthesised"] = outcomes[i].result.at("resources").at("bram36");
    else
      measured.notes.push_back(fmt::format("{:.2f} with {} bits was not synthesised: {}", point["factor"].get<double>(),
                                           point["feature_bits"].get<int>(), outcomes[i].message));
  }
  return measured;
}

Figure present_bram(const Json& points) {
  Figure figure;
  Series synthesised{"synthesised", Mark::dots, {}};
  std::map<int, Series> lines;
  std::map<double, std::map<int, std::string>, std::greater<>> cells;
  std::map<double, std::string, std::greater<>> pictures;
  std::map<double, std::map<uint64_t, double>, std::greater<>> ious;  // by seed
  int differ = 0;
  for (const Json& point : points) {
    const double at = point.at("factor"), count = point.at("bram36");
    const int f = point.at("feature_bits");
    if (point.contains("iou")) ious[at][point.at("seed")] = point.at("iou");
    if (cells[at].contains(f)) continue;  // another seed's, as memory knows none
    lines[f].points.push_back({at, count, 0, ""});
    cells[at][f] = fmt::format("{:g}", count);
    pictures[at] = fmt::format("{} x {}", point.at("height").get<int>(), point.at("width").get<int>());
    if (!point.contains("bram36_synthesised")) continue;
    synthesised.points.push_back({at, point["bram36_synthesised"], 0, ""});
    differ += point["bram36_synthesised"] != point["bram36"];
    cells[at][f] += " (s)";
  }
  Plot plot{"bram", "DNN-A on 8 x 8 lanes, weights of 8 bits", "factor of the picture's sides (1.00: 160 x 360)", "BRAM36", {}};
  figure.table.columns = {"factor", "picture"};
  for (auto& [f, line] : lines) {
    line.title = fmt::format("features of {} bits", f);
    plot.series.push_back(line);
    figure.table.columns.push_back(fmt::format("BRAM36, F{}", f));
  }
  figure.table.columns.push_back("IoU");
  Series kept{"mean of the seeds", Mark::line, {}};
  for (const auto& [at, row] : cells) {
    std::vector<std::string> line{fmt::format("{:.2f}", at), pictures[at]};
    for (const auto& [f, cell] : row) line.push_back(cell);
    double sum = 0, least = 1, most = 0;
    for (const auto& [seed, iou] : ious[at]) sum += iou, least = std::min(least, iou), most = std::max(most, iou);
    const double seeds = static_cast<double>(ious[at].size());
    line.push_back(seeds == 0   ? "-"
                   : seeds == 1 ? fmt::format("{:.3f}", sum)
                                : fmt::format("{:.3f} ({:.3f} to {:.3f})", sum / seeds, least, most));
    if (seeds > 0) kept.points.push_back({at, sum / seeds, 0, ""});
    figure.table.rows.push_back(line);
  }
  if (!synthesised.points.empty()) plot.series.push_back(synthesised);
  figure.plots = {plot};
  if (!kept.points.empty())
    figure.plots.push_back({"bram-iou", "What accuracy is kept", "factor of the picture's sides", "mean IoU, test part", {kept}});
  figure.notes.push_back(fmt::format("(s): also synthesised; {} of {} syntheses (Yosys) count other blocks than the model.",
                                     differ, synthesised.points.size()));
  return figure;
}

}  // namespace

const Study bram{"bram", "figure 2a", "Memory of an accelerator against the size of its pictures", measure_bram, present_bram};

}  // namespace duet::study
