#include "device/packing.h"

#include <algorithm>

#include "base/error.h"

namespace duet::device {
namespace {

struct Interval {
  int64_t lo = 0, hi = 0;
};

Interval interval(fixed::Range range) { return {range.lo, range.hi}; }

Interval product(Interval a, Interval b) {
  const auto [lo, hi] = std::minmax({a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi});
  return {lo, hi};
}

Interval signed_bits(int bits) { return {-(int64_t{1} << (bits - 1)), (int64_t{1} << (bits - 1)) - 1}; }
bool inside(Interval a, Interval b) { return a.lo >= b.lo && a.hi <= b.hi; }

Interval joined_interval(Interval x, int count, int shift) {
  int64_t ones = 0;
  for (int i = 0; i < count; ++i) ones += int64_t{1} << (i * shift);
  return {x.lo * ones, x.hi * ones};
}

bool fits_port(Interval x, int bits, bool unsigned_too) {
  return inside(x, signed_bits(bits)) || (unsigned_too && x.lo >= 0 && x.hi < int64_t{1} << bits);
}

// Largest shift at which `count` of `x` still fit a port, or -1.
int largest_shift(Interval x, int count, int bits, bool unsigned_too) {
  for (int shift = bits; shift >= 1; --shift)
    if (fits_port(joined_interval(x, count, shift), bits, unsigned_too)) return shift;
  return -1;
}

// How many terms of `term` add up inside signed `bits`.
int64_t terms(Interval term, int bits) {
  const Interval room = signed_bits(bits);
  int64_t most = INT32_MAX;
  if (term.hi > 0) most = std::min(most, room.hi / term.hi);
  if (term.lo < 0) most = std::min(most, room.lo / term.lo);
  return most;
}

struct Side {
  Interval range;
  int count = 1, port = 0;  // operands joined; width of the port
};

// Shifts of the two sides (0 for a side of one) and the narrowest field that bounds the chain.
struct Layout {
  int weight_shift = 0, feature_shift = 0, field = 0;
};

Layout layout(const Side& w, const Side& f, bool unsigned_ports) {
  const int ws = w.count == 2 ? largest_shift(w.range, 2, w.port, unsigned_ports) : 0;
  const int fs = f.count == 2 ? largest_shift(f.range, 2, f.port, unsigned_ports) : 0;
  if (w.count == 1) return {0, fs, fs};
  if (f.count == 1) return {ws, 0, ws};
  // Fields lie at 0, inner, outer, inner + outer: two of them are `inner` wide and one is outer - inner.
  const int inner_f = std::min(fs, ws / 2), inner_w = std::min(ws, fs / 2);
  return inner_f >= inner_w ? Layout{2 * inner_f, inner_f, inner_f} : Layout{inner_w, 2 * inner_w, inner_w};
}

Packing join_on(const Ports& ports, const Side& w, const Side& f) {
  if (!fits_port(w.range, w.port, ports.unsigned_ports) || !fits_port(f.range, f.port, ports.unsigned_ports)) return {0, 0};
  if (w.count * f.count == 1) return {};
  const Layout chosen = layout(w, f, ports.unsigned_ports);
  if (chosen.field < 1) return {0, 0};
  const Interval term = product(w.range, f.range);
  const Interval whole =
      product(joined_interval(w.range, w.count, chosen.weight_shift), joined_interval(f.range, f.count, chosen.feature_shift));
  const int64_t chain = std::min(terms(term, chosen.field), terms(whole, ports.accumulator));
  if (chain < 1) return {0, 0};
  return {w.count * f.count, static_cast<int>(chain), w.count, f.count, chosen.weight_shift, chosen.feature_shift};
}

// The longest chain for a row of three weights and two features on these ports.
Packing row_on(const Ports& ports, const Side& w, const Side& f) {
  const int shift =
      std::min(largest_shift(w.range, 3, w.port, ports.unsigned_ports), largest_shift(f.range, 2, f.port, ports.unsigned_ports));
  if (shift < 1) return {0, 0};
  const Interval term = product(w.range, f.range), two{2 * term.lo, 2 * term.hi};  // a coefficient in the middle
  const Interval whole = product(joined_interval(w.range, 3, shift), joined_interval(f.range, 2, shift));
  const int64_t chain = std::min(terms(two, shift), terms(whole, ports.accumulator));
  return chain < 1 ? Packing{0, 0} : Packing{6, static_cast<int>(chain), 3, 2, shift, shift};
}

bool better(const Packing& a, const Packing& b) {
  auto length = [](const Packing& p) { return p.products > 0 && p.chain == 0 ? INT32_MAX : p.chain; };
  return a.products != b.products ? a.products > b.products : length(a) > length(b);
}

}  // namespace

Ports ports(Family family) {
  switch (family) {
    case Family::xc7:
      return {25, 18, 48, false};
    case Family::ultrascale:
      return {27, 18, 48, false};
    case Family::ice40:
      return {16, 16, 32, true};
    case Family::ecp5:
      return {18, 18, 54, true};
  }
  DUET_CHECK(false);
  return {};
}

Packing join(const Ports& ports, fixed::Range weight, fixed::Range feature, int weights, int features) {
  const Packing wide_weights =
      join_on(ports, {interval(weight), weights, ports.wide}, {interval(feature), features, ports.narrow});
  const Packing wide_features =
      join_on(ports, {interval(weight), weights, ports.narrow}, {interval(feature), features, ports.wide});
  return better(wide_features, wide_weights) ? wide_features : wide_weights;
}

Packing row(const Ports& ports, fixed::Range weight, fixed::Range feature) {
  const Packing wide_weights = row_on(ports, {interval(weight), 3, ports.wide}, {interval(feature), 2, ports.narrow});
  const Packing wide_features = row_on(ports, {interval(weight), 3, ports.narrow}, {interval(feature), 2, ports.wide});
  return better(wide_features, wide_weights) ? wide_features : wide_weights;
}

Packing packing(Family family, int weight_bits, int feature_bits, bool signed_features) {
  const int limit = fixed::weight_limit(weight_bits);
  const fixed::Range weight{-limit, limit}, feature = fixed::feature_range(feature_bits, signed_features);
  Packing best = join(ports(family), weight, feature, 1, 1);
  for (auto [w, f] : {std::pair{2, 1}, {1, 2}, {2, 2}})
    if (const Packing p = join(ports(family), weight, feature, w, f); better(p, best)) best = p;
  // An SB_MAC16 is also two 8 x 8 multipliers with operands and outputs of their own.
  const Packing halves{2, 0};
  if (family == Family::ice40 && weight_bits <= 8 && feature_bits <= 8 && better(halves, best)) best = halves;
  DUET_CHECK(best.products >= 1);
  return best;
}

int64_t joined(std::span<const int64_t> operands, int shift) {
  int64_t value = 0;
  for (size_t i = 0; i < operands.size(); ++i) value += operands[i] * (int64_t{1} << (i * static_cast<size_t>(shift)));
  return value;
}

std::array<int64_t, 4> take_apart(int64_t accumulated, const Packing& p) {
  std::array<int64_t, 4> sums{};
  // Fields from the lowest up; the lowest read as signed leaves the rest exact once it is subtracted.
  const bool weights_inside = p.features == 1 || (p.weights == 2 && p.weight_shift < p.feature_shift);
  const int fields = p.products == 6 ? 4 : p.products;
  const int inner = p.products == 4 ? std::min(p.weight_shift, p.feature_shift) : std::max(p.weight_shift, p.feature_shift);
  for (int i = 0; i < fields; ++i) {
    const int64_t field =
        i + 1 == fields ? accumulated : static_cast<int64_t>(static_cast<uint64_t>(accumulated) << (64 - inner)) >> (64 - inner);
    const int inner_index = i % 2, outer_index = i / 2;
    const int w = p.products == 2 ? (p.weights == 2 ? i : 0) : weights_inside ? inner_index : outer_index;
    const int f = p.products == 2 ? (p.features == 2 ? i : 0) : weights_inside ? outer_index : inner_index;
    sums[static_cast<size_t>(p.products == 6 ? i : f * p.weights + w)] = field;
    accumulated = (accumulated - field) >> inner;
  }
  return sums;
}

}  // namespace duet::device
