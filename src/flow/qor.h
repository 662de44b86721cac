#pragma once
// What networks that were never trained are worth, from scouts that were: networks of the search's spaces, trained briefly.

#include <optional>
#include <string>
#include <vector>

#include "flow/config.h"
#include "search/predictor.h"

namespace duet::flow {

/// What the predictor sees of a network at given widths: logarithms of its multiply-accumulates and parameters, replications,
/// down-samplings, the steps of its numbers, and which of `bundles` it repeats.
std::vector<double> qor_features(const net::Network& network, Widths widths, const std::vector<std::string>& bundles);

/// IoU after a scout's training, predicted. `scouts`: the list of step_scout's file; fewer than three networks of it trained:
/// nothing.
class Qor {
 public:
  static std::optional<Qor> fitted(const std::vector<std::string>& bundles, const Json& scouts);
  double operator()(const net::Network& network, Widths widths) const;
  /// With what is left out predicted from the other networks.
  const search::Predictor& predictor() const { return predictor_; }

 private:
  Qor(std::vector<std::string> bundles, search::Predictor predictor);
  std::vector<std::string> bundles_;
  search::Predictor predictor_;
};

}  // namespace duet::flow
