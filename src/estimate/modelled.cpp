#include "estimate/modelled.h"

#include <algorithm>
#include <cmath>

#include "estimate/logic.h"

namespace duet::estimate {
namespace {

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
int stored_bytes(int feature_bits) { return feature_bits <= 8 ? 1 : 2; }
constexpr int kHeadBytes = 2;

int64_t stage_cycles(const LayerPlan& layer, int out_lanes, const Lanes& lanes, int64_t pixels) {
  if (layer.depthwise) return pixels * ceil_div(layer.in_channels, lanes.depthwise);
  return pixels * ceil_div(layer.in_channels, lanes.in) * ceil_div(layer.out_channels, out_lanes) * layer.kernel * layer.kernel;
}

// Blocks of 36 Kbit for `bits`, halves included: what a memory of any shape takes at least.
double blocks(double bits) { return std::ceil(bits / 18432) / 2; }

// Largest values over the network that a memory has to hold.
struct Sizes {
  std::array<int64_t, 2> row{};  // values of one row of a layer's input
  int64_t row_between = 0;       // values of a row between the two layers
  int64_t pixels_row = 0;
};

Sizes sizes(const Plan& plan) {
  Sizes s;
  for (const StepPlan& step : plan.steps) {
    if (step.head) continue;
    s.pixels_row = std::max<int64_t>(s.pixels_row, step.in.width);
    for (int i = 0; i < step.count; ++i) {
      const auto j = static_cast<size_t>(i);
      s.row[j] = std::max(s.row[j], int64_t{step.in.width} * step.layers[j].in_channels);
      if (i == 1) s.row_between = std::max(s.row_between, int64_t{step.in.width} * step.layers[j].in_channels);
    }
  }
  return s;
}

double buffer_blocks(const Plan& plan, const engine::Engine& engine, const Lanes& lanes) {
  const Sizes s = sizes(plan);
  const StepPlan& first = plan.steps.front();
  double sum = 0;
  for (int i = 0; i < first.count; ++i) {
    const auto j = static_cast<size_t>(i);
    // Rows in use, and a pair of rows that arrives meanwhile.
    const int rows = first.layers[j].kernel > 1 ? first.layers[j].kernel + 3 : (i == 0 ? 4 : 0);
    sum += blocks(static_cast<double>(s.row[j]) * rows * engine.feature_bits);
    if (!first.layers[j].depthwise) sum += blocks(2.0 * static_cast<double>(s.pixels_row) * lanes.out[j] * engine.acc_bits);
  }
  if (first.count == 2) sum += blocks(4.0 * static_cast<double>(s.row_between) * engine.feature_bits);
  return sum;
}

}  // namespace

Rates rates(const device::Device& device) { return {8, device.memory_bytes_per_second / (device.clock_mhz * 1e6)}; }

Lanes lanes(const Plan& plan, const engine::Engine& engine) {
  Lanes result{engine.in_lanes, engine.dw_lanes, {engine.out_lanes, engine.out_lanes}};
  std::array<double, 2> work{};
  for (const StepPlan& step : plan.steps)
    for (int i = 0; i < step.count && !step.head; ++i)
      if (const LayerPlan& layer = step.layers[static_cast<size_t>(i)]; !layer.depthwise)
        work[static_cast<size_t>(i)] += static_cast<double>(step.pixels() * layer.macs_per_pixel());
  const double most = std::max(work[0], work[1]);
  for (size_t i = 0; i < 2; ++i)
    if (work[i] > 0) result.out[i] = std::max(1, static_cast<int>(std::ceil(engine.out_lanes * work[i] / most)));
  return result;
}

StepCycles model_step(const StepPlan& step, const Lanes& lanes, int feature_bits, int weight_bits, const Rates& rates,
                      bool resident) {
  StepCycles c;
  // The head runs where the Bundle's dense layer does.
  const int head_lanes = std::max(lanes.out[0], lanes.out[1]);
  std::array<int64_t, 4> stages{};
  for (int i = 0; i < step.count; ++i) {
    const auto j = static_cast<size_t>(i);
    stages[j] = stage_cycles(step.layers[j], step.head ? head_lanes : lanes.out[j], lanes, step.pixels());
    c.compute = std::max(c.compute, stages[j]);
  }
  c.bytes_read = step.in.size() * stored_bytes(feature_bits) + (resident ? 0 : ceil_div(step.weights() * weight_bits, 8));
  c.bytes_written = step.out.size() * (step.head ? kHeadBytes : stored_bytes(feature_bits));
  // Both directions share the memory: each is as slow as its port or its share of the traffic makes it.
  const double shared = static_cast<double>(c.bytes_read + c.bytes_written) / rates.memory_bytes;
  c.load = static_cast<int64_t>(std::max(static_cast<double>(c.bytes_read) / rates.port_bytes, shared));
  c.store = static_cast<int64_t>(static_cast<double>(c.bytes_written) / rates.port_bytes);
  stages[2] = c.load;
  stages[3] = c.store;
  int64_t slowest = 0, sum = 0;
  for (int64_t stage : stages) slowest = std::max(slowest, stage), sum += stage;
  c.fill = (sum - slowest) / step.tiles();
  c.total = slowest + c.fill;
  return c;
}

int64_t model_cycles(const Plan& plan, const Lanes& lanes, int feature_bits, int weight_bits, const Rates& rates, bool resident) {
  int64_t sum = 0;
  for (const StepPlan& step : plan.steps) sum += model_step(step, lanes, feature_bits, weight_bits, rates, resident).total;
  return sum;
}

device::Resources model_resources(const Plan& plan, const engine::Engine& engine, const Lanes& lanes,
                                  const device::Device& device, bool& resident) {
  const StepPlan& first = plan.steps.front();
  device::Resources r;
  for (int i = 0; i < first.count; ++i) {
    const LayerPlan& layer = first.layers[static_cast<size_t>(i)];
    r.dsp += layer.depthwise ? int64_t{layer.kernel} * layer.kernel * lanes.depthwise
                             : ceil_div(int64_t{lanes.in} * lanes.out[static_cast<size_t>(i)], engine.products);
  }
  const double buffers = buffer_blocks(plan, engine, lanes);
  const double weights = blocks(static_cast<double>(plan.weights) * engine.weight_bits);
  int64_t largest = 0;
  for (const StepPlan& step : plan.steps) largest = std::max(largest, step.weights());
  resident = buffers + weights <= device.resources.bram36;
  r.bram36 = buffers + (resident ? weights : 2 * blocks(static_cast<double>(largest) * engine.weight_bits));
  const Logic logic = modelled_logic(engine, r.dsp, first.count, device.family);
  r.lut = logic.lut;
  r.ff = logic.ff;
  return r;
}

}  // namespace duet::estimate
