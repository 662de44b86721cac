#include "quant/scale.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "base/rng.h"

namespace duet::quant {
namespace {

// Smallest M 2^-S that is at least `ratio`, by trying all.
double smallest_by_trying(double ratio) {
  double best = HUGE_VAL;
  for (int s = fixed::kMinShift; s <= fixed::kMaxShift; ++s)
    for (int m = 1; m <= fixed::kMaxMultiplier; ++m)
      if (const double value = std::ldexp(m, -s); value >= ratio) best = std::min(best, value);
  return best;
}

TEST(ChooseScale, IsTheSmallestInWhichTheLargestWeightFits) {
  Rng rng(1);
  for (int i = 0; i < 3000; ++i) {
    const double w = std::exp2(rng.uniform(-12, 3)), s_in = std::exp2(rng.uniform(-16, -2)),
                 s_out = std::exp2(rng.uniform(-16, -2));
    const int bits = static_cast<int>(rng.between(2, 16));
    const double ratio = w / fixed::weight_limit(bits) * s_in / s_out;
    const Scale scale = choose_scale(w, s_in, s_out, bits);
    if (ratio > 127.5) continue;  // tested below
    ASSERT_EQ(std::ldexp(scale.multiplier, -scale.shift), smallest_by_trying(ratio)) << ratio;
    ASSERT_DOUBLE_EQ(scale.weight_scale, std::ldexp(scale.multiplier, -scale.shift) * s_out / s_in);
    if (scale.shift < fixed::kMaxShift) {
      ASSERT_GE(scale.multiplier, 128);
    }
    ASSERT_LE(w / scale.weight_scale, fixed::weight_limit(bits) * (1 + 1e-12));
  }
}

TEST(ChooseScale, PowersOfTwoAndTheirNeighbours) {
  for (int e = -38; e <= 6; ++e)
    for (double nudge : {1 - 1e-15, 1.0, 1 + 1e-15, 255.0 / 256, 255.5 / 256, 255.0000001 / 256}) {
      const double ratio = std::ldexp(nudge, e);
      const Scale scale = choose_scale(ratio, 1, 1, 2);
      EXPECT_EQ(scale.weight_scale, smallest_by_trying(ratio)) << nudge << " 2^" << e;
    }
}

TEST(ChooseScale, EndsOfTheRange) {
  const Scale large = choose_scale(1e9, 1, 1, 2);
  EXPECT_EQ(large.multiplier, 255);
  EXPECT_EQ(large.shift, 1);
  const Scale tiny = choose_scale(1e-30, 1, 1, 16);
  EXPECT_EQ(tiny.shift, 47);
  EXPECT_EQ(tiny.multiplier, 1);
  const Scale zero = choose_scale(0, 1, 1, 8);
  EXPECT_EQ(std::ldexp(zero.multiplier, -zero.shift), 0x1p-8);
}

RC_GTEST_PROP(ChooseScale, LeavesTheBiasAQuarterOfTheAccumulator, ()) {
  const double bias = std::exp2(*rc::gen::inRange(-400, 400) / 10.0 / 4), w = std::exp2(*rc::gen::inRange(-400, 20) / 10.0);
  const int bits = *rc::gen::inRange(16, 41);
  const Scale scale = choose_scale(w, 1.0 / 256, 6.0 / 255, 8, bias, bits);
  RC_PRE(scale.multiplier < 255 || scale.shift > 1);
  RC_ASSERT(bias / (scale.weight_scale / 256) <= std::ldexp(1.0, bits - 3) * (1 + 1e-12));
}

TEST(ChooseClippedScale, LowersTheErrorAndNeverRaisesIt) {
  Rng rng(2);
  const auto error = [](const std::vector<double>& weights, double scale, int bits) {
    double sum = 0;
    for (double w : weights) sum += std::pow(w - scale * quantize_weight(w, scale, bits), 2);
    return sum;
  };
  for (int bits : {2, 3, 4, 8}) {
    double plain = 0, clipped = 0;
    for (int i = 0; i < 50; ++i) {
      std::vector<double> weights(64);
      double largest = 0;
      for (double& w : weights) w = rng.normal(), largest = std::max(largest, std::abs(w));
      const double a = error(weights, choose_scale(largest, 0.01, 0.02, bits).weight_scale, bits);
      const double b = error(weights, choose_clipped_scale(weights, 0.01, 0.02, bits).weight_scale, bits);
      EXPECT_LE(b, a);
      plain += a, clipped += b;
    }
    if (bits <= 4) {
      EXPECT_LT(clipped, 0.9 * plain) << bits;
    }
  }
}

TEST(ChooseClippedScale, IsOneOfThoseTried) {
  const std::vector<double> weights{0.9, -0.1, 0.12, 0.08, -0.11, 0.1, 0.09, -0.1};
  const auto tried = clipped_scales(0.9, 0.01, 0.02, 2);
  EXPECT_EQ(tried[0].weight_scale, choose_scale(0.9, 0.01, 0.02, 2).weight_scale);
  EXPECT_NEAR(tried.back().weight_scale / tried[0].weight_scale, std::pow(0.95, kClippedScales - 1), 0.005);
  const double chosen = choose_clipped_scale(weights, 0.01, 0.02, 2).weight_scale;
  EXPECT_TRUE(std::any_of(tried.begin(), tried.end(), [&](const Scale& scale) { return scale.weight_scale == chosen; }));
}

TEST(QuantizeWeight, RoundsTiesToEvenAndSaturates) {
  EXPECT_EQ(quantize_weight(0.5, 1, 8), 0);
  EXPECT_EQ(quantize_weight(1.5, 1, 8), 2);
  EXPECT_EQ(quantize_weight(-2.5, 1, 8), -2);
  EXPECT_EQ(quantize_weight(1e9, 1, 8), 127);
  EXPECT_EQ(quantize_weight(-1e9, 1, 8), -127);
  EXPECT_EQ(quantize_weight(-9, 1, 2), -1);
}

TEST(FeatureScale, EndsWhereTheIntegersEnd) {
  EXPECT_DOUBLE_EQ(feature_scale(4, 8, false) * 255, 4);
  EXPECT_DOUBLE_EQ(feature_scale(4, 8, true) * 127, 4);
}

}  // namespace
}  // namespace duet::quant
