#pragma once
// The memory-bound part of a training step on a CPU, as plain loops over pixels x channels (channels innermost): batch norm, ReLU
// and 2x2 pooling in as few passes over memory as the arithmetic allows. libtorch 1.13 spends two thirds of a step in these. No
// libtorch here.

#include <cstdint>

namespace duet::train::core {

/// What follows a convolution: u = scale·z + shift per channel, y = clamp(u, lo, hi), rounded half up to multiples of `step`
/// where step > 0.
struct Activation {
  const float* scale = nullptr;
  const float* shift = nullptr;
  float lo = 0, hi = 0;
  float step = 0;
};

enum class Pooling { none, max, average };

/// sum[c] += z, squares[c] += z².
void add_sums(const float* z, int64_t rows, int channels, float* sum, float* squares);
/// sum[c] += g, products[c] += g·z.
void add_gradient_sums(const float* g, const float* z, int64_t rows, int channels, float* sum, float* products);
/// y = activation(z); y may be z.
void activate(const float* z, int64_t rows, int channels, const Activation& activation, float* y);
/// One output row of 2x2 pooling over two rows of z; `width` is the output's.
void activate_pool(const float* top, const float* bottom, int width, int channels, const Activation& activation, bool average,
                   float* y);
/// g = dy where the activation let u pass, else 0.
void gate(const float* z, const float* dy, int64_t rows, int channels, const Activation& activation, float* g);
/// The same through pooling: the maximum's gradient goes to the first largest, the average's in quarters to those that passed.
void gate_pool(const float* top, const float* bottom, const float* dy, int width, int channels, const Activation& activation,
               bool average, float* g_top, float* g_bottom);
/// g = p·g + q·z + r per channel.
void combine(float* g, const float* z, int64_t rows, int channels, const float* p, const float* q, const float* r);

/// Requantisation of one channel (docs/arithmetic.md, 3) in double precision, exact while |acc · multiplier| < 2^52:
/// y = clamp(floor((acc + bias) · multiplier · 2^-shift + 1/2), lo, hi). In place.
struct ChannelRequant {
  double bias = 0, multiplier = 128;
  int shift = 7;
  double lo = 0, hi = 255;
};
void requantize(float* acc, int64_t count, const ChannelRequant& channel);
void requantize(double* acc, int64_t count, const ChannelRequant& channel);

}  // namespace duet::train::core
