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

namespace duet::study {
namespace {

constexpr int kHeight = 160, kWidth = 360;
constexpr int kEpochs = 40, kTune = 6, kSeeds = 3;
constexpr int kScouts = 8, kScoutEpochs = 6, kProposals = 300, kFinalists = 2;
constexpr int64_t kFewPictures = 64;  // an epoch, of a small run
constexpr double kFaster = 1.2;       // than each of the paper's networks at its own widths: by the topology alone
constexpr double kAlike = 0.01;       // IoU that fewer bits may cost
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
constexpr double kAlphas[] = {1.5, 1.0, 0.75, 0.5};

struct Scale {
  int epochs, tune, seeds, scouts, scout_epochs, proposals, finalists;
};

// The fewest bits that fine-tuning holds within kAlike of float on the validation part, of those offered.
flow::Widths narrowest(const evaluate::Outcome& trained, const Scale& scale, uint64_t seed, const Course& course) {
  const auto tuned = tune_all(std::vector<evaluate::Outcome>(kNarrow.size(), trained), kNarrow, scale.tune, seed, course);
  const double whole = validation(trained).value_or(0);
  for (size_t i = 0; i < kNarrow.size(); ++i)
    if (tuned[i].done() && validation(tuned[i]).value_or(0) >= whole - kAlike) return kNarrow[i];
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
  return {networks[which].name, "separate", networks[which], narrowest(trained[which], scale, seed, course)};
}

flow::Plan plan_of(const Scale& scale) {
  flow::Plan plan;
  plan.scouts = scale.scouts, plan.scout_epochs = scale.scout_epochs;
  return plan;
}

}  // namespace

Measured measure_codesign(const Settings& settings, const flow::World& world) {
  if (settings.data.empty()) throw Error("needs labelled pictures", "--data", "give a folder of pictures with boxes");
  const Scale scale =
      settings.small ? Scale{1, 1, 1, 3, 1, 40, 1} : Scale{kEpochs, kTune, kSeeds, kScouts, kScoutEpochs, kProposals, kFinalists};
  flow::Config config = flow::device_config("pynq-z1", settings.seed);
  config.data.composed = false, config.data.root = settings.data;
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
    contestants.push_back(
        {fmt::format("duet for {}", name), "duet", networks[which], narrowest(trained[which], scale, settings.seed, course)});
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
  measured.notes.push_back(fmt::format(
      "{} x {} pictures of {}; each network {} epochs in float and {} of fine-tuning, {} seeds; IoU of the integers on the test "
      "part, sizes, widths and finalists chosen on the validation part with the first seed; frames a second from simulated "
      "cycles "
      "at {:.0f} MHz; watts are estimates.",
      kHeight, kWidth, packs.title, scale.epochs, scale.tune, scale.seeds, config.clock_mhz));
  return measured;
}

Figure present_codesign(const Json& points) {
  const auto text = [](const Json& value, int digits) {
    return value.is_number() ? fmt::format("{:.{}f}", value.get<double>(), digits) : "-";
  };
  Figure figure;
  figure.table.columns = {"design", "designed", "widths", "IoU", "FPS", "W (estimate)", "images/W", "LUT", "FF", "DSP", "BRAM36"};
  Plot plot{"codesign", "Designed together and one after the other", "frames a second, simulated", "mean IoU, test part", {}};
  std::map<std::string, Series> series;
  for (const Json& p : points) {
    const std::string group = p.at("group");
    figure.table.rows.push_back(
        {p.at("name"), group, fmt::format("W{}F{}", p.at("weight_bits").get<int>(), p.at("feature_bits").get<int>()),
         text(p.at("iou"), 3), text(p.at("fps"), 1), text(p.at("power_w"), 2), text(p.at("images_per_watt"), 1),
         text(p.at("lut"), 0), text(p.at("ff"), 0), text(p.at("dsp"), 0), text(p.at("bram36"), 1)});
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

}  // namespace duet::study
