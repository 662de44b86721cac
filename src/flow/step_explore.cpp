#include <fmt/core.h>

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "flow/judge.h"
#include "flow/qor.h"
#include "flow/steps.h"
#include "search/select.h"

namespace duet::flow {
namespace {

Json to_json(const search::Proposal& proposal) {
  Json json{{"index", proposal.index},
            {"network", net::to_json(proposal.network)},
            {"possible", proposal.verdict.possible},
            {"load", proposal.verdict.load},
            {"excess", proposal.verdict.excess},
            {"meets", proposal.verdict.meets()},
            {"why", proposal.verdict.why},
            {"move", proposal.trace.move},
            {"moved", proposal.trace.moved},
            {"on_target", proposal.trace.found}};
  if (proposal.verdict.figures.is_object()) json.update(proposal.verdict.figures);
  return json;
}

// Estimated frame time against worth; the page shows it.
void mark_front(Json& list, const std::vector<search::Proposal>& proposals) {
  std::vector<double> costs, gains;
  for (const auto& p : proposals) {
    costs.push_back(p.verdict.possible ? p.verdict.load : std::numeric_limits<double>::infinity());
    gains.push_back(p.verdict.worth);
  }
  for (Json& entry : list) entry["pareto"] = false;
  for (size_t i : search::pareto_front(costs, gains)) list[i]["pareto"] = true;
}

}  // namespace

search::Space space_of(const net::Bundle& bundle, const Config& config) {
  search::Space space;
  space.bundle = bundle;
  space.input = {3, config.height, config.width};
  space.min_replications = config.search.min_replications;
  space.max_replications = config.search.max_replications;
  const bool pools = bundle.pool != net::Pool::none;
  space.min_downsamples = pools ? std::bit_width(static_cast<unsigned>(config.search.min_stride)) - 1 : 0;
  space.max_downsamples = pools ? std::bit_width(static_cast<unsigned>(config.search.max_stride)) - 1 : 0;
  space.max_downsamples = std::min(space.max_downsamples, space.max_replications);
  space.min_downsamples = std::min(space.min_downsamples, space.max_downsamples);
  space.channel_step = space.min_channels = config.search.channel_step;
  space.max_channels = config.search.max_channels;
  return space;
}

int share_of(int count, size_t which, size_t among) {
  return static_cast<int>(count * (which + 1) / among - count * which / among);
}

Json explore_step(const std::vector<std::string>& bundles, const Config& config, int count, const Qor* qor,
                  const Progress& progress) {
  DUET_CHECK(!bundles.empty());
  std::vector<search::Proposal> proposals;
  std::vector<Widths> widths = config.widths;  // the cheapest first
  std::stable_sort(widths.begin(), widths.end(), [](const Widths& a, const Widths& b) {
    return a.weight_bits * a.feature_bits < b.weight_bits * b.feature_bits;
  });
  const auto judge = [&](const net::Network& network, int which) {
    return qor ? verdict(network, widths[static_cast<size_t>(which)], *qor, config) : verdict(network, config);
  };
  for (size_t b = 0; b < bundles.size(); ++b) {
    const int before = static_cast<int>(proposals.size());
    const int share = share_of(count, b, bundles.size());
    auto space = space_of(net::parse_bundle(bundles[b]), config);
    if (qor) space.widths = static_cast<int>(widths.size());
    const auto strategy = search::make_strategy(config.search.strategy, space, config.search.tolerance, Rng(config.seed + b));
    const auto tell = [&](double done, double, const std::string& note) {
      if (progress) progress(before + done, count, note);
    };
    for (auto& proposal : search::explore(*strategy, space, judge, share, tell)) {
      proposal.index = static_cast<int>(proposals.size());
      proposals.push_back(std::move(proposal));
    }
  }
  const auto finalists = search::choose_finalists(proposals, config.search.finalists);
  if (finalists.chosen.empty())
    throw Error(fmt::format("no engine for any of {} networks fits the device", proposals.size()), config.device.name,
                "choose a larger device, narrower widths, a smaller input or fewer channels");
  Json list = Json::array();
  for (const auto& proposal : proposals) list.push_back(to_json(proposal));
  mark_front(list, proposals);
  return {
      {"bundles", bundles}, {"seed", config.seed}, {"met", finalists.met}, {"proposals", list}, {"finalists", finalists.chosen}};
}

}  // namespace duet::flow
