#pragma once
#include "estimate/estimate.h"
#include "program/compiler.h"
#include "program/predict.h"

namespace duet::estimate {

/// estimate() for many networks and engines one after the other: what it needs is kept, so that nothing is allocated once it has
/// grown to the largest.
class Estimator {
 public:
  /// Valid until the next call. Throws as estimate().
  const Estimate& operator()(const net::Network& network, const engine::Engine& engine, const device::Device& device);

 private:
  program::Compiler compile_;
  program::Predictor predict_;
  Estimate estimate_;
};

}  // namespace duet::estimate
