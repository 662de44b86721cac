// Which search finds good networks soonest: the descent of the paper, NSGA-II or drawing at random, on a small space whose every
// network was trained once, so that all of them ask the same table.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "flow/judge.h"
#include "flow/specs.h"
#include "search/strategy.h"
#include "study/studies.h"

namespace duet::study {
namespace {

constexpr int kEpochs = 3, kHeight = 48, kWidth = 96;
constexpr int kSeeds = 5;
constexpr int kShown[] = {10, 20, 40, 80, 160};  // evaluations, in the table
constexpr double kNear = 0.01;                   // of the best network's IoU

search::Space space_for(const Settings& settings) {
  search::Space space;
  space.bundle = net::parse_bundle("dw3-conv1-bn-relu-max");
  space.input = {3, kHeight, kWidth};
  space.max_replications = settings.small ? 2 : 4;
  space.max_downsamples = 2;
  space.max_channels = 40;  // 350 networks
  return space;
}

// Every network of the space, once: different expansions may come to the same channels.
std::vector<net::Network> all_networks(const search::Space& space) {
  std::vector<net::Network> networks;
  std::set<std::string> names;
  for (const auto& point : search::all_points(space))
    if (net::Network network = search::to_network(space, point); names.insert(network.name).second)
      networks.push_back(std::move(network));
  return networks;
}

// The best IoU on target after each evaluation; 0 before there is one.
std::vector<double> best_so_far(const std::vector<search::Proposal>& proposals) {
  std::vector<double> best;
  for (const auto& p : proposals)
    best.push_back(std::max(best.empty() ? 0 : best.back(), p.verdict.meets() ? p.verdict.worth : 0));
  return best;
}

Measured measure_search(const Settings& settings, const flow::World& world) {
  flow::Config config = flow::device_config("pynq-z1", settings.seed);
  config.height = kHeight, config.width = kWidth;
  config.data.pictures = settings.small ? 60 : 1000;
  use_pictures(settings, config);
  const flow::Packs packs = flow::prepare_data(config, world);
  const auto space = space_for(settings);
  const auto networks = all_networks(space);

  std::vector<Json> specs;
  for (const auto& network : networks)
    specs.push_back(flow::train_spec(network, packs, config, settings.small ? 1 : kEpochs, 0, 1));
  const auto trained = flow::evaluate_all(world, fmt::format("training {} networks", specs.size()), specs);

  Measured measured;
  std::vector<double> rates;
  config.targets.fps = 1;
  for (const auto& network : networks) rates.push_back(1 / flow::verdict(network, config).load);
  // Half of the networks are fast enough.
  std::vector<double> sorted = rates;
  std::nth_element(sorted.begin(), sorted.begin() + std::ssize(sorted) / 2, sorted.end());
  config.targets.fps = sorted[sorted.size() / 2];
  std::map<std::string, search::Verdict> table;
  double best = 0;
  for (size_t i = 0; i < networks.size(); ++i) {
    const net::Network& network = networks[i];
    search::Verdict verdict = flow::verdict(network, config);
    if (trained[i].done()) {
      verdict.worth = trained[i].result.at("iou_validation");
      if (verdict.meets()) best = std::max(best, verdict.worth);
    } else {
      verdict.possible = false;
      measured.notes.push_back(network.name + ": " + trained[i].message);
    }
    table[network.name] = verdict;
    measured.points.push_back({{"network", network.name},
                               {"iou", trained[i].done() ? Json(verdict.worth) : Json()},
                               {"fps", rates[i]},
                               {"meets", verdict.meets()}});
  }

  const auto judge = [&](const net::Network& network, int) { return table.at(network.name); };
  const int count = std::min(static_cast<int>(networks.size()), kShown[std::size(kShown) - 1]);
  for (const char* name : search::kStrategies)
    for (uint64_t seed = settings.seed; seed < settings.seed + kSeeds; ++seed) {
      const auto strategy = search::make_strategy(name, space, config.search.tolerance, Rng(seed));
      measured.points.push_back({{"strategy", name},
                                 {"seed", seed},
                                 {"best", best},
                                 {"best_so_far", best_so_far(search::explore(*strategy, space, judge, count, {}))}});
    }
  measured.notes.push_back(
      fmt::format("{} networks of {}, each trained once for {} epochs on {} pictures of {} x {} ({}); IoU on {} of the "
                  "validation part. A network "
                  "is fast enough above {:.0f} FPS (estimate), as half of them are.",
                  networks.size(), net::name(space.bundle), settings.small ? 1 : kEpochs, packs.train, kHeight, kWidth,
                  packs.title, packs.validation, *config.targets.fps));
  return measured;
}

Figure present_search(const Json& points) {
  struct Sum {
    std::vector<double> best;  // of all seeds together, by evaluation
    int runs = 0;
    double soon = 0;  // evaluations until near the best network
    int near = 0;     // runs that came near
  };
  std::map<std::string, Sum> sums;
  double best = 0;
  for (const Json& p : points) {
    if (!p.contains("strategy")) continue;
    Sum& sum = sums[p.at("strategy")];
    const auto found = p.at("best_so_far").get<std::vector<double>>();
    best = p.at("best");
    if (sum.best.size() < found.size()) sum.best.resize(found.size());
    for (size_t i = 0; i < found.size(); ++i) sum.best[i] += found[i];
    ++sum.runs;
    const auto near = std::find_if(found.begin(), found.end(), [&](double iou) { return iou >= best - kNear; });
    if (near == found.end()) continue;
    ++sum.near, sum.soon += static_cast<double>(near - found.begin() + 1);
  }
  Figure figure;
  Plot plot{"search", "The best network so far, mean of the seeds", "networks evaluated", "IoU, validation part", {}};
  figure.table.columns = {"strategy"};
  for (int shown : kShown) figure.table.columns.push_back(fmt::format("best after {}", shown));
  figure.table.columns.push_back(fmt::format("runs within {:.2f} of the best", kNear));
  figure.table.columns.push_back("after (mean of those)");
  for (auto& [name, sum] : sums) {
    Series line{name, Mark::line, {}};
    for (size_t i = 0; i < sum.best.size(); ++i)
      line.points.push_back({static_cast<double>(i + 1), sum.best[i] / sum.runs, 0, ""});
    std::vector<std::string> row{name};
    for (int shown : kShown) {
      const size_t at = std::min(sum.best.size(), static_cast<size_t>(shown)) - 1;
      row.push_back(fmt::format("{:.3f}", sum.best[at] / sum.runs));
    }
    row.push_back(fmt::format("{} of {}", sum.near, sum.runs));
    row.push_back(sum.near ? fmt::format("{:.0f}", sum.soon / sum.near) : "-");
    figure.table.rows.push_back(row);
    plot.series.push_back(line);
  }
  figure.plots = {plot};
  figure.notes.push_back(fmt::format("The best network of the space that is fast enough has an IoU of {:.3f}.", best));
  return figure;
}

}  // namespace

const Study search{"search", "step 3", "How soon each search finds the best network", measure_search, present_search};

}  // namespace duet::study
