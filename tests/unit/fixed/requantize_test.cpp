// The runnable companion of docs/arithmetic.md, sections 1, 3 and 6.
#include "fixed/requantize.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/rng.h"

namespace duet::fixed {
namespace {

constexpr Range kWide{INT32_MIN, INT32_MAX};

// y = clip(floor((acc M + 2^(S-1)) / 2^S)), with a division in place of the shift.
int32_t by_division(int64_t acc, int multiplier, int shift, Range range) {
  const __int128 divisor = __int128{1} << shift;
  const __int128 dividend = __int128{acc} * multiplier + divisor / 2;
  __int128 floor = dividend / divisor;
  if (floor * divisor > dividend) --floor;
  return static_cast<int32_t>(floor < range.lo ? range.lo : floor > range.hi ? range.hi : floor);
}

TEST(FeatureRange, IsThatOfSectionOne) {
  EXPECT_EQ(feature_range(8, false), (Range{0, 255}));
  EXPECT_EQ(feature_range(8, true), (Range{-128, 127}));
  EXPECT_EQ(feature_range(2, false), (Range{0, 3}));
  EXPECT_EQ(feature_range(16, false), (Range{0, 65535}));
  EXPECT_EQ(feature_range(kHeadBits, true), (Range{-32768, 32767}));
  EXPECT_EQ(weight_limit(8), 127);
  EXPECT_EQ(weight_limit(2), 1);
}

TEST(Requantize, TiesGoUp) {
  EXPECT_EQ(requantize(1, 1, 1, kWide), 1);    // 0.5
  EXPECT_EQ(requantize(-1, 1, 1, kWide), 0);   // -0.5
  EXPECT_EQ(requantize(3, 1, 1, kWide), 2);    // 1.5
  EXPECT_EQ(requantize(-3, 1, 1, kWide), -1);  // -1.5
  EXPECT_EQ(requantize(5, 64, 7, kWide), 3);   // 2.5
}

TEST(Requantize, SmallSumsExhaustively) {
  for (int shift = kMinShift; shift <= 14; ++shift)
    for (int multiplier = 0; multiplier <= kMaxMultiplier; ++multiplier)
      for (int64_t acc = -260; acc <= 260; ++acc)
        ASSERT_EQ(requantize(acc, multiplier, shift, kWide), by_division(acc, multiplier, shift, kWide))
            << acc << " " << multiplier << " " << shift;
}

// Sums next to every kind of edge: ties of the rounding, ends of the output range, ends of the accumulator.
TEST(Requantize, EdgesOfEveryShiftAndMultiplier) {
  Rng rng(1);
  const int64_t most = (int64_t{1} << (kMaxAccumulatorBits - 1)) - 1;
  for (int shift = kMinShift; shift <= kMaxShift; ++shift)
    for (int multiplier = 1; multiplier <= kMaxMultiplier; ++multiplier)
      for (const Range range :
           {feature_range(8, false), feature_range(8, true), feature_range(16, false), feature_range(2, true)}) {
        const __int128 half = __int128{1} << (shift - 1);
        for (const __int128 y :
             {__int128{0}, __int128{range.lo}, __int128{range.hi}, __int128{rng.between(range.lo, range.hi)}}) {
          const auto centre =
              static_cast<int64_t>(((y << shift) - half) / multiplier);  // about where the output turns from y - 1 to y
          for (int64_t acc : {centre - 1, centre, centre + 1, most, -most - 1})
            if (acc >= -most - 1 && acc <= most) {
              ASSERT_EQ(requantize(acc, multiplier, shift, range), by_division(acc, multiplier, shift, range))
                  << acc << " " << multiplier << " " << shift;
            }
        }
      }
}

// That a wider product could not fit into 64 bits would be an error of the document.
TEST(Requantize, LargestIntermediateFits64Bits) {
  const __int128 most = (__int128{1} << (kMaxAccumulatorBits - 1)) * kMaxMultiplier + (__int128{1} << (kMaxShift - 1));
  EXPECT_LT(most, __int128{INT64_MAX});
}

int64_t any_sum() { return *rc::gen::inRange<int64_t>(-(int64_t{1} << 39), int64_t{1} << 39); }

RC_GTEST_PROP(Requantize, NeverDecreases, ()) {
  const int64_t a = any_sum(), b = any_sum();
  const int multiplier = *rc::gen::inRange(0, 256), shift = *rc::gen::inRange(1, 48);
  const Range range = feature_range(*rc::gen::inRange(2, 17), *rc::gen::arbitrary<bool>());
  const int32_t ya = requantize(a, multiplier, shift, range), yb = requantize(b, multiplier, shift, range);
  RC_ASSERT((a <= b ? ya <= yb : ya >= yb));  // so the maximum of outputs is the output of the maximum (section 4)
}

RC_GTEST_PROP(Requantize, IsWithinHalfAStepOfTheRealValue, ()) {
  const int64_t acc = any_sum();
  const int multiplier = *rc::gen::inRange(0, 256), shift = *rc::gen::inRange(20, 48);
  const long double real = static_cast<long double>(acc) * multiplier / (static_cast<long double>(int64_t{1} << shift));
  const long double off = requantize(acc, multiplier, shift, kWide) - real;
  RC_ASSERT(off > -0.5L && off <= 0.5L);
}

RC_GTEST_PROP(Pack, FieldsLieWhereSectionSixSays, ()) {
  const Requant q{any_sum(), static_cast<uint8_t>(*rc::gen::inRange(0, 256)), static_cast<uint8_t>(*rc::gen::inRange(1, 48))};
  const uint64_t word = pack(q);
  RC_ASSERT((static_cast<int64_t>(word << 24) >> 24) == q.bias);
  RC_ASSERT(((word >> 40) & 0xff) == q.multiplier);
  RC_ASSERT(((word >> 48) & 0x3f) == q.shift);
  RC_ASSERT(word >> 54 == 0u);
}

}  // namespace
}  // namespace duet::fixed
