#include "estimate/schedule_bound.h"

#include <algorithm>

namespace duet::estimate {
namespace {

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// What is the same for all layers.
struct Stages {
  int in, out, depthwise, beat, head_beat, copy;
  double gap;  // cycles per beat and direction: reads and writes share the memory half and half
};

// Passes are a little longer than short rows (program/compile.cpp).
constexpr int64_t kShortestDw = 15, kPwOverhead = 6;

int64_t layer_cycles(const StepPlan& step, const Stages& s) {
  const int64_t row = step.in.width, pixels = step.pooled ? 2 * (row & ~int64_t{1}) : 2 * row;
  const int64_t dw_groups = ceil_div(step.in.channels, step.head ? s.copy : s.depthwise);
  const int64_t dw = dw_groups * std::max(2 * row, kShortestDw);
  const int64_t pw_pass = std::max<int64_t>(pixels, s.in + kPwOverhead);
  const int64_t pw = ceil_div(step.in.channels, s.in) * ceil_div(step.out.channels, s.out) * pw_pass;
  const int lanes = step.head ? s.head_beat : s.beat;
  const int64_t full = s.out / lanes, out_groups = ceil_div(step.out.channels, s.out);
  const int64_t last = ceil_div(step.out.channels - (out_groups - 1) * s.out, lanes);
  const int64_t out_beats = ((out_groups - 1) * full + last) * step.out.width * (step.pooled ? 1 : 2);
  const int64_t in_beats = ceil_div(step.in.channels, s.beat) * row * 2;
  const auto load = static_cast<int64_t>(static_cast<double>(in_beats) * s.gap);
  const auto store = static_cast<int64_t>(static_cast<double>(out_beats) * s.gap);
  const int64_t tiles = step.pooled ? step.in.height / 2 : ceil_div(step.in.height, 2);
  // The first tile waits for three rows and its depth-wise pass; the last one for its stores.
  return tiles * std::max({dw, pw, load, store}) + load * 3 / 2 + dw + store / std::max<int64_t>(1, out_groups);
}

}  // namespace

int64_t schedule_bound(const Plan& plan, const engine::Engine& e, const Rates& rates) {
  const Stages s{e.in_lanes,
                 e.out_lanes,
                 e.dw_lanes,
                 engine::beat_lanes(e),
                 engine::head_lanes(e),
                 engine::copy_lanes(e),
                 std::max(1.0, 2 * rates.port_bytes / rates.memory_bytes)};
  int64_t sum = 0;
  for (const StepPlan& step : plan.steps) sum += layer_cycles(step, s);
  return sum;
}

}  // namespace duet::estimate
