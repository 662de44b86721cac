#pragma once
#include "device/device.h"
#include "engine/engine.h"
#include "estimate/plan.h"

namespace duet::estimate {

/// Parallel factors of a Bundle's pipeline: multipliers of a dense layer take `in` x `out[i]` channels, a depth-wise layer k x k
/// taps of `depthwise` channels.
struct Lanes {
  int in = 1, depthwise = 1;
  std::array<int, 2> out{1, 1};
};

/// External memory seen from the engine's clock.
struct Rates {
  double port_bytes = 8;    ///< a 64-bit port, per cycle and direction
  double memory_bytes = 8;  ///< both directions together, per cycle
};
Rates rates(const device::Device& device);

/// Cycles of one step and where they come from.
struct StepCycles {
  int64_t total = 0, compute = 0, fill = 0, load = 0, store = 0;
  int64_t bytes_read = 0, bytes_written = 0;
};

/// Lanes of a Bundle's stages for an engine's factors. Of two dense layers the lighter one gets output lanes in proportion to its
/// work, so that both take about as long.
Lanes lanes(const Plan& plan, const engine::Engine& engine);

/// The analytical model (docs/estimate.md): loading, the computing stages and storing run as a pipeline over pairs of rows, so a
/// step takes its slowest stage, plus one tile of each other stage to fill the pipeline. `resident`: weights stay on the chip.
StepCycles model_step(const StepPlan& step, const Lanes& lanes, int feature_bits, int weight_bits, const Rates& rates,
                      bool resident);

/// Sum over a network's steps.
int64_t model_cycles(const Plan& plan, const Lanes& lanes, int feature_bits, int weight_bits, const Rates& rates, bool resident);

/// Multipliers and memories of a Bundle for which no hardware exists; LUT and FF are the fitted model's (coefficients.h). Sets
/// `resident` when the weights fit beside the buffers.
device::Resources model_resources(const Plan& plan, const engine::Engine& engine, const Lanes& lanes,
                                  const device::Device& device, bool& resident);

}  // namespace duet::estimate
