// The packing table, proved with the arithmetic of the DSP itself: operands joined, multiplied, accumulated, taken apart.
#include "device/packing.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace duet::device {
namespace {

using fixed::Range;

constexpr int kSteps = 5000;             // of a chain, at most, that are tried
constexpr int64_t kExhaustive = 200000;  // operands, all of which are tried

Range weights(int bits) { return {-fixed::weight_limit(bits), fixed::weight_limit(bits)}; }
Range twos_complement(int bits) { return {-(1 << (bits - 1)), (1 << (bits - 1)) - 1}; }
Range features(int bits, bool is_signed = false) { return fixed::feature_range(bits, is_signed); }

// Longest chain of two (or four) products in a DSP48E1 for two's complement weights, without symmetry.
int asymmetric_chain(int w_bits, int f_bits, int products) {
  const Ports dsp48e1 = ports(Family::xc7);
  int best = 0;
  for (auto [w, f] : {std::pair{2, 1}, {1, 2}, {2, 2}})
    if (w * f == products) best = std::max(best, join(dsp48e1, twos_complement(w_bits), features(f_bits), w, f).chain);
  return best;
}

// Adds `steps` joined products as the accumulator would and checks that every sum comes out whole.
// `pick` gives an operand: (range, its index, step); weights are 0 to 2, features 3 and 4.
template <class Pick>
bool chain_is_exact(int accumulator_bits, const Packing& p, Range weight, Range feature, int steps, Pick pick) {
  int64_t accumulated = 0;
  std::array<int64_t, 4> expected{};
  for (int step = 0; step < steps; ++step) {
    std::array<int64_t, 3> w{};
    std::array<int64_t, 2> f{};
    for (int i = 0; i < p.weights; ++i) w[i] = pick(weight, i, step);
    for (int i = 0; i < p.features; ++i) f[i] = pick(feature, 3 + i, step);
    for (int i = 0; i < p.features; ++i)
      for (int j = 0; j < p.weights; ++j)
        expected[static_cast<size_t>(p.weights == 3 ? i + j : i * p.weights + j)] +=
            w[static_cast<size_t>(j)] * f[static_cast<size_t>(i)];
    accumulated +=
        joined(std::span(w).first(p.weights), p.weight_shift) * joined(std::span(f).first(p.features), p.feature_shift);
  }
  const int spare = 64 - accumulator_bits;  // the accumulator wraps
  return take_apart(static_cast<int64_t>(static_cast<uint64_t>(accumulated) << spare) >> spare, p) == expected;
}

// Every combination of range ends and their neighbours, each held through the chain.
bool corners_are_exact(int bits, const Packing& p, Range weight, Range feature, int steps) {
  for (int code = 0; code < 1 << 2 * (p.weights + p.features); ++code) {
    auto corner = [&](Range r, int index, int) -> int64_t {
      const int which = (code >> (2 * (index < 3 ? index : p.weights + index - 3))) & 3;
      return which == 0 ? r.lo : which == 1 ? r.hi : which == 2 ? r.lo + 1 : std::min(1, r.hi);
    };
    if (!chain_is_exact(bits, p, weight, feature, steps, corner)) return false;
  }
  return true;
}

// Every value of every operand, once.
void expect_all_exact(int bits, const Packing& p, Range weight, Range feature) {
  const int64_t w_count = weight.hi - weight.lo + 1, f_count = feature.hi - feature.lo + 1;
  int64_t all = p.features == 2 ? f_count * f_count : f_count;
  for (int i = 0; i < p.weights; ++i) all *= w_count;
  if (all > kExhaustive) return;
  for (int64_t code = 0; code < all; ++code) {
    int64_t rest = code;
    std::array<int64_t, 5> operands{};
    for (int i = 0; i < 5; ++i) {
      if (i < 3 ? i >= p.weights : i - 3 >= p.features) continue;
      const Range& range = i < 3 ? weight : feature;
      const int64_t count = i < 3 ? w_count : f_count;
      operands[static_cast<size_t>(i)] = range.lo + rest % count;
      rest /= count;
    }
    ASSERT_TRUE(chain_is_exact(bits, p, weight, feature, 1, [&](Range, int i, int) { return operands[static_cast<size_t>(i)]; }));
  }
}

void prove(const Packing& p, int bits, Range weight, Range feature, uint64_t seed) {
  const int steps = std::min(p.chain, kSteps);
  expect_all_exact(bits, p, weight, feature);
  ASSERT_TRUE(corners_are_exact(bits, p, weight, feature, steps));
  Rng rng(seed);
  for (int trial = 0; trial < 20; ++trial)
    ASSERT_TRUE(chain_is_exact(bits, p, weight, feature, steps, [&](Range r, int, int) { return rng.between(r.lo, r.hi); }));
  for (int trial = 0; trial < 20; ++trial)  // ends only: sums far out
    ASSERT_TRUE(
        chain_is_exact(bits, p, weight, feature, steps, [&](Range r, int, int) { return rng.chance(0.5) ? r.lo : r.hi; }));
  if (p.chain >= kSteps) return;
  EXPECT_FALSE(corners_are_exact(bits, p, weight, feature, p.chain + 1)) << "the chain could be longer";
}

// Longest chains for weights that use the most negative code, found by trial on the block itself.
TEST(Packing, KnownChainsOfTheDsp48e1) {
  EXPECT_EQ(asymmetric_chain(8, 8, 2), 1);
  EXPECT_EQ(asymmetric_chain(8, 7, 2), 4);
  EXPECT_EQ(asymmetric_chain(8, 6, 2), 16);
  EXPECT_EQ(asymmetric_chain(8, 5, 2), 66);
  EXPECT_EQ(asymmetric_chain(6, 8, 2), 16);
  EXPECT_EQ(asymmetric_chain(5, 8, 2), 64);
  EXPECT_EQ(asymmetric_chain(4, 8, 2), 257);
  EXPECT_EQ(asymmetric_chain(16, 8, 2), 0);
  EXPECT_EQ(asymmetric_chain(11, 8, 2), 0);
  EXPECT_EQ(asymmetric_chain(4, 4, 4), 4);
}

// duet's weights are symmetric, which gains a bit of shift in places.
TEST(Packing, SymmetricWeightsGainChains) {
  auto is = [](int w, int f, int products, int chain) {
    const Packing p = packing(Family::xc7, w, f, false);
    EXPECT_EQ(p.products, products) << w << " " << f;
    EXPECT_EQ(p.chain, chain) << w << " " << f;
  };
  is(8, 8, 2, 2);
  is(8, 7, 2, 4);
  is(8, 6, 2, 16);
  is(6, 8, 2, 33);
  is(4, 4, 4, 4);
  is(16, 8, 1, 0);
  is(16, 16, 1, 0);
  is(11, 8, 1, 0);
}

// All ways to join operands, whether they are the best for their widths or not.
TEST(Packing, EveryWayToJoinIsExactAndNoLongerChainIs) {
  int proved = 0;
  for (Family family : {Family::xc7, Family::ultrascale, Family::ice40, Family::ecp5})
    for (int w = 2; w <= 16; ++w)
      for (int f = 2; f <= 16; ++f)
        for (bool is_signed : {false, true})
          for (auto [w_count, f_count] : {std::pair{2, 1}, {1, 2}, {2, 2}}) {
            SCOPED_TRACE(to_string(family) + " W" + std::to_string(w) + " F" + std::to_string(f) +
                         (is_signed ? " signed " : " ") + std::to_string(w_count) + "x" + std::to_string(f_count));
            const Packing p = join(ports(family), weights(w), features(f, is_signed), w_count, f_count);
            if (p.products == 0) continue;
            ASSERT_EQ(p.products, w_count * f_count);
            prove(p, ports(family).accumulator, weights(w), features(f, is_signed), static_cast<uint64_t>(w * 100 + f));
            ++proved;
          }
  EXPECT_GT(proved, 1000);
}

// Polynomials: six products of use to a convolution.
TEST(Packing, EveryRowIsExactAndNoLongerChainIs) {
  int proved = 0;
  for (Family family : {Family::xc7, Family::ultrascale, Family::ice40, Family::ecp5})
    for (int w = 2; w <= 16; ++w)
      for (int f = 2; f <= 16; ++f)
        for (bool is_signed : {false, true}) {
          SCOPED_TRACE(to_string(family) + " W" + std::to_string(w) + " F" + std::to_string(f) + (is_signed ? " signed" : ""));
          const Packing p = row(ports(family), weights(w), features(f, is_signed));
          if (p.products == 0) continue;
          ASSERT_EQ(p.products, 6);
          prove(p, ports(family).accumulator, weights(w), features(f, is_signed), static_cast<uint64_t>(w * 100 + f));
          ++proved;
        }
  EXPECT_GT(proved, 60);
  EXPECT_EQ(row(ports(Family::xc7), weights(4), features(4)).chain, 2);
  EXPECT_EQ(row(ports(Family::xc7), weights(5), features(5)).products, 0);
}

TEST(Packing, IsTheWayThatJoinsMost) {
  for (Family family : {Family::xc7, Family::ultrascale, Family::ice40, Family::ecp5})
    for (int w = 2; w <= 16; ++w)
      for (int f = 2; f <= 16; ++f)
        for (bool is_signed : {false, true})
          for (auto [w_count, f_count] : {std::pair{1, 1}, {2, 1}, {1, 2}, {2, 2}})
            EXPECT_GE(packing(family, w, f, is_signed).products,
                      join(ports(family), weights(w), features(f, is_signed), w_count, f_count).products);
}

TEST(Packing, TwoW8F8ProductsExhaustively) {
  const Packing p = packing(Family::xc7, 8, 8, false);
  ASSERT_EQ(p.weights, 2);
  for (int64_t a = -127; a <= 127; ++a)
    for (int64_t b = -127; b <= 127; ++b)
      for (int64_t f = 0; f <= 255; ++f) {
        const auto sums = take_apart((a + (b << p.weight_shift)) * f, p);
        ASSERT_TRUE(sums[0] == a * f && sums[1] == b * f) << a << " " << b << " " << f;
      }
}

TEST(Packing, FourW4F4ProductsExhaustively) {
  const Packing p = packing(Family::xc7, 4, 4, false);
  ASSERT_EQ(p.products, 4);
  for (int code = 0; code < 15 * 15 * 256; ++code) {
    const std::array<int64_t, 2> w{code % 15 - 7, code / 15 % 15 - 7}, f{code / 225 % 16, code / 3600};
    const auto sums = take_apart(joined(w, p.weight_shift) * joined(f, p.feature_shift), p);
    for (int i = 0; i < 4; ++i) ASSERT_EQ(sums[i], w[i % 2] * f[i / 2]);
  }
}

TEST(Packing, JoinedOperandsFitThePorts) {
  // W8: 127 * 2^17 + 127 is the most that 25 signed bits hold; with -128 the shift would be 16.
  EXPECT_EQ(join(ports(Family::xc7), weights(8), features(8), 2, 1).weight_shift, 17);
  EXPECT_EQ(join(ports(Family::xc7), twos_complement(8), features(8), 2, 1).weight_shift, 16);
}

TEST(Packing, OtherFamilies) {
  EXPECT_EQ(packing(Family::ultrascale, 8, 8, false).chain, 8);
  EXPECT_EQ(packing(Family::ice40, 8, 8, false), (Packing{2, 0}));  // two separate 8 x 8 multipliers
  EXPECT_EQ(packing(Family::ice40, 9, 8, false).products, 1);
  EXPECT_EQ(packing(Family::ecp5, 8, 8, false).products, 1);
  EXPECT_EQ(packing(Family::ecp5, 4, 4, false).products, 2);
}

}  // namespace
}  // namespace duet::device
