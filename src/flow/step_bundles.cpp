#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "flow/judge.h"
#include "flow/steps.h"
#include "search/select.h"

namespace duet::flow {
namespace {

Json describe_bundle(const net::Bundle& bundle, const Config& config) {
  const net::Network network = prototype(bundle, config);
  Json entry{{"name", net::name(bundle)}, {"network", net::to_json(network)}};
  const auto judged = judge(network, config);
  entry["judged"] = judged.has_value();
  if (!judged) {
    const Widths& widths = config.widths.front();
    entry["why"] = estimate::impossible_because(network, config.device, widths.weight_bits, widths.feature_bits);
    return entry;
  }
  entry.update(figures(network, *judged, config));
  entry["load"] = judged->verdict.load;
  return entry;
}

}  // namespace

net::Network prototype(const net::Bundle& bundle, const Config& config) {
  net::Network network;
  network.name = "prototype " + net::name(bundle);
  network.input = {3, config.height, config.width};
  network.bundle = bundle;
  double channels = config.search.prototype_channels;
  int stride = 1;
  for (int i = 0; i < config.search.prototype_replications; ++i, channels *= 1.5) {
    const bool down = bundle.pool != net::Pool::none && stride < config.search.max_stride;
    if (down) stride *= 2;
    const int step = config.search.channel_step;
    network.replications.push_back({std::max(step, static_cast<int>(std::lround(channels / step)) * step), down});
  }
  return network;
}

Json bundles_step(const Config& config, const Progress& progress) {
  Rng rng(config.seed);
  const auto& named = config.search.bundles;
  const auto bundles = search::draw_bundles(named, std::max<int>(config.search.draw, static_cast<int>(named.size())), rng);
  Json entries = Json::array();
  for (const auto& bundle : bundles) {
    entries.push_back(describe_bundle(bundle, config));
    entries.back()["named"] = std::find(named.begin(), named.end(), bundle) != named.end();
    if (progress) progress(static_cast<double>(entries.size()), static_cast<double>(bundles.size()), net::name(bundle));
  }
  return {{"device", config.device.name},
          {"clock_mhz", config.clock_mhz},
          {"input", {config.height, config.width}},
          {"seed", config.seed},
          {"bundles", entries}};
}

std::vector<size_t> candidates(const Json& bundles, const Config& config) {
  const Json& all = bundles.at("bundles");
  std::vector<size_t> order;
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i].at("judged") == true && all[i].at("fits") == true) order.push_back(i);
  const auto far = [&](size_t i) {
    return std::pair(all[i].at("named") != true, std::abs(std::log(all[i].at("load").get<double>())));
  };
  if (order.empty())
    throw Error("none of the Bundles fits the device, even with the smallest engine", config.device.name,
                "choose a larger device, narrower widths or a smaller input");
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return far(a) < far(b); });
  order.resize(std::min(order.size(), static_cast<size_t>(config.search.prototypes)));
  return order;
}

}  // namespace duet::flow
