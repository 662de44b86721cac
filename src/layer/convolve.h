#pragma once
// The fast convolutions behind the golden model and the float run of the calibration. What a convolution means stands in conv.cpp
// and dwconv.cpp; these compute the same values and are tested equal to them.

#include <span>

#include "layer/layer.h"

namespace duet::layer {

/// Stride 1, "same" zero padding. Dense (groups 1) or depth-wise (groups = in_channels = out_channels).
struct Convolution {
  int in_channels = 0, out_channels = 0, kernel = 1, groups = 1, height = 0, width = 0;
  int64_t pixels() const { return int64_t{height} * width; }
  /// Weights of one output channel.
  int64_t taps() const { return int64_t{in_channels} / groups * kernel * kernel; }
};

/// What a convolution adds up in. All are exact where they are allowed, so they give the same integers.
enum class Accumulator {
  int32,        ///< |bias| + sum |w| max|x| < 2^31
  int16_pairs,  ///< that, and every x fits 16 bits with its sign: two products an instruction
  float64  ///< < 2^52: every partial sum is a whole number that a double holds exactly, and there are fused multiply-adds for
           ///< doubles but no 64-bit integer multiplication in most processors
};

/// The same source is compiled for each; the widest that the processor has is the default. Tests run them all.
enum class Instructions { plain, avx2, avx512 };
Instructions best_instructions();

/// Integer convolution with requantisation. x: [in][height][width]; y: [out][height][width].
void convolve(const Convolution& shape, const int32_t* x, const IntParameters& parameters, Accumulator accumulator, int32_t* y,
              Instructions set = best_instructions());

/// The same in float32. weights: [out][in / groups][k][k]; bias: [out], or null for none.
void convolve(const Convolution& shape, const float* x, const float* weights, const float* bias, float* y,
              Instructions set = best_instructions());

}  // namespace duet::layer
