// Figure 1a: accuracy of an AlexNet-like network against compression, of its parameters or of its feature maps, each retrained.
// Codes are the paper's: bits of the feature maps - first convolution, other convolutions, hidden layers, last layer; T ternary,
// B binary. Does accuracy fall more for feature maps than for parameters at like compression?
#include <fmt/core.h>

#include <algorithm>

#include "study/classes.h"
#include "study/studies.h"

namespace duet::study {
namespace {

constexpr int kEpochs = 20, kRetrain = 3;
constexpr double kRate = 0.002, kRetrainRate = 0.001;
constexpr double kMega = 1e6;

struct Case {
  const char* features;                // "32", "8", "4", "T", "B"
  std::array<const char*, 4> weights;  // of each train::Part
};

const std::vector<Case> kCases{{"32", {"8", "8", "8", "8"}},    {"32", {"8", "4", "4", "8"}},    {"32", {"4", "4", "4", "4"}},
                               {"32", {"8", "T", "T", "8"}},    {"32", {"T", "T", "T", "T"}},    {"32", {"8", "B", "B", "8"}},
                               {"32", {"B", "B", "B", "B"}},    {"8", {"32", "32", "32", "32"}}, {"4", {"32", "32", "32", "32"}},
                               {"T", {"32", "32", "32", "32"}}, {"B", {"32", "32", "32", "32"}}, {"8", {"8", "8", "8", "8"}},
                               {"4", {"8", "4", "4", "8"}}};

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

}  // namespace

Findings study_compression(const Settings& settings, const flow::World& world) {
  const Classes classes = prepare_classes(settings, world);
  train::ClassifySpec spec;
  spec.network = "alexnet", spec.seed = settings.seed;
  spec.epochs = settings.small ? 1 : kEpochs, spec.learning_rate = kRate;
  const auto base = evaluate_one(world, "training in float", classify_spec(spec, classes, nullptr, world));
  std::vector<Case> cases = kCases;
  if (settings.small) cases = {kCases[3], kCases[9]};
  std::vector<Json> specs;
  for (const Case& c : cases) {
    train::ClassifySpec own = spec;
    own.epochs = settings.small ? 1 : kRetrain, own.learning_rate = kRetrainRate;
    own.feature_levels = levels(c.features, false);
    for (size_t part = 0; part < 4; ++part) own.weight_levels[part] = levels(c.weights[part], true);
    specs.push_back(classify_spec(own, classes, &base, world));
  }
  const auto outcomes = evaluate_all(world, "retraining", specs);

  Findings found;
  Series weights{"parameters", Mark::bubbles, {}}, features{"feature maps", Mark::bubbles, {}}, both{"both", Mark::bubbles, {}};
  found.table.columns = {"p1-p2p3p4p5",   "test accuracy", "points lost",  "parameters, MB",
                         "times smaller", "maps, MB",      "times smaller"};
  const double whole = base.result.at("accuracy_test");
  const auto add = [&](const std::string& code, const Json& r) {
    const double accuracy = r.at("accuracy_test"), w = r.at("weight_bytes"), f = r.at("feature_bytes");
    const double w_ratio = r.at("float_weight_bytes").get<double>() / w, f_ratio = r.at("float_feature_bytes").get<double>() / f;
    found.table.rows.push_back({code, fmt::format("{:.1f} %", 100 * accuracy), fmt::format("{:.1f}", 100 * (whole - accuracy)),
                                fmt::format("{:.2f}", w / kMega), fmt::format("{:.1f}", w_ratio),
                                fmt::format("{:.3f}", f / kMega), fmt::format("{:.1f}", f_ratio)});
    found.points.push_back({{"code", code},
                            {"accuracy_test", accuracy},
                            {"accuracy_validation", r.at("accuracy_validation")},
                            {"weight_bytes", w},
                            {"feature_bytes", f},
                            {"weight_ratio", w_ratio},
                            {"feature_ratio", f_ratio}});
    Series& series = w_ratio > 1 && f_ratio > 1 ? both : f_ratio > 1 ? features : weights;
    const double ratio = f_ratio > 1 && w_ratio <= 1 ? f_ratio : w_ratio;
    series.points.push_back({ratio, 100 * accuracy, f_ratio > 1 && w_ratio <= 1 ? f : w, code});
  };
  add("32-32", base.result);
  for (size_t i = 0; i < cases.size(); ++i) {
    if (outcomes[i].done())
      add(name(cases[i]), outcomes[i].result);
    else
      found.notes.push_back(fmt::format("{}: {}", name(cases[i]), outcomes[i].message));
  }
  Plot plot{
      "compression", "AlexNet-like network, retrained", "times smaller than in float", "test accuracy, %", {weights, features}};
  if (!both.points.empty()) plot.series.push_back(both);
  std::erase_if(plot.series, [](const Series& s) { return s.points.empty(); });
  found.plots.push_back(plot);
  found.notes.push_back(classes.title + ".");
  found.notes.push_back(fmt::format(
      "{} epochs in float, then {} more of each rounding from there; the best epoch on the validation part; one seed.",
      spec.epochs, settings.small ? 1 : kRetrain));
  found.notes.push_back("The area of a bubble is its megabytes: of parameters, or of a picture's feature maps.");
  return found;
}

}  // namespace duet::study
