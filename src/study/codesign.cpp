// Table 3: networks and accelerators designed one after the other against designed together, on the paper's device and the same
// pictures, with the same training. The separate way gets duet's engine, packing and widths, the same goals and as many
// trainings, so that only "jointly" differs (docs/decisions/0015).
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
// Of each network; a training takes ten minutes on two cores.
constexpr int kEpochs = 5, kTune = 1, kSeeds = 3, kPictures = 2000;
constexpr int kScouts = 3, kScoutEpochs = 2, kProposals = 300, kFinalists = 3;  // for each of the paper's networks
constexpr const char* kOther = "ecp5-85f";
constexpr int kFewPictures = 64;  // of a small run
// Than the paper's network at its own widths; and at equal widths, by the topology alone.
constexpr double kFaster = 1.5, kFasterAlike = 1.2;
const std::vector<flow::Widths> kNarrow{{4, 4}, {6, 6}, {8, 8}};  // beside the paper's own: the fewest bits first
const char* const kBundles[] = {"dw3-conv1-bn-relu-max", "dw3-conv1-bn-relu4-max"};

// MobileNet (Howard et al. 2017) as duet builds networks: channels times `alpha`, and so many of its last, equal blocks.
net::Network mobilenet(double alpha, int blocks) {
  net::Network network;
  network.name = fmt::format("mobilenet {:.2f} of {} blocks", alpha, blocks);
  network.input = {3, kHeight, kWidth};
  network.bundle = net::parse_bundle("dw3-conv1-bn-relu-max");
  std::vector<std::pair<int, bool>> all{{32, true}, {64, true}, {128, true}, {128, false}};
  all.insert(all.end(), static_cast<size_t>(blocks), {256, false});
  for (const auto& [channels, down] : all)
    network.replications.push_back({std::max(8, static_cast<int>(std::lround(channels * alpha / 8)) * 8), down});
  return network;
}
constexpr double kAlphas[] = {0.3, 0.45, 0.6, 0.8, 1.0, 1.25};
constexpr int kBlocks[] = {1, 2, 3};
constexpr int kSizes = static_cast<int>(std::size(kAlphas) * std::size(kBlocks));

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
  int epochs, tune, seeds, sizes, scouts, scout_epochs, proposals, finalists;
};

// What a design for one of the paper's networks must be: so fast, and fast by its topology alone.
struct Goal {
  std::string name;
  net::Network network;
  flow::Widths widths;
  flow::Config config;  // with the frames a second as its target
  double fps_alike = 0;

  // The widths on offer, the fewest bits first.
  std::vector<flow::Widths> offered() const {
    std::vector<flow::Widths> all = kNarrow;
    if (std::find(all.begin(), all.end(), widths) == all.end()) all.push_back(widths);
    return all;
  }
  // Of a topology at the paper's widths: its time over what it may take.
  double load(const net::Network& topology) const {
    const auto judged = flow::judge(topology, widths, config);
    if (!judged || judged->design.excess > 0) return 2;
    return fps_alike / judged->design.estimate.fps(config.clock_mhz);
  }
};

Goal goal_for(const std::string& name, const flow::Config& config) {
  const auto rows = flow::bench_rows();
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const flow::BenchRow& r) { return r.network == name; });
  Goal goal{name, *net::find_known(name), row->widths, config, 0};
  const double fps = flow::judge(goal.network, goal.widths, config)->design.estimate.fps(config.clock_mhz);
  goal.config.targets.fps = kFaster * fps, goal.fps_alike = kFasterAlike * fps;
  goal.config.widths = kNarrow;
  return goal;
}

struct Candidate {
  net::Network network;
  flow::Widths widths;
};

// Trains each candidate, as a design is trained; the best on the validation part, or the first where none could be trained.
Candidate best_trained(const std::vector<Candidate>& candidates, const Scale& scale, uint64_t seed, const Course& course) {
  std::vector<net::Network> networks;
  std::vector<flow::Widths> widths;
  for (const Candidate& c : candidates) networks.push_back(c.network), widths.push_back(c.widths);
  const auto tuned = tune_all(train_all(networks, scale.epochs, seed, course), widths, scale.tune, seed, course);
  size_t best = 0;
  for (size_t i = 0; i < tuned.size(); ++i)
    if (validation(tuned[i]).value_or(-1) > validation(tuned[best]).value_or(-1)) best = i;
  return candidates[best];
}

// One after the other: several sizes of a good network are trained before anyone asks what they cost. The most accurate of those
// that meet the goal at some widths is taken, and of these widths those that keep most.
std::optional<Candidate> separate(const Goal& goal, const Scale& scale, uint64_t seed, const Course& course) {
  std::vector<net::Network> networks;
  for (double alpha : kAlphas)
    for (int blocks : kBlocks) networks.push_back(mobilenet(alpha, blocks));
  networks.resize(static_cast<size_t>(scale.sizes));
  const auto trained = train_all(networks, scale.epochs, seed, course);
  std::vector<Candidate> best;
  double most = -1;
  for (size_t i = 0; i < networks.size(); ++i) {
    std::vector<Candidate> fast;
    for (const flow::Widths& widths : goal.offered())
      if (const auto judged = flow::judge(networks[i], widths, goal.config);
          judged && judged->verdict.meets() && goal.load(networks[i]) <= 1)
        fast.push_back({networks[i], widths});
    const double iou = validation(trained[i]).value_or(-1);
    if (!fast.empty() && iou > most) best = fast, most = iou;
  }
  if (best.empty()) return std::nullopt;
  return best_trained(best, scale, seed, course);
}

// Together: widths are coordinates beside the network's own, each proposal has the engine that is fastest for it, and what it is
// worth is predicted from scouts.
std::optional<Candidate> together(const Goal& goal, const flow::Qor& qor, const Scale& scale, uint64_t seed,
                                  const Course& course) {
  const auto offered = goal.offered();
  std::vector<search::Proposal> proposals;
  for (const char* bundle : kBundles) {
    auto space = flow::space_of(net::parse_bundle(bundle), goal.config);
    space.widths = static_cast<int>(offered.size());
    const auto judge = [&](const net::Network& network, int which) {
      search::Verdict verdict = flow::verdict(network, offered[static_cast<size_t>(which)], qor, goal.config);
      verdict.load = std::max(verdict.load, goal.load(network));
      return verdict;
    };
    const auto strategy =
        search::make_strategy(goal.config.search.strategy, space, goal.config.search.tolerance, Rng(seed + proposals.size()));
    for (auto& proposal : search::explore(*strategy, space, judge, scale.proposals / 2, {})) proposals.push_back(proposal);
  }
  const auto finalists = search::choose_finalists(proposals, scale.finalists);
  if (!finalists.met) return std::nullopt;
  std::vector<Candidate> candidates;
  for (size_t i : finalists.chosen)
    candidates.push_back({proposals[i].network, offered[static_cast<size_t>(proposals[i].widths)]});
  return best_trained(candidates, scale, seed, course);
}

// Networks near each goal's speed, trained briefly at the narrow widths.
std::optional<flow::Qor> scout(const std::vector<Goal>& goals, const Scale& scale, const Course& course,
                               std::vector<std::string>& notes) {
  const std::vector<std::string> bundles(std::begin(kBundles), std::end(kBundles));
  flow::Plan plan;
  plan.scouts = scale.scouts, plan.scout_epochs = scale.scout_epochs;
  Json all = Json::array();
  for (const Goal& goal : goals) {
    const int before = all.empty() ? 0 : all.back().at("index").get<int>() + 1;
    const Json scouted = flow::scout_step(bundles, goal.config, plan, course.packs, course.world);
    for (Json one : scouted.at("scouts")) {
      one["index"] = one.at("index").get<int>() + before;
      all.push_back(one);
    }
  }
  auto qor = flow::Qor::fitted(bundles, all);
  if (!qor) {
    notes.push_back("Too few scouts could be trained to predict accuracy from.");
    return qor;
  }
  std::vector<double> found;
  for (const Json& one : all)
    if (one.at("iou").is_number()) found.push_back(one.at("iou"));
  notes.push_back(
      fmt::format("Accuracy was predicted within {:.3f} IoU, rank correlation {:.2f}, from {} fine-tunings of scouts.",
                  qor->predictor().error(), search::rank_correlation(qor->predictor().left_out(), found), found.size()));
  return qor;
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
  const auto simulated = flow::evaluate_all(
      course.world, "simulating on another device",
      {flow::simulate_spec(flow::artefact(tuned.front(), "network"), judged[*fastest]->design.engine, course.packs, config)});
  if (!simulated[0].done()) {
    measured.notes.push_back(fmt::format("{} on {}: {}", c.name, config.device.title, simulated[0].message));
    return;
  }
  const Json& result = simulated[0].result;
  measured.notes.push_back(fmt::format(
      "{} on {} at {:.0f} MHz: {} cycles a frame simulated, {} predicted, {} of {} bytes different from the golden model.",
      c.name, config.device.title, config.clock_mhz, result.at("cycles_simulated").get<int64_t>(),
      result.at("cycles_predicted").get<int64_t>(), result.at("bytes_differ").get<int64_t>(),
      result.at("bytes_compared").get<int64_t>()));
}

Measured measure_codesign(const Settings& settings, const flow::World& world) {
  require_pictures(settings);
  const Scale scale = settings.small ? Scale{1, 1, 1, 2, 3, 1, 40, 1}
                                     : Scale{kEpochs, kTune, kSeeds, kSizes, kScouts, kScoutEpochs, kProposals, kFinalists};
  flow::Config config = flow::device_config("pynq-z1", settings.seed);
  use_pictures(settings, config);
  config.height = kHeight, config.width = kWidth;
  config.search.min_replications = 4, config.search.max_stride = 8;
  config.train.samples_per_epoch = settings.small ? kFewPictures : kPictures;
  const flow::Packs packs = flow::prepare_data(config, world);
  const Course course{config, packs, world, std::max(1, world.evaluations.cores ? world.evaluations.cores : 2)};

  Measured measured;
  std::vector<Goal> goals;
  for (const char* name : settings.small ? std::vector{"dnn-a"} : std::vector{"dnn-a", "dnn-b", "dnn-c"})
    goals.push_back(goal_for(name, config));
  const auto qor = scout(goals, scale, course, measured.notes);
  std::vector<Contestant> contestants;
  for (const Goal& goal : goals) {
    contestants.push_back({goal.name, "paper", goal.network, goal.widths});
    const auto add = [&](const char* group, const std::string& name, const std::optional<Candidate>& found) {
      if (found)
        contestants.push_back({fmt::format("{} for {}", name, goal.name), group, found->network, found->widths});
      else
        measured.notes.push_back(fmt::format("{}: nothing for {} is fast enough.", group, goal.name));
    };
    add("separate", "mobilenet", separate(goal, scale, settings.seed, course));
    add("duet", "duet", qor ? together(goal, *qor, scale, settings.seed, course) : std::nullopt);
  }

  Budget budget{scale.epochs, scale.tune, {}};
  for (int i = 0; i < scale.seeds; ++i) budget.seeds.push_back(settings.seed + static_cast<uint64_t>(i));
  for (Json& row : hold(contestants, budget, course, measured.notes)) {
    row["seed"] = settings.seed;
    for (const Goal& goal : goals)
      if (row.at("name") == goal.name || row.at("name").get<std::string>().ends_with(" for " + goal.name)) row["for"] = goal.name;
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
      "{} x {} pictures of {}; each network {} epochs of {} pictures in float and {} of fine-tuning, {} seeds; IoU of the "
      "integers on the test "
      "part, sizes, widths and finalists chosen on the validation part with the first seed; frames a second from simulated "
      "cycles at {:.0f} MHz; watts are estimates. Goals: {} times the frames a second of the paper's network at its own widths, "
      "and {} times at equal widths.",
      kHeight, kWidth, packs.title, scale.epochs, config.train.samples_per_epoch, scale.tune, scale.seeds, config.clock_mhz,
      kFaster, kFasterAlike));
  return measured;
}

Figure present_codesign(const Json& points) {
  const auto text = [](const Json& row, const char* key, int digits) {
    return row.contains(key) && row.at(key).is_number() ? fmt::format("{:.{}f}", row.at(key).get<double>(), digits) : "-";
  };
  const auto least = [](const Json& row) { return fmt::format("{:.3f}", std::ranges::min(row.at("ious")).get<double>()); };
  const auto most = [](const Json& row) { return fmt::format("{:.3f}", std::ranges::max(row.at("ious")).get<double>()); };
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
  // Each beside the paper's network that it was made for: chosen before the test part was looked at.
  for (const Json& paper : points) {
    if (paper.at("group") != "paper" || !paper.at("iou").is_number() || !paper.at("fps").is_number()) continue;
    const std::string name = paper.at("name");
    for (const Json& own : points) {
      if (own.at("group") == "paper" || own.value("for", "") != name || !own.at("iou").is_number() || !own.at("fps").is_number())
        continue;
      const auto times = [&](const char* key) {
        return own.at(key).is_number() ? fmt::format("{:.2f}", own.at(key).get<double>() / paper.at("fps").get<double>()) : "-";
      };
      figure.notes.push_back(
          fmt::format("{}: IoU {:+.3f} ({} to {} against {} to {}), {} times the frames a second, {} at equal widths.",
                      own.at("name").get<std::string>(), own.at("iou").get<double>() - paper.at("iou").get<double>(), least(own),
                      most(own), least(paper), most(paper), times("fps"), times(("fps_as_" + name).c_str())));
    }
  }
  return figure;
}

}  // namespace

const Study codesign{"codesign", "table 3", "Whether networks and accelerators gain by being designed together", measure_codesign,
                     present_codesign};

}  // namespace duet::study
