#include "layer/convolve.h"

#include <cstring>

#include "base/error.h"

// How it works: the input is copied once into the accumulator's type with a zero border, so that every tap is a load at a fixed
// offset. A strip of one vector of pixels is gathered, all its taps one after another (it then lies in the first-level cache),
// and multiplied with blocks of output channels whose sums stay in registers. The same source is compiled for AVX-512, AVX2 and
// the plain instruction set, and the processor's is chosen at run time.

namespace duet::layer {
namespace {

#define DUET_INLINE [[gnu::always_inline]] inline

constexpr int kVectorBytes = 64;
template <class T>
constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(T));

template <class T>
using Vector [[gnu::vector_size(kVectorBytes)]] = T;

// One layer in the accumulator's type T, ready to be run.
template <class T>
struct Job {
  Convolution shape;
  int rows = 0, columns = 0;     // of the map as it is walked: a 1x1 convolution sees one long row
  std::vector<T> input;          // padded, with a vector of slack at the end
  std::vector<int64_t> offsets;  // of each tap in `input`, from the output pixel's place in the first channel
  int64_t row_step = 0;          // of an output row in `input`
  std::vector<T> weights;        // dense: [block][tap][channel of block]; depth-wise: [channel][tap]
};

// Turns sums into integers of the output.
struct Requantise {
  const IntParameters* parameters;
  int32_t* y;
  template <class T>
  DUET_INLINE void store(int channel, int64_t place, const T* sums, int count) const {
    const fixed::Requant q = parameters->requant[channel];
    const fixed::Range range = parameters->output;
    const int64_t bias = q.bias;
    int32_t* out = y + place;
    for (int i = 0; i < count; ++i)
      out[i] = fixed::requantize(static_cast<int64_t>(sums[i]) + bias, q.multiplier, q.shift, range);
  }
};

struct AddBias {
  const float* bias;
  float* y;
  DUET_INLINE void store(int channel, int64_t place, const float* sums, int count) const {
    const float b = bias ? bias[channel] : 0.0f;
    for (int i = 0; i < count; ++i) y[place + i] = sums[i] + b;
  }
};

// Sums of Block output channels for the strip of gathered taps.
template <class T, int Block>
DUET_INLINE void multiply(const T* taps, const T* weights, int64_t count, T (*sums)[kLanes<T>]) {
  using V = Vector<T>;
  V total[Block] = {};
  for (int64_t k = 0; k < count; ++k) {
    V v;
    std::memcpy(&v, taps + k * kLanes<T>, sizeof v);
    for (int b = 0; b < Block; ++b) total[b] += v * weights[k * Block + b];
  }
  for (int b = 0; b < Block; ++b) std::memcpy(sums[b], &total[b], sizeof(V));
}

template <class T, int Block, class Store>
DUET_INLINE void run_dense(const Job<T>& job, const Store& out) {
  const int64_t taps = static_cast<int64_t>(job.offsets.size());
  std::vector<T> strip(taps * kLanes<T>);
  T sums[Block][kLanes<T>];
  for (int row = 0; row < job.rows; ++row)
    for (int column = 0; column < job.columns; column += kLanes<T>) {
      const T* source = &job.input[row * job.row_step + column];
      for (int64_t k = 0; k < taps; ++k) std::memcpy(&strip[k * kLanes<T>], source + job.offsets[k], kVectorBytes);
      const int count = std::min(kLanes<T>, job.columns - column);
      for (int channel = 0; channel < job.shape.out_channels; channel += Block) {
        multiply<T, Block>(strip.data(), &job.weights[channel * taps], taps, sums);
        for (int b = 0; b < std::min(Block, job.shape.out_channels - channel); ++b)
          out.store(channel + b, (channel + b) * job.shape.pixels() + int64_t{row} * job.columns + column, sums[b], count);
      }
    }
}

template <class T, class Store>
DUET_INLINE void run_depthwise(const Job<T>& job, const Store& out) {
  const int64_t taps = static_cast<int64_t>(job.offsets.size());
  const int64_t plane = static_cast<int64_t>(job.input.size() - kLanes<T>) / job.shape.in_channels;
  std::vector<T> sums(job.columns);
  for (int channel = 0; channel < job.shape.in_channels; ++channel)
    for (int row = 0; row < job.rows; ++row) {
      std::fill(sums.begin(), sums.end(), T{0});
      for (int64_t k = 0; k < taps; ++k) {
        const T weight = job.weights[channel * taps + k];
        const T* source = &job.input[channel * plane + row * job.row_step + job.offsets[k]];
        T* total = sums.data();
        for (int x = 0; x < job.columns; ++x) total[x] += weight * source[x];
      }
      out.store(channel, channel * job.shape.pixels() + int64_t{row} * job.columns, sums.data(), job.columns);
    }
}

template <class T, int Block, class Store>
DUET_INLINE void run_body(const Job<T>& job, const Store& out) {
  if (job.shape.groups == 1)
    run_dense<T, Block>(job, out);
  else
    run_depthwise<T>(job, out);
}

// Block: as many sums as the registers of the instruction set hold beside a strip's vector.
template <class T, class Store>
void run_plain(const Job<T>& job, const Store& out) {
  run_body<T, 2>(job, out);
}

#if defined(__x86_64__)
template <class T, class Store>
[[gnu::target("avx2,fma")]] void run_avx2(const Job<T>& job, const Store& out) {
  run_body<T, 4>(job, out);
}
template <class T, class Store>
[[gnu::target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,prefer-vector-width=512")]] void run_avx512(const Job<T>& job,
                                                                                                       const Store& out) {
  run_body<T, 8>(job, out);
}
#endif

// What the processor has.
Instructions detect() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    return Instructions::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Instructions::avx2;
#endif
  return Instructions::plain;
}

int block(Instructions set) { return set == Instructions::avx512 ? 8 : set == Instructions::avx2 ? 4 : 2; }

template <class T, class In>
void copy_input(Job<T>& job, const In* x) {
  const Convolution& s = job.shape;
  const int border = s.kernel / 2;
  if (border == 0) {
    job.rows = 1, job.columns = static_cast<int>(s.pixels());
    job.row_step = 0;
    job.input.resize(s.in_channels * s.pixels() + kLanes<T>);
    std::copy_n(x, s.in_channels * s.pixels(), job.input.begin());
    return;
  }
  const int height = s.height + 2 * border, width = s.width + 2 * border;
  job.rows = s.height, job.columns = s.width, job.row_step = width;
  job.input.resize(int64_t{s.in_channels} * height * width + kLanes<T>);
  for (int c = 0; c < s.in_channels; ++c)
    for (int y = 0; y < s.height; ++y)
      std::copy_n(x + c * s.pixels() + int64_t{y} * s.width, s.width,
                  job.input.begin() + (int64_t{c} * height + y + border) * width + border);
}

template <class T, class W>
void copy_weights(Job<T>& job, const W* weights, int block) {
  const Convolution& s = job.shape;
  const int64_t taps = s.taps();
  const int64_t width = s.kernel == 1 ? s.pixels() : s.width + 2 * (s.kernel / 2);
  const int64_t plane = s.kernel == 1 ? s.pixels() : width * (s.height + 2 * (s.kernel / 2));
  for (int c = 0; c < s.in_channels / s.groups; ++c)
    for (int ky = 0; ky < s.kernel; ++ky)
      for (int kx = 0; kx < s.kernel; ++kx) job.offsets.push_back(c * plane + ky * width + kx);
  if (s.groups > 1) {
    job.weights.assign(weights, weights + s.out_channels * taps);
    return;
  }
  job.weights.assign((s.out_channels + block - 1) / block * block * taps, T{0});
  for (int64_t o = 0; o < s.out_channels; ++o)
    for (int64_t k = 0; k < taps; ++k)
      job.weights[(o / block * taps + k) * block + o % block] = static_cast<T>(weights[o * taps + k]);
}

template <class T, class In, class W, class Store>
void run(const Convolution& shape, const In* x, const W* weights, const Store& out, Instructions set) {
  DUET_CHECK(shape.groups == 1 || (shape.groups == shape.in_channels && shape.groups == shape.out_channels), "groups");
  Job<T> job;
  job.shape = shape;
  copy_input(job, x);
  copy_weights(job, weights, block(set));
#if defined(__x86_64__)
  if (set == Instructions::avx512) return run_avx512(job, out);
  if (set == Instructions::avx2) return run_avx2(job, out);
#endif
  run_plain(job, out);
}

}  // namespace

Instructions best_instructions() {
  static const Instructions best = detect();
  return best;
}

void convolve(const Convolution& shape, const int32_t* x, const IntParameters& parameters, Accumulator accumulator, int32_t* y,
              Instructions set) {
  DUET_CHECK(static_cast<int64_t>(parameters.weights.size()) == shape.taps() * shape.out_channels, "weights");
  DUET_CHECK(parameters.requant.size() == static_cast<size_t>(shape.out_channels), "requant");
  const Requantise out{&parameters, y};
  if (accumulator == Accumulator::int32)
    run<int32_t>(shape, x, parameters.weights.data(), out, set);
  else
    run<double>(shape, x, parameters.weights.data(), out, set);
}

void convolve(const Convolution& shape, const float* x, const float* weights, const float* bias, float* y, Instructions set) {
  run<float>(shape, x, weights, AddBias{bias, y}, set);
}

}  // namespace duet::layer
