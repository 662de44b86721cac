#pragma once
#include <array>
#include <map>
#include <span>
#include <string>

#include "fixed/requantize.h"

namespace duet::quant {

/// Widths of a layer: of its weights, and of its output's map (of the head's, whatever is asked, fixed::kHeadBits).
struct Widths {
  int weight_bits = 8, feature_bits = 8;
  bool operator==(const Widths&) const = default;
};

/// Real range of each stored feature map, by the name of its computing node ("b0.l1", "head"): its integers reach from 0 (after
/// ReLU) or -max to max. For a clipped ReLU never more than the clip. The picture is not in it: its scale is kPictureScale.
struct Ranges {
  std::map<std::string, double> max;
};

/// Real value of one step of the picture: unsigned 8 bit, 0..255 stand for 0..255/256 (docs/arithmetic.md, 1).
inline constexpr double kPictureScale = 1.0 / 256;
inline constexpr int kPictureBits = 8;

/// Scale of a feature map whose integers end at `max`: max / (2^F - 1) after ReLU, max / (2^(F-1) - 1) when signed. max > 0.
double feature_scale(double max, int bits, bool is_signed);

/// M and S of a channel, and the weight scale they define: s_w = M 2^-S s_out / s_in (docs/arithmetic.md, 3).
struct Scale {
  int multiplier = 128;     ///< M, 128..255 (less only where S would exceed 47)
  int shift = 7;            ///< S, 1..47
  double weight_scale = 1;  ///< s_w: real value of one step of the weight
};

/// The smallest s_w in which weights up to `max_abs_weight` fit W bits and a bias of `max_abs_bias` (real value) stays within a
/// quarter of an accumulator of `accumulator_bits`. Where even M = 255, S = 1 is too small, that one: the weights are clipped. A
/// channel of zeros gets a scale near 1/256 of the output's. Pure: the same arguments give the same result everywhere. s_in,
/// s_out > 0; W 2..16.
Scale choose_scale(double max_abs_weight, double s_in, double s_out, int weight_bits, double max_abs_bias = 0,
                   int accumulator_bits = fixed::kMaxAccumulatorBits);

/// What choose_clipped_scale tries: the scales of a largest weight of 1, 0.95, 0.95^2 ... 0.95^31 (0.2) times `max_abs_weight`.
inline constexpr int kClippedScales = 32;
std::array<Scale, kClippedScales> clipped_scales(double max_abs_weight, double s_in, double s_out, int weight_bits,
                                                 double max_abs_bias = 0, int accumulator_bits = fixed::kMaxAccumulatorBits);

/// As choose_scale, for the weights of one channel, but a smaller s_w that clips the largest ones where that lowers the sum of
/// squared errors (it matters below about 6 bits). Pure.
Scale choose_clipped_scale(std::span<const double> weights, double s_in, double s_out, int weight_bits, double max_abs_bias = 0,
                           int accumulator_bits = fixed::kMaxAccumulatorBits);

/// The integer of a weight: w / s_w to the nearest (ties to even, as libtorch rounds), within +-weight_limit(W).
int quantize_weight(double weight, double weight_scale, int weight_bits);

}  // namespace duet::quant
