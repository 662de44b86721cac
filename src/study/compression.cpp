// Figure 1a: accuracy of an AlexNet-like network against compression, of its parameters or of its feature maps, each retrained.
// Codes are the paper's: bits of the feature maps - first convolution, other convolutions, hidden layers, last layer; T ternary,
// B binary. Does accuracy fall more for feature maps than for parameters at like compression?
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "study/studies.h"
#include "study/zoo.h"

namespace duet::study {
namespace {

constexpr int kEpochs = 20, kRetrain = 3;
constexpr double kRate = 0.002, kRetrainRate = 0.001;
constexpr double kMega = 1e6;
constexpr const char* kFloat = "32-32";

struct Case {
  const char* features;                // "32", "8", "4", "T", "B"
  std::array<const char*, 4> weights;  // of each train::Part
};

const std::vector<Case> kCases{{"32", {"32", "32", "32", "32"}}, {"32", {"8", "8", "8", "8"}},    {"32", {"8", "4", "4", "8"}},
                               {"32", {"4", "4", "4", "4"}},     {"32", {"8", "T", "T", "8"}},    {"32", {"T", "T", "T", "T"}},
                               {"32", {"8", "B", "B", "8"}},     {"32", {"B", "B", "B", "B"}},    {"8", {"32", "32", "32", "32"}},
                               {"4", {"32", "32", "32", "32"}},  {"T", {"32", "32", "32", "32"}}, {"B", {"32", "32", "32", "32"}},
                               {"8", {"8", "8", "8", "8"}},      {"4", {"8", "4", "4", "8"}}};

// Levels of weights, which lie around zero, and of maps, which begin there.
int levels(const std::string& code, bool weights) {
  if (code == "32") return 0;
  if (code == "T") return 3;
  if (code == "B") return 2;
  return (1 << std::stoi(code)) - (weights ? 1 : 0);
}

std::string name(const Case& c) {
  const bool plain = std::all_of(c.weights.begin(), c.weights.end(), [](const std::string& w) { return w == "32"; });
  std::string text = std::string(c.features) + "-";
  if (plain) return text + "32";
  for (const char* w : c.weights) text += w;
  return text;
}

Measured measure_compression(const Settings& settings, const flow::World& world) {
  const Classes classes = prepare_classes(settings, world);
  train::ZooSpec spec;
  spec.network = "alexnet", spec.seed = settings.seed;
  spec.epochs = settings.small ? 1 : kEpochs, spec.learning_rate = kRate;
  const auto base = evaluate_one(world, "training in float", zoo_spec(spec, classes, nullptr, world));
  std::vector<Case> cases = kCases;
  if (settings.small) cases = {kCases[0], kCases[4], kCases[10]};
  std::vector<Json> specs;
  for (const Case& c : cases) {
    train::ZooSpec own = spec;
    own.epochs = settings.small ? 1 : kRetrain, own.learning_rate = kRetrainRate;
    own.feature_levels = levels(c.features, false);
    for (size_t part = 0; part < 4; ++part) own.weight_levels[part] = levels(c.weights[part], true);
    specs.push_back(zoo_spec(own, classes, &base, world));
  }
  const auto outcomes = evaluate_all(world, "retraining", specs);
  Measured measured;
  const auto add = [&](const std::string& code, Json result) {
    result.erase("curve");
    result["code"] = code, result["seed"] = settings.seed;
    measured.points.push_back(result);
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    if (outcomes[i].done())
      add(name(cases[i]), outcomes[i].result);
    else
      measured.notes.push_back(fmt::format("{}: {}", name(cases[i]), outcomes[i].message));
  }
  measured.notes.push_back(classes.title + ".");
  measured.notes.push_back(fmt::format(
      "{} epochs in float, then {} more of each rounding from there, of none too; the best epoch on the validation part.",
      spec.epochs, settings.small ? 1 : kRetrain));
  return measured;
}

Figure present_compression(const Json& points) {
  struct Row {
    std::vector<double> accuracies;  // of every seed
    double weights = 0, features = 0, weight_ratio = 1, feature_ratio = 1;
  };
  std::map<std::string, Row> rows;
  std::vector<std::string> order;
  for (const Json& point : points) {
    const std::string code = point.at("code");
    if (!rows.count(code)) order.push_back(code);
    Row& row = rows[code];
    row.accuracies.push_back(point.at("score_test"));
    row.weights = point.at("weight_bytes"), row.features = point.at("feature_bytes");
    row.weight_ratio = point.at("float_weight_bytes").get<double>() / row.weights;
    row.feature_ratio = point.at("float_feature_bytes").get<double>() / row.features;
  }
  const auto mean = [](const Row& row) {
    return 100 * std::accumulate(row.accuracies.begin(), row.accuracies.end(), 0.0) / static_cast<double>(row.accuracies.size());
  };
  Figure figure;
  Series weights{"parameters", Mark::bubbles, {}}, features{"feature maps", Mark::bubbles, {}}, both{"both", Mark::bubbles, {}};
  figure.table.columns = {"p1-p2p3p4p5",   "test accuracy", "points lost",  "parameters, MB",
                          "times smaller", "maps, MB",      "times smaller"};
  for (const std::string& code : order) {
    const Row& row = rows[code];
    const double accuracy = mean(row);
    const auto [least, most] = std::minmax_element(row.accuracies.begin(), row.accuracies.end());
    const std::string spread = row.accuracies.size() > 1 ? fmt::format(" ({:.1f} to {:.1f})", 100 * *least, 100 * *most) : "";
    const std::string lost = rows.count(kFloat) ? fmt::format("{:.1f}", mean(rows[kFloat]) - accuracy) : "-";
    figure.table.rows.push_back({code, fmt::format("{:.1f} %{}", accuracy, spread), lost,
                                 fmt::format("{:.2f}", row.weights / kMega), fmt::format("{:.1f}", row.weight_ratio),
                                 fmt::format("{:.3f}", row.features / kMega), fmt::format("{:.1f}", row.feature_ratio)});
    const bool maps = row.feature_ratio > 1, parameters = row.weight_ratio > 1;
    (maps && parameters ? both
     : maps             ? features
                        : weights)
        .points.push_back({maps && !parameters ? row.feature_ratio : row.weight_ratio, accuracy,
                           maps && !parameters ? row.features : row.weights, code});
  }
  Plot plot{"compression",
            "AlexNet-like network, retrained",
            "times smaller than in float",
            "test accuracy, %",
            {weights, features, both}};
  std::erase_if(plot.series, [](const Series& s) { return s.points.empty(); });
  figure.plots = {plot};
  figure.notes.push_back("The area of a bubble is its megabytes: of parameters, or of a picture's feature maps.");
  return figure;
}

}  // namespace

const Study compression{"compression", "figure 1a", "Accuracy against compression, of parameters and of feature maps",
                        measure_compression, present_compression};

}  // namespace duet::study
