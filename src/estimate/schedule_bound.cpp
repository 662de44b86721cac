#include "estimate/schedule_bound.h"

#include <algorithm>

namespace duet::estimate {
namespace {

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// What is the same for all layers.
struct Stages {
  int in, out, unit, depthwise, beat, head_beat, pixels;
  bool quads, nibbles;
  double gap;  // cycles per beat and direction: reads and writes share the memory half and half
};

// Passes are a little longer than short rows (program/compile.cpp).
constexpr int64_t kShortestDw = 15, kPwOverhead = 6;
// A run of the store and the latency behind a read, about.
constexpr int64_t kRun = 17, kRead = 65;

// Cycles in which each stage is busy: with a tile, then with a layer.
struct Work {
  int64_t load = 0, depthwise = 0, pointwise = 0, store = 0;
  int64_t most() const { return std::max({load, depthwise, pointwise, store}); }
  Work operator+(const Work& o) const {
    return {load + o.load, depthwise + o.depthwise, pointwise + o.pointwise, store + o.store};
  }
  Work operator*(int64_t n) const { return {load * n, depthwise * n, pointwise * n, store * n}; }
};

Work tile_work(const StepPlan& step, const Stages& s, bool picture) {
  const int64_t row = step.in.width, rows = step.pooled ? 1 : 2;
  const bool quad = picture && step.pooled && s.quads && step.in.channels <= s.in / 4;
  const int64_t pixels = quad ? row / 2 : step.pooled ? 2 * (row & ~int64_t{1}) : 2 * row;
  const int64_t out_groups = ceil_div(step.out.channels, s.out), units = ceil_div(step.out.channels, s.unit);
  const int64_t columns = quad && s.nibbles ? ceil_div(row, 2) : row;  // of the depth-wise stage
  Work work;
  work.load = kRead + static_cast<int64_t>(static_cast<double>(ceil_div(step.in.channels, s.beat) * columns * 2) * s.gap);
  work.depthwise = step.head ? work.load : ceil_div(step.in.channels, s.depthwise) * std::max(2 * columns, kShortestDw);
  work.pointwise =
      ceil_div(step.in.channels, s.in) * out_groups * std::max<int64_t>(ceil_div(pixels, s.pixels), s.in + kPwOverhead);
  const int lanes = step.head ? s.head_beat : s.beat;
  const int64_t last = ceil_div(step.out.channels - (units - 1) * s.unit, lanes);
  const int64_t beats = ((units - 1) * (s.unit / lanes) + last) * step.out.width * rows;
  work.store = static_cast<int64_t>(static_cast<double>(beats) * s.gap) + units * rows * kRun;
  return work;
}

int64_t tiles_of(const StepPlan& step) { return step.pooled ? step.in.height / 2 : ceil_div(step.in.height, 2); }

}  // namespace

int64_t schedule_bound(const Plan& plan, const engine::Engine& e, const Rates& rates) {
  const Stages s{e.in_lanes,
                 e.out_lanes,
                 e.out_lanes * e.unit_groups,
                 e.dw_lanes,
                 engine::beat_lanes(e),
                 engine::head_lanes(e),
                 engine::pixels(e),
                 engine::quads(e),
                 engine::nibbles(e),
                 std::max(1.0, 2 * rates.port_bytes / rates.memory_bytes)};
  const size_t head = plan.steps.size() - 1;
  int64_t sum = 0;
  Work turns;  // of the first of two layers that take turns (program/compile.cpp says which)
  for (size_t i = 0; i <= head; ++i) {
    const Work tile = tile_work(plan.steps[i], s, i == 0), layer = tile * tiles_of(plan.steps[i]);
    const bool first_of_two = (i == 0 && head >= 2) || (i + 1 == head && head != 2);
    const Work all = layer + turns;
    turns = first_of_two ? all : Work{};
    if (!first_of_two) sum += all.most();
    // What nothing overlaps: the first tile of a frame on its way to the array, the head's last one on its way to memory.
    if (i == 0) sum += tile.load * 3 / 2 + tile.depthwise;
    if (i == head) sum += tile.load + tile.pointwise + tile.store;
  }
  return sum;
}

}  // namespace duet::estimate
