#include "quant/scale.h"

#include <cmath>
#include <limits>

#include "base/error.h"

namespace duet::quant {
namespace {

// Smallest M 2^-S >= ratio with M of 8 bits, the top one set where S allows.
Scale smallest_at_least(double ratio) {
  if (ratio >= fixed::kMaxMultiplier * 0.5) return {fixed::kMaxMultiplier, fixed::kMinShift, 0};
  int exponent;
  std::frexp(ratio, &exponent);  // 2^(exponent - 1) <= ratio < 2^exponent
  int shift = std::clamp(8 - exponent, fixed::kMinShift, fixed::kMaxShift);
  int multiplier = static_cast<int>(std::ceil(std::ldexp(ratio, shift)));
  if (multiplier > fixed::kMaxMultiplier) multiplier = 128, --shift;
  return {std::max(multiplier, 1), shift, 0};
}

double squared_error(std::span<const double> weights, double scale, int bits) {
  double sum = 0;
  for (double w : weights) {
    const double off = w - scale * quantize_weight(w, scale, bits);
    sum += off * off;
  }
  return sum;
}

}  // namespace

double feature_scale(double max, int bits, bool is_signed) { return max / fixed::feature_range(bits, is_signed).hi; }

Scale choose_scale(double max_abs_weight, double s_in, double s_out, int weight_bits, double max_abs_bias, int accumulator_bits) {
  DUET_CHECK(s_in > 0 && s_out > 0 && max_abs_weight >= 0 && max_abs_bias >= 0, "scale");
  const double for_weight = max_abs_weight / fixed::weight_limit(weight_bits) * s_in / s_out;
  const double for_bias = max_abs_bias / s_out / std::ldexp(1.0, accumulator_bits - 3);
  double ratio = std::max(for_weight, for_bias);
  if (max_abs_weight == 0) ratio = std::max(ratio, 0x1p-8);
  Scale scale = smallest_at_least(ratio);
  scale.weight_scale = std::ldexp(scale.multiplier, -scale.shift) * s_out / s_in;
  return scale;
}

std::array<Scale, kClippedScales> clipped_scales(double max_abs_weight, double s_in, double s_out, int weight_bits,
                                                 double max_abs_bias, int accumulator_bits) {
  std::array<Scale, kClippedScales> scales;
  double limit = max_abs_weight;
  for (Scale& scale : scales) {
    scale = choose_scale(limit, s_in, s_out, weight_bits, max_abs_bias, accumulator_bits);
    limit *= 0.95;
  }
  return scales;
}

Scale choose_clipped_scale(std::span<const double> weights, double s_in, double s_out, int weight_bits, double max_abs_bias,
                           int accumulator_bits) {
  double largest = 0, least = std::numeric_limits<double>::infinity();
  for (double w : weights) largest = std::max(largest, std::abs(w));
  Scale best;
  for (const Scale& scale : clipped_scales(largest, s_in, s_out, weight_bits, max_abs_bias, accumulator_bits)) {
    const double error = squared_error(weights, scale.weight_scale, weight_bits);
    if (error < least) least = error, best = scale;
  }
  return best;
}

int quantize_weight(double weight, double weight_scale, int weight_bits) {
  const double limit = fixed::weight_limit(weight_bits);
  return static_cast<int>(std::clamp(std::nearbyint(weight / weight_scale), -limit, limit));
}

}  // namespace duet::quant
