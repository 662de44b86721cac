#pragma once
#include <optional>
#include <string>
#include <vector>

#include "device/device.h"
#include "engine/engine.h"
#include "net/network.h"

namespace duet::estimate {

/// Cycles of one replication (or the head), by cause.
struct LayerCycles {
  std::string name;
  int64_t total = 0, compute = 0, fill = 0, load = 0, store = 0;
  int64_t macs = 0;
};

/// What a network costs on an engine on a device.
struct Estimate {
  bool modelled_only = false;  ///< no hardware exists for the Bundle yet: "modelled, not simulated"
  int64_t cycles = 0;          ///< from one frame's done interrupt to the next, frames back to back
  int64_t latency_cycles = 0;  ///< from start to done of a single frame
  device::Resources resources;
  int64_t bytes_read = 0, bytes_written = 0;
  double watts = 0;  ///< an estimate, see docs/power.md
  int64_t macs = 0;
  std::vector<LayerCycles> layers;
  double fps(double clock_mhz) const { return clock_mhz * 1e6 / static_cast<double>(cycles); }
};

/// The one estimator. Throws Error when the engine cannot run the network (channels, width, accumulator...), saying which limit.
Estimate estimate(const net::Network& network, const engine::Engine& engine, const device::Device& device);

/// Engines worth considering for a network on a device at widths (W, F): those that fit its resources, fastest first.
/// Empty when none fits. This is the inner search over parallel factors that SCD calls for every proposal.
std::vector<engine::Engine> best_engines(const net::Network& network, const device::Device& device, int weight_bits,
                                         int feature_bits, int count = 1);

}  // namespace duet::estimate
