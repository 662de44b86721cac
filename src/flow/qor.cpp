#include "flow/qor.h"

#include <cmath>
#include <set>

#include "layer/layer.h"

namespace duet::flow {

std::vector<double> qor_features(const net::Network& network, Widths widths, const std::vector<std::string>& bundles) {
  const layer::Work work = layer::total_work(net::to_graph(network));
  double downs = 0;
  for (const auto& replication : network.replications) downs += replication.downsample;
  std::vector<double> features{std::log2(static_cast<double>(work.macs)),
                               std::log2(static_cast<double>(work.weights)),
                               static_cast<double>(network.replications.size()),
                               downs,
                               std::exp2(-widths.weight_bits),
                               std::exp2(-widths.feature_bits)};
  for (const std::string& bundle : bundles) features.push_back(net::name(network.bundle) == bundle);
  return features;
}

Qor::Qor(std::vector<std::string> bundles, search::Predictor predictor)
    : bundles_(std::move(bundles)), predictor_(std::move(predictor)) {}

std::optional<Qor> Qor::fitted(const std::vector<std::string>& bundles, const Json& scouts) {
  std::vector<std::vector<double>> features;
  std::vector<double> accuracy;
  std::vector<int> groups;
  for (const Json& scout : scouts) {
    if (!scout.at("iou").is_number()) continue;
    const net::Network network = net::network_from_json(scout.at("network"), "scouts.json");
    features.push_back(qor_features(network, {scout.at("weight_bits"), scout.at("feature_bits")}, bundles));
    accuracy.push_back(scout.at("iou"));
    groups.push_back(scout.at("index"));
  }
  if (std::set<int>(groups.begin(), groups.end()).size() < 3) return std::nullopt;
  return Qor(bundles, search::Predictor(features, accuracy, groups));
}

double Qor::operator()(const net::Network& network, Widths widths) const {
  return predictor_(qor_features(network, widths, bundles_));
}

}  // namespace duet::flow
