// Table 1: backbones with the same back-end, a 1x1 convolution to two anchors, on the same pictures. The paper's message: more
// parameters do not find boxes better. The numbers of its table are lost in the text that this follows, those shown are recalled.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "flow/specs.h"
#include "study/studies.h"
#include "study/zoo.h"

namespace duet::study {
namespace {

constexpr int kHeight = 96, kWidth = 192;  // multiples of the ResNets' and VGG's 32; at 160 x 360 VGG-16 alone would take a day
constexpr int kEpochs = 12, kPictures = 640, kBatch = 16;
constexpr double kMinutes = 20;  // of each, with the budget of time
constexpr double kRate = 0.002;
constexpr const char* kAlike = "same epochs";

struct Backbone {
  const char *name, *recalled;
};
const std::vector<Backbone> kBackbones{{"resnet-18", "0.61"}, {"resnet-34", "0.26"}, {"resnet-50", "0.32"}, {"vgg-16", "0.25"},
                                       {"mobilenet", "-"},    {"dnn-a", "-"},        {"dnn-b", "-"},        {"dnn-c", "-"}};

train::ZooSpec spec_of(const std::string& name, int epochs, const Settings& settings) {
  train::ZooSpec spec;
  spec.network = name, spec.classes = 0, spec.epochs = epochs, spec.batch = kBatch, spec.learning_rate = kRate;
  spec.samples_per_epoch = settings.small ? 32 : kPictures, spec.seed = settings.seed;
  return spec;
}

// First the same epochs for all. Then the same time: as many epochs as it holds, by what the first ones took.
Measured measure_backbones(const Settings& settings, const flow::World& world) {
  require_pictures(settings);
  flow::Config config = flow::device_config("pynq-z1", settings.seed);
  use_pictures(settings, config);
  config.height = kHeight, config.width = kWidth;
  const flow::Packs packs = flow::prepare_data(config, world);
  const int epochs = settings.small ? 1 : kEpochs;
  std::vector<Backbone> backbones = kBackbones;
  if (settings.small) backbones = {kBackbones[0], kBackbones[5]};
  Measured measured;
  const auto run = [&](const std::string& budget, const std::vector<int>& lengths) {
    std::vector<Json> specs;
    for (size_t i = 0; i < backbones.size(); ++i)
      specs.push_back(zoo_spec(spec_of(backbones[i].name, lengths[i], settings), packs.artefact, world));
    const auto outcomes = evaluate_all(world, "training, " + budget, specs);
    for (size_t i = 0; i < outcomes.size(); ++i) {
      if (!outcomes[i].done()) {
        measured.notes.push_back(fmt::format("{}: {}", backbones[i].name, outcomes[i].message));
        continue;
      }
      Json point = outcomes[i].result;
      point["backbone"] = backbones[i].name, point["recalled"] = backbones[i].recalled;
      point["budget"] = budget, point["seed"] = settings.seed;
      measured.points.push_back(point);
    }
  };
  run(kAlike, std::vector<int>(backbones.size(), epochs));
  std::vector<int> lengths(backbones.size(), epochs);
  for (const Json& point : measured.points)
    for (size_t i = 0; i < backbones.size(); ++i)
      if (point.at("backbone") == backbones[i].name)
        lengths[i] = std::max(1, static_cast<int>(std::lround(epochs * 60 * (settings.small ? 0.1 : kMinutes) /
                                                              point.at("seconds").get<double>())));
  run("same time", lengths);
  measured.notes.push_back(fmt::format(
      "{} x {} pictures of {}, {} of them an epoch; the same epochs: {}, the same time: {:.0f} minutes each; weights of the "
      "best epoch on the validation part; in float.",
      kHeight, kWidth, packs.title, settings.small ? 32 : kPictures, epochs, settings.small ? 0.1 : kMinutes));
  return measured;
}

Figure present_backbones(const Json& points) {
  Figure figure;
  Plot plot{"backbones", "The same back-end behind each", "parameters, millions", "mean IoU, test part", {}};
  Plot course{"backbones-epochs", "What each has learnt, the first seed", "epoch", "mean IoU, validation part", {}};
  std::map<std::string, Series> series;
  figure.table.columns = {"backbone",
                          "budget",
                          "seed",
                          "parameters, M",
                          "GMAC",
                          "epochs",
                          "minutes",
                          "IoU, test",
                          "IoU, validation",
                          "loss, first and last epoch",
                          "the paper's IoU (recalled)"};
  for (const Json& p : points) {
    const std::string budget = p.at("budget"), name = p.at("backbone");
    const double parameters = p.at("parameters").get<double>() / 1e6;
    const Json& curve = p.at("curve");
    const std::string losses = curve.empty() ? "-"
                                             : fmt::format("{:.2f} to {:.2f}", curve.front().at("loss").get<double>(),
                                                           curve.back().at("loss").get<double>());
    if (budget == kAlike && p.at("seed") == points.front().at("seed")) {
      Series line{name, Mark::line, {}};
      for (const Json& epoch : curve) line.points.push_back({epoch.at("epoch"), epoch.at("score"), 0, ""});
      course.series.push_back(line);
    }
    series[budget].points.push_back({parameters, p.at("score_test"), p.at("macs").get<double>() / 1e9, name});
    figure.table.rows.push_back(
        {name, budget, std::to_string(p.at("seed").get<int>()), fmt::format("{:.2f}", parameters),
         fmt::format("{:.2f}", p.at("macs").get<double>() / 1e9), std::to_string(p.at("epochs").get<int>()),
         fmt::format("{:.1f}", p.at("seconds").get<double>() / 60), fmt::format("{:.3f}", p.at("score_test").get<double>()),
         fmt::format("{:.3f}", p.at("score_validation").get<double>()), losses, p.at("recalled")});
  }
  for (auto& [budget, one] : series) {
    one.title = budget, one.mark = Mark::bubbles;
    plot.series.push_back(one);
  }
  figure.plots = {plot, course};
  figure.notes.push_back("The area of a bubble is the multiplications of a picture.");
  return figure;
}

}  // namespace

const Study backbones{"backbones", "table 1", "Whether larger backbones find boxes better, with the same back-end",
                      measure_backbones, present_backbones};

}  // namespace duet::study
