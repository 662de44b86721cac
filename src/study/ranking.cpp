// How far a short training of a prototype tells which Bundle a long one would prefer: what step 2 of the paper relies on.
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "flow/specs.h"
#include "search/predictor.h"
#include "search/select.h"
#include "study/studies.h"

namespace duet::study {
namespace {

constexpr int kBundles = 12, kHeight = 64, kWidth = 112, kPictures = 1000;
constexpr int kLong = 24;            // epochs
constexpr int kShort[] = {2, 4, 8};  // each on a learning-rate schedule of its own
constexpr int kLooks[] = {6, 12};    // into the long one, as halving does
constexpr int kFewBundles = 3, kFewEpochs = 2;

Measured measure_ranking(const Settings& settings, const flow::World& world) {
  flow::Config config = flow::device_config("pynq-z1", settings.seed);
  config.height = kHeight, config.width = kWidth;
  config.search.prototype_channels = 16, config.search.max_stride = 8;
  config.data.pictures = settings.small ? 60 : kPictures;
  use_pictures(settings, config);
  const flow::Packs packs = flow::prepare_data(config, world);
  Rng rng(settings.seed);
  const auto bundles =
      search::draw_bundles({net::parse_bundle("dw3-conv1-bn-relu-max")}, settings.small ? kFewBundles : kBundles, rng);

  Measured measured;
  const auto train = [&](int epochs) {
    std::vector<Json> specs;
    for (const auto& bundle : bundles)
      specs.push_back(flow::train_spec(flow::prototype(bundle, config), packs, config, epochs, 0, 1));
    const auto outcomes = flow::evaluate_all(world, fmt::format("{} prototypes for {} epochs", specs.size(), epochs), specs);
    for (size_t i = 0; i < bundles.size(); ++i) {
      if (!outcomes[i].done()) {
        measured.notes.push_back(net::name(bundles[i]) + ": " + outcomes[i].message);
        continue;
      }
      const Json& result = outcomes[i].result;
      Json point{{"bundle", net::name(bundles[i])}, {"seed", settings.seed}, {"epochs", epochs}, {"looked", false}};
      point["iou"] = result.at("iou_validation"), point["seconds"] = result.at("seconds");
      measured.points.push_back(point);
      if (epochs != kLong) continue;
      for (const Json& scored : result.at("curve"))
        for (int look : kLooks)
          if (scored.at("epoch") == look && scored.at("iou_validation").is_number()) {
            point["epochs"] = look, point["iou"] = scored.at("iou_validation"), point["looked"] = true;
            measured.points.push_back(point);
          }
    }
  };
  if (settings.small) {
    train(1), train(kFewEpochs);
  } else {
    for (int epochs : kShort) train(epochs);
    train(kLong);
  }
  measured.notes.push_back(
      fmt::format("Prototypes of {} Bundles, {} to {} channels wide in four replications, {} pictures of {} x {} ({}), in float; "
                  "IoU of the best epoch on {} pictures of the validation part.",
                  bundles.size(), config.search.prototype_channels, config.search.prototype_channels * 27 / 8, packs.train,
                  kHeight, kWidth, packs.title, packs.validation));
  return measured;
}

Figure present_ranking(const Json& points) {
  int longest = 0;
  for (const Json& p : points) longest = std::max(longest, p.at("epochs").get<int>());
  std::map<std::pair<uint64_t, std::string>, double> last;  // by seed and Bundle
  std::map<std::pair<bool, int>, std::vector<const Json*>> kinds;
  const auto key = [](const Json& p) { return std::pair(p.at("seed").get<uint64_t>(), p.at("bundle").get<std::string>()); };
  for (const Json& p : points) {
    if (p.at("epochs") == longest)
      last[key(p)] = p.at("iou");
    else
      kinds[{p.at("looked"), p.at("epochs")}].push_back(&p);
  }
  Figure figure;
  Plot plot{"ranking",
            "Each Bundle's prototype, after short and after long training",
            fmt::format("IoU after {} epochs", longest),
            "IoU after fewer",
            {}};
  figure.table.columns = {"training", "Bundles", "rank correlation with the long one",
                          "the long one's best is in the better half"};
  for (const auto& [kind, short_points] : kinds) {
    const auto& [looked, epochs] = kind;
    const std::string name = looked ? fmt::format("the long one after {} epochs", epochs) : fmt::format("{} epochs", epochs);
    Series series{name, Mark::dots, {}};
    std::map<uint64_t, std::pair<std::vector<double>, std::vector<double>>> by_seed;
    for (const Json* p : short_points) {
      const auto at = last.find(key(*p));
      if (at == last.end()) continue;
      series.points.push_back({at->second, p->at("iou"), 0, ""});
      auto& [now, later] = by_seed[p->at("seed")];
      now.push_back(p->at("iou")), later.push_back(at->second);
    }
    double correlation = 0;
    int kept = 0;
    for (const auto& [seed, both] : by_seed) {
      const auto& [now, later] = both;
      correlation += search::rank_correlation(now, later) / static_cast<double>(by_seed.size());
      const size_t best = static_cast<size_t>(std::max_element(later.begin(), later.end()) - later.begin());
      const auto better = std::count_if(now.begin(), now.end(), [&](double iou) { return iou > now[best]; });
      kept += better < (std::ssize(now) + 1) / 2;
    }
    figure.table.rows.push_back({name, std::to_string(short_points.size() / std::max<size_t>(1, by_seed.size())),
                                 fmt::format("{:.2f}", correlation), fmt::format("{} of {} seeds", kept, by_seed.size())});
    plot.series.push_back(series);
  }
  figure.plots = {plot};
  return figure;
}

}  // namespace

const Study ranking{"ranking", "step 2", "Whether short trainings rank Bundles as long ones do", measure_ranking,
                    present_ranking};

}  // namespace duet::study
