#pragma once
#include <optional>
#include <string>
#include <vector>

#include "device/device.h"
#include "engine/engine.h"
#include "net/network.h"
#include "program/passes.h"

namespace duet::estimate {

/// Cycles of one replication (or the head), by cause.
struct LayerCycles {
  program::Part part;
  int64_t total = 0;            ///< what the frame gets longer by
  int64_t compute = 0;          ///< the multiplier array is busy
  int64_t fill = 0;             ///< waiting for the depth-wise stage
  int64_t load = 0, store = 0;  ///< waiting for memory
  int64_t macs = 0;
};

/// Watts by cause, an estimate (docs/power.md).
struct Power {
  double board = 0, logic = 0, dsp = 0, bram = 0, memory = 0;
  double total() const { return board + logic + dsp + bram + memory; }
};

/// What a network costs on an engine on a device, at the device's clock.
struct Estimate {
  int64_t cycles = 0;          ///< from one frame's done interrupt to the next, frames back to back
  int64_t latency_cycles = 0;  ///< from start to done of a single frame
  device::Resources resources;
  int64_t lut_multipliers = 0, lut_multiplier_luts = 0;  ///< multipliers made of LUTs, and their part of resources.lut
  int64_t bytes_read = 0, bytes_written = 0;             ///< external memory, a frame
  int64_t memory_bytes = 0;                              ///< program, maps, a picture, outputs of four frames
  double watts = 0;                                      ///< an estimate: power.total()
  Power power;
  int64_t macs = 0;
  std::vector<LayerCycles> layers;
  double fps(double clock_mhz) const { return clock_mhz * 1e6 / static_cast<double>(cycles); }
};

/// The one estimator: cycles are those of the schedule (program::predict), DSPs and BRAM exact, LUTs and FFs a fitted model
/// (docs/estimate.md). Throws Error when the engine cannot run the network, saying which limit.
Estimate estimate(const net::Network& network, const engine::Engine& engine, const device::Device& device);

/// What duet's engine takes on a device of this family: DSP and BRAM exact, LUT and FF modelled (docs/estimate.md), hierarchy
/// kept.
device::Resources engine_resources(const engine::Engine& engine);

/// An engine with what it costs.
struct Design {
  engine::Engine engine;
  Estimate estimate;
  double excess = 0;  ///< 0: fits the device; else its worst resource's (or the board's memory's) share beyond what is usable
                      ///< (0.1: 10 % too much)
};

/// By how much a design is too large for what is usable of a device (device::usable): 0 where it fits.
double excess(const device::Resources& design, const device::Resources& device);

/// Engines for a network on a device at widths (W, F), with their estimates: those that fit first, fastest first; where none
/// fits, the ones that come nearest, least excess (in steps of 10 %) first. At most `count`; empty only when no engine can run
/// the network at all.
std::vector<Design> designs(const net::Network& network, const device::Device& device, int weight_bits, int feature_bits,
                            int count = 1);

/// The engines of `designs` that fit. Empty when none does. This is the inner search over parallel factors that SCD calls for
/// every proposal.
std::vector<engine::Engine> best_engines(const net::Network& network, const device::Device& device, int weight_bits,
                                         int feature_bits, int count = 1);

Json to_json(const Estimate& estimate, const device::Device& device);

/// Why there are no designs of a network for a device, in words.
std::string impossible_because(const net::Network& network, const device::Device& device, int weight_bits, int feature_bits);

}  // namespace duet::estimate
