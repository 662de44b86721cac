// Figure 1b: accuracy of ResNet-20 over epochs, in full precision and with weights that ADMM draws to few bits. In the paper the
// quantised curve is unstable. Unsteadiness here: the mean change of the validation accuracy from one epoch to the next, up or
// down, in the second half of the epochs.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "study/studies.h"
#include "study/zoo.h"

namespace duet::study {
namespace {

constexpr int kEpochs = 20;
constexpr double kRate = 0.1, kDecay = 5e-4, kStrength = 0.01;
constexpr int kInner = 15, kOuter = 255;  // levels: four bits, and eight for the first and the last layer
constexpr int kMaps = 256;                // eight bits
constexpr const char *kFull = "full precision", *kAdmm = "ADMM, 4 bits, maps 8";

double unsteadiness(const Json& curve) {
  const size_t from = curve.size() / 2;
  double sum = 0;
  for (size_t i = std::max<size_t>(from, 1); i < curve.size(); ++i)
    sum += std::abs(curve[i].at("score").get<double>() - curve[i - 1].at("score").get<double>());
  return sum / static_cast<double>(std::max<size_t>(1, curve.size() - std::max<size_t>(from, 1)));
}

Measured measure_admm(const Settings& settings, const flow::World& world) {
  const Classes classes = prepare_classes(settings, world);
  train::ZooSpec spec;
  spec.network = "resnet-20", spec.seed = settings.seed;
  spec.epochs = settings.small ? 2 : kEpochs, spec.learning_rate = kRate, spec.weight_decay = kDecay;
  spec.sgd = true, spec.average = 0;  // an average would hide how unsteady the weights are
  train::ZooSpec drawn = spec;
  drawn.weight_levels = {kOuter, kInner, kInner, kOuter}, drawn.admm = kStrength, drawn.feature_levels = kMaps;
  const auto outcomes =
      evaluate_all(world, "training", {zoo_spec(spec, classes, nullptr, world), zoo_spec(drawn, classes, nullptr, world)});
  Measured measured;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const std::string what = i ? kAdmm : kFull;
    if (outcomes[i].done())
      measured.points.push_back({{"weights", what},
                                 {"seed", settings.seed},
                                 {"score_validation", outcomes[i].result.at("score_validation")},
                                 {"score_test", outcomes[i].result.at("score_test")},
                                 {"curve", outcomes[i].result.at("curve")}});
    else
      measured.notes.push_back(what + ": " + outcomes[i].message);
  }
  measured.notes.push_back(classes.title + ".");
  measured.notes.push_back(
      fmt::format("ResNet-20 from random weights, {} epochs of stochastic descent with momentum from a rate of {} down, weight "
                  "decay {}; ADMM draws weights with a strength of {} to 4 bits, those of the "
                  "first and the last layer to 8, chosen anew after every epoch, and feature maps are rounded to 8; its accuracy "
                  "is that of the rounded weights.",
                  spec.epochs, kRate, kDecay, kStrength));
  return measured;
}

Figure present_admm(const Json& points) {
  Figure figure;
  Plot plot{"admm", "ResNet-20", "epoch", "validation accuracy, %", {}};
  figure.table.columns = {"weights", "seed", "best, validation", "its test", "last epoch", "mean change an epoch, second half"};
  std::map<std::string, std::pair<double, int>> sums;
  for (const Json& point : points) {
    const std::string what = point.at("weights");
    Series line{fmt::format("{}, seed {}", what, point.at("seed").get<int>()), Mark::line, {}};
    for (const Json& epoch : point.at("curve"))
      line.points.push_back({epoch.at("epoch"), 100 * epoch.at("score").get<double>(), 0, ""});
    plot.series.push_back(line);
    const double change = unsteadiness(point.at("curve"));
    sums[what].first += change, ++sums[what].second;
    figure.table.rows.push_back({what, std::to_string(point.at("seed").get<int>()),
                                 fmt::format("{:.1f} %", 100 * point.at("score_validation").get<double>()),
                                 fmt::format("{:.1f} %", 100 * point.at("score_test").get<double>()),
                                 fmt::format("{:.1f} %", line.points.empty() ? 0 : line.points.back().y),
                                 fmt::format("{:.2f}", 100 * change)});
  }
  figure.plots = {plot};
  for (const auto& [what, sum] : sums)
    figure.notes.push_back(
        fmt::format("{}: from epoch to epoch the accuracy changes by {:.2f} points in the second half, the mean of {} seed{}.",
                    what, 100 * sum.first / sum.second, sum.second, sum.second > 1 ? "s" : ""));
  return figure;
}

}  // namespace

const Study admm{"admm", "figure 1b", "Accuracy over epochs, in full precision and drawn to few bits by ADMM", measure_admm,
                 present_admm};

}  // namespace duet::study
