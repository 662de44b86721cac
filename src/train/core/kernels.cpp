#include "train/core/kernels.h"

#include <cmath>

// One copy per instruction set, chosen when the library is loaded: the program need not be built for the machine it runs on.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define DUET_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DUET_CLONES
#endif

namespace duet::train::core {
namespace {

// A comparison with NaN is false, so a NaN passes through: the loss shows it and training stops.
inline __attribute__((always_inline)) float clamp(float u, float lo, float hi) {
  u = u < lo ? lo : u;
  return u > hi ? hi : u;
}

inline __attribute__((always_inline)) float largest(float a, float b) { return a < b ? b : a; }

inline __attribute__((always_inline)) float pass(float u, float g, float lo, float hi) { return u > lo && u < hi ? g : 0.0f; }

}  // namespace

DUET_CLONES void add_sums(const float* __restrict z, int64_t rows, int channels, float* __restrict sum,
                          float* __restrict squares) {
  for (int64_t i = 0; i < rows; ++i, z += channels)
    for (int c = 0; c < channels; ++c) {
      sum[c] += z[c];
      squares[c] += z[c] * z[c];
    }
}

DUET_CLONES void add_gradient_sums(const float* __restrict g, const float* __restrict z, int64_t rows, int channels,
                                   float* __restrict sum, float* __restrict products) {
  for (int64_t i = 0; i < rows; ++i, z += channels, g += channels)
    for (int c = 0; c < channels; ++c) {
      sum[c] += g[c];
      products[c] += g[c] * z[c];
    }
}

DUET_CLONES void activate(const float* z, int64_t rows, int channels, const Activation& activation, float* y) {
  const float *a = activation.scale, *b = activation.shift;
  const float lo = activation.lo, hi = activation.hi, step = activation.step, inverse = step > 0 ? 1 / step : 0;
  for (int64_t i = 0; i < rows; ++i, z += channels, y += channels) {
    if (step > 0)
      for (int c = 0; c < channels; ++c) y[c] = std::floor(clamp(a[c] * z[c] + b[c], lo, hi) * inverse + 0.5f) * step;
    else
      for (int c = 0; c < channels; ++c) y[c] = clamp(a[c] * z[c] + b[c], lo, hi);
  }
}

DUET_CLONES void activate_pool(const float* __restrict top, const float* __restrict bottom, int width, int channels,
                               const Activation& activation, bool average, float* __restrict y) {
  const float* __restrict a = activation.scale, * __restrict b = activation.shift;
  const float lo = activation.lo, hi = activation.hi, step = activation.step, inverse = step > 0 ? 1 / step : 0;
  for (int x = 0; x < width; ++x, top += 2 * channels, bottom += 2 * channels, y += channels) {
    const float* __restrict t1 = top + channels, * __restrict b1 = bottom + channels;
    if (average && step > 0) {
      for (int c = 0; c < channels; ++c) {
        const float total = std::floor(clamp(a[c] * top[c] + b[c], lo, hi) * inverse + 0.5f) +
                            std::floor(clamp(a[c] * t1[c] + b[c], lo, hi) * inverse + 0.5f) +
                            std::floor(clamp(a[c] * bottom[c] + b[c], lo, hi) * inverse + 0.5f) +
                            std::floor(clamp(a[c] * b1[c] + b[c], lo, hi) * inverse + 0.5f);
        y[c] = std::floor(total * 0.25f + 0.5f) * step;
      }
    } else if (average) {
      for (int c = 0; c < channels; ++c)
        y[c] = 0.25f * (clamp(a[c] * top[c] + b[c], lo, hi) + clamp(a[c] * t1[c] + b[c], lo, hi) +
                        clamp(a[c] * bottom[c] + b[c], lo, hi) + clamp(a[c] * b1[c] + b[c], lo, hi));
    } else {
      for (int c = 0; c < channels; ++c) {
        const float u =
            largest(largest(a[c] * top[c] + b[c], a[c] * t1[c] + b[c]), largest(a[c] * bottom[c] + b[c], a[c] * b1[c] + b[c]));
        y[c] = clamp(u, lo, hi);
      }
      if (step > 0)
        for (int c = 0; c < channels; ++c) y[c] = std::floor(y[c] * inverse + 0.5f) * step;
    }
  }
}

DUET_CLONES void gate(const float* __restrict z, const float* __restrict dy, int64_t rows, int channels,
                      const Activation& activation, float* __restrict g) {
  const float* __restrict a = activation.scale, * __restrict b = activation.shift;
  const float lo = activation.lo, hi = activation.hi;
  for (int64_t i = 0; i < rows; ++i, z += channels, dy += channels, g += channels)
    for (int c = 0; c < channels; ++c) g[c] = pass(a[c] * z[c] + b[c], dy[c], lo, hi);
}

DUET_CLONES void gate_pool(const float* __restrict top, const float* __restrict bottom, const float* __restrict dy, int width,
                           int channels, const Activation& activation, bool average, float* __restrict g_top,
                           float* __restrict g_bottom) {
  const float* __restrict a = activation.scale, * __restrict b = activation.shift;
  const float lo = activation.lo, hi = activation.hi;
  for (int x = 0; x < width; ++x, dy += channels) {
    const int64_t left = int64_t{2} * x * channels, right = left + channels;
    const float* __restrict z0 = top + left, * __restrict z1 = top + right, * __restrict z2 = bottom + left, * __restrict z3 = bottom + right;
    float* __restrict g0 = g_top + left, * __restrict g1 = g_top + right, * __restrict g2 = g_bottom + left, * __restrict g3 = g_bottom + right;
    if (average) {
      for (int c = 0; c < channels; ++c) {
        const float d = 0.25f * dy[c];
        g0[c] = pass(a[c] * z0[c] + b[c], d, lo, hi);
        g1[c] = pass(a[c] * z1[c] + b[c], d, lo, hi);
        g2[c] = pass(a[c] * z2[c] + b[c], d, lo, hi);
        g3[c] = pass(a[c] * z3[c] + b[c], d, lo, hi);
      }
    } else {
      for (int c = 0; c < channels; ++c) {
        const float u0 = a[c] * z0[c] + b[c], u1 = a[c] * z1[c] + b[c], u2 = a[c] * z2[c] + b[c], u3 = a[c] * z3[c] + b[c];
        const float m = largest(largest(u0, u1), largest(u2, u3));
        float left_over = pass(m, dy[c], lo, hi);
        g0[c] = u0 == m ? left_over : 0.0f;
        left_over = u0 == m ? 0.0f : left_over;
        g1[c] = u1 == m ? left_over : 0.0f;
        left_over = u1 == m ? 0.0f : left_over;
        g2[c] = u2 == m ? left_over : 0.0f;
        left_over = u2 == m ? 0.0f : left_over;
        g3[c] = left_over;
      }
    }
  }
}

DUET_CLONES void combine(float* __restrict g, const float* __restrict z, int64_t rows, int channels, const float* __restrict p,
                         const float* __restrict q, const float* __restrict r) {
  for (int64_t i = 0; i < rows; ++i, z += channels, g += channels)
    for (int c = 0; c < channels; ++c) g[c] = p[c] * g[c] + q[c] * z[c] + r[c];
}

namespace {

template <class T>
inline __attribute__((always_inline)) void requantize_any(T* __restrict acc, int64_t count, const ChannelRequant& channel) {
  const double half = std::ldexp(1.0, channel.shift - 1), scale = std::ldexp(1.0, -channel.shift);
  const double bias = channel.bias, multiplier = channel.multiplier, lo = channel.lo, hi = channel.hi;
  for (int64_t i = 0; i < count; ++i) {
    double y = std::floor(((static_cast<double>(acc[i]) + bias) * multiplier + half) * scale);
    y = y < lo ? lo : y;
    acc[i] = static_cast<T>(y > hi ? hi : y);
  }
}

}  // namespace

DUET_CLONES void requantize(float* acc, int64_t count, const ChannelRequant& channel) { requantize_any(acc, count, channel); }
DUET_CLONES void requantize(double* acc, int64_t count, const ChannelRequant& channel) { requantize_any(acc, count, channel); }

}  // namespace duet::train::core
