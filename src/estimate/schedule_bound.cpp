#include "estimate/schedule_bound.h"

#include <algorithm>

namespace duet::estimate {
namespace {

using program::Pass;

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// What is the same for all layers.
struct Stages {
  int in, out, unit, depthwise, dw_kernel, beat, head_beat, pixels, row_taps, digits;
  bool quads, nibbles;
  double gap;  // cycles per beat and direction: reads and writes share the memory half and half
};

// Passes are a little longer than short rows (program/layers.cpp).
constexpr int64_t kPassOverhead = 6;
// A run of the store and the latency behind a read, about.
constexpr int64_t kRun = 17, kRead = 65;
constexpr int kSamples = 4;  // of a pixel that the store pools

// Cycles in which each stage is busy: with a tile, then with a layer.
struct Work {
  int64_t load = 0, depthwise = 0, array = 0, store = 0;
  int64_t most() const { return std::max({load, depthwise, array, store}); }
  Work operator+(const Work& o) const { return {load + o.load, depthwise + o.depthwise, array + o.array, store + o.store}; }
  Work operator*(int64_t n) const { return {load * n, depthwise * n, array * n, store * n}; }
};

int64_t array_passes(const Pass& pass, const Stages& s, int digits) {
  const int64_t out_groups = ceil_div(pass.out.channels, s.out);
  if (!pass.dense) return out_groups * (ceil_div(s.out, s.in) + (s.out % s.in != 0 && s.in % s.out != 0));
  const int64_t kernel = s.row_taps > 1 ? pass.dense * std::max(1, pass.dense / 2) : pass.dense * pass.dense;
  return out_groups * digits * ceil_div(int64_t{digits} * pass.in.channels, s.in) * kernel;
}

Work tile_work(const Pass& pass, const Stages& s, bool picture) {
  const bool pooled = pass.pool != net::Pool::none, in_store = pass.pool == net::Pool::average || pass.bypass;
  const int64_t row = pass.in.width, rows = pooled ? 1 : 2;
  const int digits = picture ? s.digits : 1;
  const bool quad = picture && pass.depthwise && pooled && !in_store && s.quads && pass.in.channels <= s.in / 4;
  const int64_t pixels = quad ? row / 2 : pooled ? 2 * (row & ~int64_t{1}) : 2 * row;
  const int64_t columns = quad && s.nibbles ? ceil_div(row, 2) : row;  // of the depth-wise stage
  const int64_t loaded = 2 + (pass.depthwise ? 0 : 2 * (pass.dense / 2));
  Work work;
  work.load =
      kRead + static_cast<int64_t>(static_cast<double>(ceil_div(digits * pass.in.channels, s.beat) * columns * loaded) * s.gap);
  work.depthwise = pass.depthwise
                       ? ceil_div(pass.in.channels, s.depthwise) *
                             std::max<int64_t>((s.dw_kernel / 2 + 1) * columns, s.dw_kernel * s.dw_kernel + kPassOverhead)
                       : work.load;
  work.array = array_passes(pass, s, digits) *
               std::max<int64_t>(ceil_div(pixels, s.pixels) + (s.row_taps > 1 ? 2 : 0), s.in + kPassOverhead);
  const int lanes = pass.head ? s.head_beat : s.beat;
  const int64_t units = ceil_div(pass.out.channels, s.unit), last = ceil_div(pass.out.channels - (units - 1) * s.unit, lanes);
  const int64_t beats = ((units - 1) * (s.unit / lanes) + last) * pass.out.width * rows;
  const double bypassed = pass.bypass ? kSamples * s.gap : 0;  // each of the four pixels by itself
  work.store =
      static_cast<int64_t>(static_cast<double>(beats) * (std::max(s.gap, in_store ? double{kSamples} : 1.0) + bypassed)) +
      units * (rows + (pass.bypass ? kSamples : 0)) * kRun;
  return work;
}

int64_t tiles_of(const Pass& pass) { return pass.pool != net::Pool::none ? pass.in.height / 2 : ceil_div(pass.in.height, 2); }

}  // namespace

Rates rates(const device::Device& device) { return {8, device::memory_bytes_per_cycle(device, device.clock_mhz)}; }

int64_t schedule_bound(const std::vector<Pass>& passes, const engine::Engine& e, const Rates& rates) {
  const Stages s{e.in_lanes,
                 e.out_lanes,
                 e.out_lanes * e.unit_groups,
                 e.dw_lanes,
                 engine::dw_kernel(e),
                 engine::beat_lanes(e),
                 engine::head_lanes(e),
                 engine::pixels(e),
                 engine::row_taps(e),
                 engine::digits(e),
                 engine::quads(e),
                 engine::nibbles(e),
                 std::max(1.0, 2 * rates.port_bytes / rates.memory_bytes)};
  const size_t head = passes.size() - 1;
  int64_t sum = 0;
  bool turned = false;
  Work turns;  // of the first of two layers that take turns (program/layers.cpp says which)
  for (size_t i = 0; i <= head; ++i) {
    const Work tile = tile_work(passes[i], s, i == 0), layer = tile * tiles_of(passes[i]);
    const bool rings = i == 0 && head >= 2 && passes[0].depthwise && passes[1].depthwise;
    const bool copied = i + 1 == head && passes[i].depthwise && !passes[head].depthwise;
    const bool first_of_two = !turned && (rings || copied);
    const Work all = layer + turns;
    turns = first_of_two ? all : Work{};
    turned = first_of_two;
    if (!first_of_two) sum += all.most();
    // What nothing overlaps: the first tile of a frame on its way to the array, the head's last one on its way to memory.
    if (i == 0) sum += tile.load * 3 / 2 + tile.depthwise;
    if (i == head) sum += tile.load + tile.array + tile.store;
  }
  return sum;
}

}  // namespace duet::estimate
