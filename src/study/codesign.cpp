// Table 3: networks and accelerators designed one after the other against designed together, on the paper's device and the same
// pictures, with the same training. The separate way gets duet's engine, packing and widths, so that only "jointly" differs.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "flow/bench.h"
#include "flow/judge.h"
#include "flow/qor.h"
#include "study/contest.h"
#include "study/studies.h"
#include "study/zoo.h"

namespace duet::study {
namespace {

constexpr int kHeight = 160, kWidth = 360;
constexpr int kEpochs = 5, kTune = 1, kSeeds = 3;  // some twenty trainings, a quarter of an hour each on two cores
constexpr int kScouts = 8, kScoutEpochs = 2, kProposals = 300, kFinalists = 2;
constexpr const char* kOther = "ecp5-85f";
constexpr int64_t kFewPictures = 64;  // an epoch, of a small run
constexpr double kFaster = 1.2;       // than each of the paper's networks at its own widths: by the topology alone
constexpr double kAlike = 0.01;       // IoU that fewer bits may cost
constexpr double kAbove = 0.005;  // IoU that a design must be above the paper's on the validation part, to be so on the test part
const std::vector<flow::Widths> kNarrow{{4, 4}, {6, 6}, {8, 8}, {11, 8}};  // the fewest bits first
const char* const kBundles[] = {"dw3-conv1-bn-relu-max", "dw3-conv1-bn-relu4-max"};

// MobileNet (Howard et al. 2017) without its last, widest blocks, as duet builds networks: channels times `alpha`.
net::Network mobilenet(double alpha) {
  net::Network network;
  network.name = fmt::format("mobilenet {:.2f}", alpha);
  network.input = {3, kHeight, kWidth};
  network.bundle = net::parse_bundle("dw3-conv1-bn-relu-max");
  const std::pair<int, bool> blocks[] = {{32, true}, {64, true}, {128, true}, {128, false}, {256, false}, {256, false}};
  for (const auto& [channels, down] : blocks)
    network.replications.push_back({std::max(8, static_cast<int>(std::lround(channels * alpha / 8)) * 8), down});
  return network;
}
constexpr double kAlphas[] = {1.0, 0.75, 0.5};

// ResNet-18 made smaller in the same way. No engine of duet's sums two maps, so that its accelerator is modelled and not
// simulated: as the chain of its 3x3 convolutions at W8F8, without the first layer, the shortcuts and the sums. The real one
// would be slower.
constexpr const char* kResnet = "resnet-18/4";
constexpr flow::Widths kModelled{8, 8};
net::Network resnet_chain() {
  net::Network chain;
  chain.name = kResnet;
  chain.input = {16, kHeight / 4, kWidth / 4};
  chain.bundle = net::parse_bundle("conv3-conv3-bn-relu-max");
  for (int channels : {16, 32, 64, 128})
    for (int block = 0; block < 2; ++block) chain.replications.push_back({channels, channels == 16 && block == 1});
  return chain;
}

struct Scale {
  int epochs, tune, seeds, scouts, scout_epochs, proposals, finalists;
};

// The fewest bits, of those offered, that fine-tuning holds at `wanted` IoU on the validation part; the most where none does.
flow::Widths narrowest(const evaluate::Outcome& trained, double wanted, const Scale& scale, uint64_t seed, const Course& course) {
  const auto tuned = tune_all(std::vector<evaluate::Outcome>(kNarrow.size(), trained), kNarrow, scale.tune, seed, course);
  for (size_t i = 0; i < kNarrow.size(); ++i)
    if (tuned[i].done() && validation(tuned[i]).value_or(0) >= wanted) return kNarrow[i];
  return kNarrow.back();
}

size_t best(const std::vector<evaluate::Outcome>& trained) {
  size_t best = 0;
  for (size_t i = 0; i < trained.size(); ++i)
    if (validation(trained[i]).value_or(-1) > validation(trained[best]).value_or(-1)) best = i;
  return best;
}

// The most accurate of several sizes that has an engine at some widths; then as few bits as it bears.
Contestant separate(const Scale& scale, uint64_t seed, const Course& course) {
  std::vector<net::Network> networks;
  for (double alpha : kAlphas) {
    const net::Network network = mobilenet(alpha);
    const auto judged = flow::judge(network, kNarrow.front(), course.config);
    if (judged && judged->design.excess <= 0) networks.push_back(network);
  }
  DUET_CHECK(!networks.empty());
  const auto trained = train_all(networks, scale.epochs, seed, course);
  const size_t which = best(trained);
  const double wanted = validation(trained[which]).value_or(0) - kAlike;
  return {networks[which].name, "separate", networks[which], narrowest(trained[which], wanted, scale, seed, course)};
}

Json resnet_row(const Scale& scale, const Settings& settings, const Course& course, std::vector<std::string>& notes) {
  Json row{{"name", kResnet}, {"group", "separate, modelled"}, {"ious", Json::array()}};
  for (const char* unknown : {"iou", "iou_validation", "weight_bits", "feature_bits", "fps", "cycles_simulated", "power_w",
                              "images_per_watt", "lut", "ff", "dsp", "bram36"})
    row[unknown] = nullptr;
  std::vector<Json> specs;
  for (int i = 0; i < scale.seeds; ++i) {
    train::ZooSpec spec;
    spec.network = kResnet, spec.classes = 0, spec.epochs = scale.epochs + scale.tune, spec.batch = course.config.train.batch;
    spec.samples_per_epoch = course.config.train.samples_per_epoch, spec.seed = settings.seed + static_cast<uint64_t>(i);
    specs.push_back(zoo_spec(spec, course.packs.artefact, course.world));
  }
  double sum = 0;
  for (const auto& trained : flow::evaluate_all(course.world, "training ResNet-18", specs)) {
    if (!trained.done()) {
      notes.push_back(fmt::format("{}: {}", kResnet, trained.message));
      continue;
    }
    row["ious"].push_back(trained.result.at("score_test"));
    sum += trained.result.at("score_test").get<double>();
  }
  if (!row.at("ious").empty()) row["iou"] = sum / static_cast<double>(row.at("ious").size());
  const auto judged = flow::judge(resnet_chain(), kModelled, course.config);
  DUET_CHECK(judged && judged->design.excess <= 0, "the chain has an engine");
  const auto& estimate = judged->design.estimate;
  row["fps_modelled"] = estimate.fps(course.config.clock_mhz), row["power_w"] = estimate.watts;
  return row;
}

// The same networks at the same widths on another device: estimates for all, and duet's fastest one simulated.
void add_other_device(const std::vector<Contestant>& contestants, const Scale& scale, const Settings& settings,
                      const Course& course, Measured& measured) {
  flow::Config config = flow::device_config(kOther, settings.seed);
  config.height = kHeight, config.width = kWidth;
  std::optional<size_t> fastest;
  std::vector<std::optional<flow::Judged>> judged;
  for (size_t i = 0; i < contestants.size(); ++i) {
    Json& row = measured.points[i];
    judged.push_back(flow::judge(contestants[i].network, contestants[i].widths, config));
    const bool fits = judged[i] && judged[i]->design.excess <= 0;
    row["fps_other"] = fits ? Json(judged[i]->design.estimate.fps(config.clock_mhz)) : Json();
    if (fits && contestants[i].group == "duet" && (!fastest || row.at("fps_other") > measured.points[*fastest].at("fps_other")))
      fastest = i;
  }
  if (!fastest) return;
  const Contestant& c = contestants[*fastest];
  const auto tuned = tune_all(train_all({c.network}, scale.epochs, settings.seed, course), {c.widths}, scale.tune, settings.seed,
                              course);  // of the store: trained before
  if (!tuned.front().done()) return;
  const auto simulated = flow::evaluate_one(
      course.world, "simulating on another device",
      flow::simulate_spec(flow::artefact(tuned.front(), "network"), judged[*fastest]->design.engine, course.packs, config));
  measured.notes.push_back(fmt::format(
      "{} on {} at {:.0f} MHz: {} cycles a frame simulated, {} predicted, {} of {} bytes different from the golden model.",
      c.name, config.device.title, config.clock_mhz, simulated.result.at("cycles_simulated").get<int64_t>(),
      simulated.result.at("cycles_predicted").get<int64_t>(), simulated.result.at("bytes_differ").get<int64_t>(),
      simulated.result.at("bytes_compared").get<int64_t>()));
}

flow::Plan plan_of(const Scale& scale) {
  flow::Plan plan;
  plan.scouts = scale.scouts, plan.scout_epochs = scale.scout_epochs;
  return plan;
}

Measured measure_codesign(const Settings& settings, const flow::World& world) {
  require_pictures(settings);
  const Scale scale =
      settings.small ? Scale{1, 1, 1, 3, 1, 40, 1} : Scale{kEpochs, kTune, kSeeds, kScouts, kScoutEpochs, kProposals, kFinalists};
  flow::Config config = flow::device_config("pynq-z1", settings.seed);
  use_pictures(settings, config);
  config.height = kHeight, config.width = kWidth;
  config.search.min_replications = 4, config.search.max_stride = 8;
  if (settings.small) config.train.samples_per_epoch = kFewPictures;
  const flow::Packs packs = flow::prepare_data(config, world);
  const Course course{config, packs, world, std::max(1, world.evaluations.cores ? world.evaluations.cores : 2)};

  Measured measured;
  std::vector<Contestant> contestants{separate(scale, settings.seed, course)};
  const std::vector<std::string> bundles(std::begin(kBundles), std::end(kBundles));
  std::optional<flow::Qor> qor;
  // Scouts near the first, the one in the middle.
  for (const char* name : settings.small ? std::vector{"dnn-a"} : std::vector{"dnn-b", "dnn-a", "dnn-c"}) {
    const auto rows = flow::bench_rows();
    const flow::BenchRow& row =
        *std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.network == std::string(name); });
    const net::Network& network = *net::find_known(name);
    contestants.push_back({name, "paper", network, row.widths});
    const auto theirs =
        tune_all(train_all({network}, scale.epochs, settings.seed, course), {row.widths}, scale.tune, settings.seed, course);
    flow::Config target = config;
    target.targets.fps = kFaster * flow::judge(network, row.widths, config)->design.estimate.fps(config.clock_mhz);
    target.widths = {row.widths};
    target.search.finalists = scale.finalists;
    if (!qor) {
      const Json scouted = flow::scout_step(bundles, target, plan_of(scale), packs, world);
      qor = flow::Qor::fitted(bundles, scouted.at("scouts"));
      if (qor)
        measured.notes.push_back(fmt::format("Accuracy was predicted within {:.3f} IoU, rank correlation {:.2f}.",
                                             scouted.at("error").get<double>(), scouted.at("rank_correlation").get<double>()));
    }
    const Json explored = flow::explore_step(bundles, target, scale.proposals, qor ? &*qor : nullptr, {});
    std::vector<net::Network> networks;
    for (const Json& index : explored.at("finalists"))
      networks.push_back(net::network_from_json(explored.at("proposals")[index.get<size_t>()].at("network"), "exploration"));
    const auto trained = train_all(networks, scale.epochs, settings.seed, course);
    const size_t which = best(trained);
    const double wanted = validation(theirs.front()).value_or(0) + kAbove;
    contestants.push_back({fmt::format("duet for {}", name), "duet", networks[which],
                           narrowest(trained[which], wanted, scale, settings.seed, course)});
  }

  Budget budget{scale.epochs, scale.tune, {}};
  for (int i = 0; i < scale.seeds; ++i) budget.seeds.push_back(settings.seed + static_cast<uint64_t>(i));
  for (Json& row : hold(contestants, budget, course, measured.notes)) {
    row["seed"] = settings.seed;
    // Of the topology at the widths of each of the paper's networks; predicted, as every simulation equals its prediction.
    for (const Contestant& c : contestants) {
      if (c.group != "paper") continue;
      const auto judged = flow::judge(net::network_from_json(row.at("network"), "row"), c.widths, config);
      row["fps_as_" + c.name] =
          judged && judged->design.excess <= 0 ? Json(judged->design.estimate.fps(config.clock_mhz)) : Json();
    }
    measured.points.push_back(row);
  }
  add_other_device(contestants, scale, settings, course, measured);
  measured.points.push_back(resnet_row(scale, settings, course, measured.notes));
  measured.notes.push_back(fmt::format(
      "{} x {} pictures of {}; each network {} epochs in float and {} of fine-tuning, {} seeds; IoU of the integers on the test "
      "part, sizes, widths and finalists chosen on the validation part with the first seed; frames a second from simulated "
      "cycles at {:.0f} MHz; watts are estimates.",
      kHeight, kWidth, packs.title, scale.epochs, scale.tune, scale.seeds, config.clock_mhz));
  return measured;
}

Figure present_codesign(const Json& points) {
  const auto text = [](const Json& row, const char* key, int digits) {
    return row.contains(key) && row.at(key).is_number() ? fmt::format("{:.{}f}", row.at(key).get<double>(), digits) : "-";
  };
  Figure figure;
  figure.table.columns = {"design",   "designed", "widths", "IoU", "FPS",    "W (estimate)",
                          "images/W", "LUT",      "FF",     "DSP", "BRAM36", "FPS on ECP5-85 (estimate)"};
  Plot plot{"codesign", "Designed together and one after the other", "frames a second, simulated", "mean IoU, test part", {}};
  std::map<std::string, Series> series;
  for (const Json& p : points) {
    const std::string group = p.at("group");
    const bool modelled = p.contains("fps_modelled");
    figure.table.rows.push_back(
        {p.at("name"), group,
         modelled ? "float" : fmt::format("W{}F{}", p.at("weight_bits").get<int>(), p.at("feature_bits").get<int>()),
         text(p, "iou", 3), modelled ? "at most " + text(p, "fps_modelled", 1) : text(p, "fps", 1), text(p, "power_w", 2),
         text(p, "images_per_watt", 1), text(p, "lut", 0), text(p, "ff", 0), text(p, "dsp", 0), text(p, "bram36", 1),
         text(p, "fps_other", 1)});
    if (p.at("iou").is_number() && p.at("fps").is_number())
      series[group].points.push_back({p.at("fps"), p.at("iou"), p.at("power_w"), p.at("name")});
  }
  for (auto& [group, one] : series) {
    one.title = group, one.mark = Mark::bubbles;
    plot.series.push_back(one);
  }
  figure.plots = {plot};
  for (const Json& paper : points) {
    if (paper.at("group") != "paper" || !paper.at("iou").is_number() || !paper.at("fps").is_number()) continue;
    const std::string name = paper.at("name");
    const Json* found = nullptr;
    for (const Json& own : points)
      if (own.at("group") == "duet" && own.at("iou").is_number() && own.at("fps").is_number() &&
          own.at("iou") >= paper.at("iou") && (!found || own.at("fps") > found->at("fps")))
        found = &own;
    if (!found) {
      figure.notes.push_back(fmt::format("No design of duet's reaches the IoU of {}.", name));
      continue;
    }
    figure.notes.push_back(fmt::format(
        "{} has at least the IoU of {}, and {:.2f} times its frames a second; {:.2f} times at equal widths.",
        found->at("name").get<std::string>(), name, found->at("fps").get<double>() / paper.at("fps").get<double>(),
        found->at("fps_as_" + name).is_number() ? found->at("fps_as_" + name).get<double>() / paper.at("fps").get<double>() : 0));
  }
  return figure;
}

}  // namespace

const Study codesign{"codesign", "table 3", "Whether networks and accelerators gain by being designed together", measure_codesign,
                     present_codesign};

}  // namespace duet::study
