#include "estimate/logic.h"

#include <algorithm>
#include <cmath>

#include "estimate/estimate.h"

namespace duet::estimate {
namespace {

// From `build/release/fit_logic FOLDER` (bench/), Yosys 0.23, hierarchy kept: five engines fitted, a sixth held out.
constexpr LogicFeatures kLut{4031, 81.11, 16.82, 1.782, 1.346, 0, 0.4554, 1.040, 0};
constexpr LogicFeatures kFf{2918, 109.0, 8.769, 1.014, 0, 1.164, 0.3438, 2.548, 1.050};

// Rows of 18-Kbit blocks that a memory is cut into: the cheapest shape, the shallower one of equals (rtl/vendor/xc7/duet_ram.sv).
int memory_rows(int width, int depth) {
  constexpr std::array<std::array<int, 2>, 5> kShapes{{{36, 512}, {18, 1024}, {9, 2048}, {4, 4096}, {2, 8192}}};
  int least = INT32_MAX, rows = 1;
  for (const auto& [bits, words] : kShapes) {
    const int columns = (width + bits - 1) / bits, needed = (depth + words - 1) / words;
    if (columns * needed < least) least = columns * needed, rows = needed;
  }
  return rows;
}

// Six-input LUTs of an n-to-1 multiplexer of one bit: four inputs each, wider ones joined by the slice's own multiplexers.
double multiplexer(int n) { return n > 1 ? (n + 3) / 4 : 0; }

double dot(const LogicFeatures& a, const LogicFeatures& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Lattice LUTs have four inputs where Xilinx's have six: about 1.7 times as many. Not fitted.
double lut_factor(device::Family family) { return family == device::Family::ice40 || family == device::Family::ecp5 ? 1.7 : 1; }

struct Counts {
  double lut = 0, ff = 0;
};

// Taking two products of a DSP apart, rtl/math/duet_column.sv: for each pair of output lanes a joined weight, and for each part
// of the chain two adders into the sums, registers for the two fields, and a delay of the sums until the next part's are there.
Counts take_apart(int in_lanes, int pairs, const engine::Engine& e) {
  const device::Packing pair = engine::pair(e);
  const int chain = std::clamp(pair.chain, 1, in_lanes), parts = (in_lanes + chain - 1) / chain;
  const int shift = pair.weight_shift, sums = 2 * e.acc_bits, high = std::min(e.acc_bits, 46 - shift);
  const bool shift_register = chain > 2;
  const int delayed = sums * (parts - 1);
  return {static_cast<double>(pairs) * (parts * sums + e.weight_bits + (shift_register ? delayed : 0)),
          static_cast<double>(pairs) *
              (parts * (sums + shift + high) + e.weight_bits + shift + (shift_register ? -delayed : delayed))};
}

Logic logic(const LogicFeatures& features, Counts more, device::Family family) {
  return {std::llround(lut_factor(family) * (std::max(0.0, dot(kLut, features)) + more.lut)),
          std::llround(std::max(0.0, dot(kFf, features)) + more.ff)};
}

}  // namespace

LogicFeatures logic_features(const engine::Engine& e) {
  const int beat = engine::beat_lanes(e), requantisers = beat + e.dw_lanes;
  const int head = engine::head_lanes(e);
  double memory = 0, choice = beat * e.acc_bits * multiplexer(e.out_lanes / beat);
  if (head < beat) choice += head * e.acc_bits * multiplexer(e.out_lanes / head);
  for (const engine::MemoryBlock& m : engine::memories(e)) {
    memory += m.count * m.width;
    choice += m.count * m.width * multiplexer(memory_rows(m.width, m.depth));
  }
  return {1,
          static_cast<double>(requantisers),
          static_cast<double>(requantisers * e.acc_bits),
          static_cast<double>(e.out_lanes * e.acc_bits),
          choice,
          memory,
          static_cast<double>(e.in_lanes * e.feature_bits),
          9.0 * e.dw_lanes * engine::stored_bits(e),
          static_cast<double>(e.out_lanes * e.weight_bits)};
}

Logic engine_logic(const engine::Engine& engine, device::Family family) {
  const Counts pairs = engine.products == 2 ? take_apart(engine.in_lanes, engine.out_lanes / 2, engine) : Counts{};
  return logic(logic_features(engine), pairs, family);
}

Logic modelled_logic(const engine::Engine& e, int64_t multipliers, int stages, device::Family family) {
  // The same parts as duet's engine has: its control, eight requantisers a stage, lanes, and a window of k x k taps where one is.
  const double requantisers = 8.0 * stages, out = stages * e.out_lanes;
  const double window = static_cast<double>(std::max<int64_t>(0, multipliers - int64_t{e.in_lanes} * e.out_lanes / e.products));
  const double inputs = stages * e.in_lanes * e.feature_bits;
  return logic({1, requantisers, requantisers * e.acc_bits, out * e.acc_bits, 8.0 * stages * e.acc_bits,
                inputs + 2 * out * e.acc_bits, inputs, window * e.feature_bits, out * e.weight_bits},
               e.products == 2 ? take_apart(e.in_lanes, stages * e.out_lanes / 2, e) : Counts{}, family);
}

device::Resources engine_resources(const engine::Engine& engine, device::Family family) {
  const Logic logic = engine_logic(engine, family);
  return {logic.lut, logic.ff, engine::dsp_count(engine), engine::bram36_count(engine)};
}

}  // namespace duet::estimate
