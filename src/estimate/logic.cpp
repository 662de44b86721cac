#include "estimate/logic.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "estimate/estimate.h"

namespace duet::estimate {
namespace {

// Yosys 0.23, hierarchy kept. kXc7 as `build/release/fit_logic FOLDER` prints it, from five engines; kEcp5 as
// `build/release/fit_random STORE` does, from 27 random designs (both in bench/).
struct Fit {
  LogicFeatures lut, ff;
};
constexpr Fit kXc7{{6500, 73.24, 17.05, 1.817, 1.642, 0, 1.028, 1.844, 0},
                   {5245, 124, 9.804, 2.031, 0, 1.146, 0.8073, 2.897, 0.8424}};
// Of the compact engine, which has no parameters: as synthesised (a test holds it to that).
constexpr Logic kCompact{2774, 1881};
constexpr Fit kEcp5{{9418, 215.7, 27.7, 10.86, 0.9095, 0, 0, 1.619, 0}, {8245, 154, 9.801, 2.031, 0, 0.0725, 1, 6.157, 1.322}};

constexpr int kPictureLanes = 6;  // of duet_filter with nibbles

bool four_input_luts(device::Family family) { return family == device::Family::ice40 || family == device::Family::ecp5; }

// LUTs of an n-to-1 multiplexer of one bit: of six inputs four each, of four inputs two, wider ones joined by the slice's own
// multiplexers.
double multiplexer(int n, device::Family family) {
  const int each = four_input_luts(family) ? 2 : 4;
  return n > 1 ? (n + each - 1) / each : 0;
}

double dot(const LogicFeatures& a, const LogicFeatures& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

struct Counts {
  double lut = 0, ff = 0;
};

// rtl/stream/duet_delay.sv: registers; in Xilinx' LUTs shift registers from three places on, 32 places a LUT.
Counts delay(double width, int depth, device::Family family) {
  return depth > 2 && !four_input_luts(family) ? Counts{width * ((depth + 31) / 32), 0} : Counts{0, width * depth};
}

// Multiplier blocks that add in LUTs, rtl/vendor/ecp5/duet_mac.sv: in each a sum, a choice of weights and two of them kept;
// behind the first one of a chain a cut, in the first one the sum that comes in.
Counts chain_of_macs(int length, int weight_bits, int sum_bits) {
  const double sum_luts = 2.0 * ((sum_bits + 1) / 2);  // a carry cell is two LUTs
  return {length * (weight_bits + sum_luts) + (length - 1) * sum_bits, length * (sum_bits + 2.0 * weight_bits) + sum_bits};
}

Counts macs(const engine::Engine& e) {
  Counts sum;
  const auto add = [&](double chains, const Counts& chain) { sum.lut += chains * chain.lut, sum.ff += chains * chain.ff; };
  const int k = engine::dw_kernel(e);
  if (k && !e.dw_in_luts) add(e.dw_lanes, chain_of_macs(k * k, e.weight_bits, e.acc_bits));
  if (e.products == 1) {
    add(e.out_lanes, chain_of_macs(e.in_lanes, e.weight_bits, e.acc_bits));
    return sum;
  }
  // As wide as rtl/math/duet_column.sv joins them.
  constexpr int kWidest = 46;
  const device::Packing pair = engine::pair(e);
  const int chain = std::clamp(engine::chain(e), 1, e.in_lanes), sign = pair.features == 2 && engine::signed_features(e);
  const int weight = e.weight_bits + (pair.weights - 1) * pair.weight_shift;
  const int feature = e.feature_bits + (pair.features == 2 ? pair.feature_shift : 0) + sign;
  const int wide = std::min(kWidest, weight + feature + static_cast<int>(std::bit_width(static_cast<unsigned>(chain - 1))) + 1);
  const int columns = e.out_lanes / engine::column_channels(e);
  for (int from = 0; from < e.in_lanes; from += chain)
    add(columns, chain_of_macs(std::min(chain, e.in_lanes - from), weight, wide));
  return sum;
}

// Bits that delay each input lane's features a cycle more than the lane before (rtl/stream/duet_skew.sv): shift registers hold a
// lane's however long they wait, flip-flops one place each.
double skew_bits(const engine::Engine& e) {
  const double places = four_input_luts(e.family) ? 0.5 * (e.in_lanes - 1) * engine::pixels(e) : 1;
  return e.in_lanes * places * e.feature_bits;
}

// Taking the products of a DSP apart, rtl/math/duet_column.sv: for each column a joined weight and its load signals, and for each
// part of the chain adders into the sums, and a delay of the sums until the next part's are there. Behind rows of taps two sums
// wait for the next pair of pixels and are added to its.
Counts take_apart(int in_lanes, int columns, const engine::Engine& e) {
  const device::Packing pair = engine::pair(e);
  const int chain = std::clamp(engine::chain(e), 1, in_lanes), parts = (in_lanes + chain - 1) / chain;
  const bool rows = engine::row_taps(e) > 1;
  const int sums = (rows ? 4 : e.products) * e.acc_bits, adder = (pair.weights - 1) * e.weight_bits;
  Counts column{static_cast<double>(parts * sums + adder),
                static_cast<double>(parts * sums + e.weight_bits + (pair.weights - 1) * pair.weight_shift + in_lanes)};
  if (rows) column.lut += 2.0 * e.acc_bits, column.ff += 6.0 * e.acc_bits;
  for (int next = chain; next < in_lanes; next += chain) {
    const Counts sum = delay(sums, std::min(chain, in_lanes - next) - 1, e.family);
    column.lut += sum.lut, column.ff += sum.ff;
  }
  return {columns * column.lut, columns * column.ff};
}

// The greatest of a column's four sums, rtl/math/duet_column.sv and duet_pool.sv: three delays, two comparisons and choices, and
// the pool's choice of what to compare with.
Counts quad_sums(const engine::Engine& e) {
  const int quarter = e.in_lanes / 4;
  const double bits = static_cast<double>(engine::pixels(e)) * e.out_lanes * e.acc_bits;
  const Counts first = delay(bits, quarter, e.family), later = delay(bits, quarter - 1, e.family);
  const int cuts = e.products > 1 ? 3 : 0;                    // with one product a DSP the DSP leaves the sum before it out
  const double each = four_input_luts(e.family) ? 10.29 : 5;  // of four inputs: fitted with the rest
  return {first.lut + 2 * later.lut + bits * (each + cuts), first.ff + 2 * later.ff + bits * 3};
}

// Bits of a tap of all depth-wise lanes: with nibbles six of them take the picture's bytes.
int depthwise_bits(const engine::Engine& e) {
  return e.dw_lanes * engine::stored_bits(e) + (engine::nibbles(e) ? kPictureLanes * (8 - engine::stored_bits(e)) : 0);
}

// LUTs of rtl/math/duet_product.sv: rows of the weight, two added where they are made, then a tree of sums.
int product_luts(int weight_bits, int feature_bits) {
  if (feature_bits == 1) return weight_bits;
  if (feature_bits == 2) return 2 * weight_bits + 1;
  const int low = std::bit_floor(static_cast<unsigned>(feature_bits - 1)), high = feature_bits - low;
  return product_luts(weight_bits, low) + product_luts(weight_bits, high) + weight_bits + high;
}

// Bits of a feature in the depth-wise stage: as in memory, and the sign that tells maps from the picture's bytes.
int lane_bits(const engine::Engine& e) { return engine::stored_bits(e) + engine::signed_features(e); }

// Multipliers of LUTs: some of the picture's bytes, the rest of what features are stored in.
struct Multipliers {
  int bytes = 0, others = 0;
};

Multipliers multipliers_in_luts(const engine::Engine& e) {
  const int all = e.dw_in_luts ? engine::dw_kernel(e) * engine::dw_kernel(e) * e.dw_lanes : 0,
            bytes = engine::nibbles(e) ? std::min(all, 9 * kPictureLanes) : 0;
  return {bytes, all - bytes};
}

// Multiply-accumulates of rtl/math/duet_mac_lut.sv beside their products: a sum; two weights, feature, product and sum kept.
Counts accumulators_in_luts(const Multipliers& m, const engine::Engine& e) {
  const auto ff = [&](int feature) { return 3 * e.weight_bits + 2 * feature + e.acc_bits; };
  const double lut = four_input_luts(e.family) ? e.weight_bits + 1.5 * e.acc_bits : e.acc_bits;  // of four: one synthesis
  return {(m.bytes + m.others) * lut, static_cast<double>(m.bytes * ff(8) + m.others * ff(lane_bits(e)))};
}

// The last comparison of two pixels' maxima, rtl/layer/duet_pw.sv: for each of them a comparison, a choice and a register.
Counts two_pixels(const engine::Engine& e) { return {2.0 * 2 * e.out_lanes * e.acc_bits, 2.0 * e.out_lanes * e.acc_bits}; }

// What other Bundles than dw3-conv1 have and lack (counted in syntheses of small engines, one of a kind).
Counts of_bundle(const engine::Engine& e) {
  constexpr Counts kDepthwise{620, 760};                // rtl/layer/duet_dw.sv without a convolution, in Xilinx' devices
  constexpr Counts kDepthwiseEcp5{39, 1441};            // ... in Lattice's, without what travels with a pixel
  constexpr int kTravels = 23;                          // cycles less that it does
  constexpr Counts kTaps{150, 250}, kDiagonal{60, 60};  // rtl/layer/duet_walk.sv
  Counts sum;
  const auto add = [&](double lut, double ff) { sum.lut += lut, sum.ff += ff; };
  const int k = engine::dw_kernel(e), bits = depthwise_bits(e), signs = engine::signed_features(e) ? e.dw_lanes : 0;
  // A bit of the window: a choice of two rows for every tap, and delays from the third tap on; columns of k + 1 rows, rows on
  // their way to them, taps and three delays. Then swaps and loads of the weights, and where the column is.
  if (k > 0) add((2.0 * k * k - 18) * bits, (2.0 * k * k + 2 * k + 2 - 26) * bits + 2 * (k * k - 9) + (k > 3 ? 60 : 0));
  add((2.0 * k * k - 3) * signs, (2.0 * k * k + 2 * k + 2) * signs);
  // Tap i waits i cycles for its place in the chain, and what travels with a pixel (rtl/layer/duet_dw.sv: places, a largest
  // output, flags) for all of them: in Lattice's devices in flip-flops, of which the fit holds those of 3x3.
  const double skew = 0.5 * k * k * (k * k - 1), fitted = 36;
  const double beside = 2 * std::bit_width(static_cast<unsigned>(e.buffers.tile_words - 1)) + 13 + 16 + 1;
  if (k == 0 && !four_input_luts(e.family)) add(-kDepthwise.lut, -kDepthwise.ff);
  if (k == 0 && four_input_luts(e.family)) add(-kDepthwiseEcp5.lut, -kDepthwiseEcp5.ff - kTravels * beside);
  if (k > 0 && four_input_luts(e.family)) add(0, (skew - fitted) * bits + skew * signs + (k * k - 9) * beside);
  if (engine::array_kernel(e) > 1) add(kTaps.lut + engine::pixels(e) * e.in_lanes * e.feature_bits, kTaps.ff);
  if (engine::diagonal(e)) add(kDiagonal.lut, kDiagonal.ff);
  const int beat = engine::beat_lanes(e);
  const bool average = e.bundle.pool == net::Pool::average;
  if (average) add(34.0 * beat, 18.0 * beat);
  // Addresses of a bypass, a beat of descriptors; the maximum where the store does not average. One synthesis a family.
  if (e.bypass && four_input_luts(e.family)) add(258 + (average ? 0 : 36.0 * beat), 115 + (average ? 0 : 18.0 * beat));
  if (e.bypass && !four_input_luts(e.family)) add(130 + (average ? 0 : 24.0 * beat), 115 + (average ? 0 : 18.0 * beat));
  return sum;
}

Counts counted(const engine::Engine& e) {
  Counts sum = of_bundle(e);
  if (four_input_luts(e.family)) sum.lut += macs(e).lut, sum.ff += macs(e).ff;
  if (engine::pixels(e) == 2) sum.lut += two_pixels(e).lut, sum.ff += two_pixels(e).ff;
  const Counts accumulators = accumulators_in_luts(multipliers_in_luts(e), e);
  sum.lut += accumulators.lut + static_cast<double>(lut_multipliers(e).lut), sum.ff += accumulators.ff;
  if (e.products > 1) {
    const Counts apart = take_apart(e.in_lanes, e.out_lanes / engine::column_channels(e), e);
    sum.lut += apart.lut, sum.ff += apart.ff;
  }
  if (engine::quads(e)) {
    const Counts quads = quad_sums(e);
    sum.lut += quads.lut, sum.ff += quads.ff;
  }
  return sum;
}

Logic logic(const LogicFeatures& features, Counts more, device::Family family) {
  const Fit& fit = four_input_luts(family) ? kEcp5 : kXc7;
  return {std::llround(std::max(0.0, dot(fit.lut, features)) + more.lut),
          std::llround(std::max(0.0, dot(fit.ff, features)) + more.ff)};
}

}  // namespace

LutMultipliers lut_multipliers(const engine::Engine& e) {
  const Multipliers m = multipliers_in_luts(e);
  const int64_t lut =
      int64_t{m.bytes} * product_luts(e.weight_bits, 8) + int64_t{m.others} * product_luts(e.weight_bits, lane_bits(e));
  constexpr double kFourInputs = 1.36;  // no room for a row's ANDs in its adder: 136 instead of 100 for 8 x 8 bits in a synthesis
  return {m.bytes + m.others, four_input_luts(e.family) ? std::llround(kFourInputs * static_cast<double>(lut)) : lut};
}

LogicFeatures logic_features(const engine::Engine& e) {
  const int beat = engine::beat_lanes(e), requantisers = beat + e.dw_lanes;
  const int head = engine::head_lanes(e), unit = engine::pixels(e) * e.unit_groups * e.out_lanes;
  double memory = 0, choice = beat * e.acc_bits * multiplexer(unit / beat, e.family);
  if (head < beat) choice += head * e.acc_bits * multiplexer(unit / head, e.family);
  for (const engine::MemoryBlock& m : engine::Memories(e)) {
    memory += m.count * m.width;
    choice += m.count * m.width * multiplexer(engine::cut_ram(e.family, m.width, m.depth).rows, e.family);
  }
  return {1,
          static_cast<double>(requantisers),
          static_cast<double>(requantisers * e.acc_bits),
          static_cast<double>(engine::pixels(e) * e.out_lanes * e.acc_bits),
          choice,
          memory,
          skew_bits(e),
          9.0 * depthwise_bits(e),
          static_cast<double>(engine::weight_word_bits(e))};
}

Logic engine_logic(const engine::Engine& engine) {
  if (engine::compact(engine)) return kCompact;
  return logic(logic_features(engine), counted(engine), engine.family);
}

Logic counted_logic(const engine::Engine& engine) {
  const Counts counts = counted(engine);
  return {std::llround(counts.lut), std::llround(counts.ff)};
}

device::Resources engine_resources(const engine::Engine& engine) {
  const Logic logic = engine_logic(engine);
  return {logic.lut, logic.ff, engine::dsp_count(engine), engine::bram36_count(engine)};
}

}  // namespace duet::estimate
