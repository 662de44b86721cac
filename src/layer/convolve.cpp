#include "layer/convolve.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cmath>
#include <cstring>

#include "base/error.h"

// How it works: the input is copied once into the accumulator's type with a zero border, so that every tap is a load at a fixed
// offset. A strip of one vector of pixels is gathered, all its taps one after another (it then lies in the first-level cache),
// and multiplied with blocks of output channels whose sums stay in registers. Inputs of 16 bits are gathered two taps side by
// side, which one instruction multiplies and adds. The same source is compiled for AVX-512, AVX2 and the plain instruction set,
// and the processor's is chosen at run time.

namespace duet::layer {
namespace {

#define DUET_INLINE [[gnu::always_inline]] inline

constexpr int kVectorBytes = 64;
constexpr int64_t kStripBytes = 16384;
constexpr int kMostStrips = 8;
// What products of T are added up in: those of 16 bits in 32.
template <class T>
using Sum = std::conditional_t<std::is_same_v<T, int16_t>, int32_t, T>;
// Taps that lie side by side in the strip, lane by lane.
template <class T>
constexpr int kBeside = static_cast<int>(sizeof(Sum<T>) / sizeof(T));
template <class T>
constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(Sum<T>));

template <class T, int Bytes>
using Vector [[gnu::vector_size(Bytes)]] = T;

// One layer with inputs and weights of type T, ready to be run.
template <class T>
struct Job {
  Convolution shape;
  int rows = 0, columns = 0;     // of the map as it is walked: a 1x1 convolution sees one long row
  std::vector<T> input;          // padded, with a vector of slack at the end
  std::vector<int64_t> offsets;  // of each tap in `input`, from the output pixel's place in the first channel
  int64_t row_step = 0;          // of an output row in `input`
  std::vector<T> weights;        // dense: [block][taps beside each other][channel of block][tap]; depth-wise: [channel][tap]
};

// Turns sums into integers of the output: fixed::requantize as floor((sum + bias) * M / 2^S + 1/2) in doubles, of which an
// instruction takes several. It is exact: the product has less than 47 bits, and a double holds 53.
class Requantise {
 public:
  Requantise(const IntParameters& parameters, int32_t* y) : lo_(parameters.output.lo), hi_(parameters.output.hi), y_(y) {
    for (const fixed::Requant& q : parameters.requant)
      channels_.push_back({static_cast<double>(q.bias), std::ldexp(q.multiplier, -q.shift)});
  }
  template <class T>
  DUET_INLINE void store(int channel, int64_t place, const T* sums, int count) const {
    const auto [bias, scale] = channels_[channel];
    const double lo = lo_, hi = hi_;
    int32_t* out = y_ + place;
    for (int i = 0; i < count; ++i) {
      const double rounded = __builtin_floor((static_cast<double>(sums[i]) + bias) * scale + 0.5);
      const double least = rounded < lo ? lo : rounded;
      out[i] = static_cast<int32_t>(least > hi ? hi : least);
    }
  }

 private:
  struct Channel {
    double bias, scale;
  };
  std::vector<Channel> channels_;
  double lo_, hi_;
  int32_t* y_;
};

struct AddBias {
  const float* bias;
  float* y;
  DUET_INLINE void store(int channel, int64_t place, const float* sums, int count) const {
    const float b = bias ? bias[channel] : 0.0f;
    for (int i = 0; i < count; ++i) y[place + i] = sums[i] + b;
  }
};

// A processor's way to add up the products of Block output channels over a strip: `steps` vectors of taps, as many in each as lie
// beside each other.
template <int Block_, int Bytes_>
struct Plain {
  static constexpr int Block = Block_, Bytes = Bytes_;  // as many sums as the registers hold beside a strip's; of a register
  template <class T>
  DUET_INLINE static void multiply(const T* strip, const T* weights, int64_t steps, T (*sums)[kLanes<T>]) {
    using V = Vector<T, Bytes>;
    constexpr int parts = kVectorBytes / Bytes, lanes = kLanes<T> / parts;
    V total[Block][parts] = {};
    for (int64_t k = 0; k < steps; ++k)
      for (int part = 0; part < parts; ++part) {
        V v;
        std::memcpy(&v, strip + k * kLanes<T> + part * lanes, sizeof v);
        for (int b = 0; b < Block; ++b) total[b][part] += v * weights[k * Block + b];
      }
    std::memcpy(sums, total, sizeof total);
  }
  static void multiply(const int16_t* strip, const int16_t* weights, int64_t steps, int32_t (*sums)[kLanes<int16_t>]) {
    for (int b = 0; b < Block; ++b)
      for (int lane = 0; lane < kLanes<int16_t>; ++lane) {
        int32_t total = 0;
        for (int64_t k = 0; k < steps; ++k)
          for (int tap = 0; tap < 2; ++tap)
            total += strip[(k * kLanes<int16_t> + lane) * 2 + tap] * weights[(k * Block + b) * 2 + tap];
        sums[b][lane] = total;
      }
  }
};

#if defined(__x86_64__)
struct Avx2 : Plain<4, 32> {
  using Plain::multiply;
  [[gnu::target("avx2,fma")]] static void multiply(const int16_t* strip, const int16_t* weights, int64_t steps,
                                                   int32_t (*sums)[kLanes<int16_t>]) {
    __m256i low[Block], high[Block];
    for (int b = 0; b < Block; ++b) low[b] = high[b] = _mm256_setzero_si256();
    for (int64_t k = 0; k < steps; ++k) {
      const auto* taps = reinterpret_cast<const __m256i*>(strip + k * 2 * kLanes<int16_t>);
      const __m256i first = _mm256_loadu_si256(taps), second = _mm256_loadu_si256(taps + 1);
      for (int b = 0; b < Block; ++b) {
        int32_t pair;
        std::memcpy(&pair, weights + (k * Block + b) * 2, sizeof pair);
        const __m256i both = _mm256_set1_epi32(pair);
        low[b] = _mm256_add_epi32(low[b], _mm256_madd_epi16(first, both));
        high[b] = _mm256_add_epi32(high[b], _mm256_madd_epi16(second, both));
      }
    }
    for (int b = 0; b < Block; ++b) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums[b]), low[b]);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums[b]) + 1, high[b]);
    }
  }
};

struct Avx512 : Plain<8, 64> {
  using Plain::multiply;
  [[gnu::target("avx512f,avx512bw")]] static void multiply(const int16_t* strip, const int16_t* weights, int64_t steps,
                                                           int32_t (*sums)[kLanes<int16_t>]) {
    __m512i total[Block];
    for (int b = 0; b < Block; ++b) total[b] = _mm512_setzero_si512();
    for (int64_t k = 0; k < steps; ++k) {
      const __m512i taps = _mm512_loadu_si512(strip + k * 2 * kLanes<int16_t>);
      for (int b = 0; b < Block; ++b) {
        int32_t pair;
        std::memcpy(&pair, weights + (k * Block + b) * 2, sizeof pair);
        total[b] = _mm512_add_epi32(total[b], _mm512_madd_epi16(taps, _mm512_set1_epi32(pair)));
      }
    }
    for (int b = 0; b < Block; ++b) _mm512_storeu_si512(sums[b], total[b]);
  }
};
#endif

// The taps of one vector of pixels.
template <class T>
DUET_INLINE void gather(const Job<T>& job, const T* source, T* strip) {
  const size_t taps = job.offsets.size();
  for (size_t k = 0; k < taps; k += kBeside<T>) {
    if constexpr (kBeside<T> == 1) {
      std::memcpy(strip + k * kLanes<T>, source + job.offsets[k], kVectorBytes);
    } else {
      using Half [[gnu::vector_size(kVectorBytes / 2)]] = T;
      Half a, b;
      std::memcpy(&a, source + job.offsets[k], sizeof a);
      std::memcpy(&b, source + job.offsets[std::min(k + 1, taps - 1)], sizeof b);  // the last one's weight is 0
      const Half low = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const Half high = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      std::memcpy(strip + k * kLanes<T>, &low, sizeof low);
      std::memcpy(strip + k * kLanes<T> + kLanes<T>, &high, sizeof high);
    }
  }
}

// Several strips at a time, as many as stay in the first-level cache: a channel's outputs then lie in longer runs.
template <class Processor, class T, class Store>
DUET_INLINE void run_dense(const Job<T>& job, const Store& out) {
  constexpr int Block = Processor::Block;
  const auto steps = static_cast<int64_t>(job.offsets.size() + kBeside<T> - 1) / kBeside<T>;
  const int64_t strip = steps * kBeside<T> * kLanes<T>;
  const int lanes = kLanes<T> * static_cast<int>(std::clamp<int64_t>(kStripBytes / (strip * sizeof(T)), 1, kMostStrips));
  std::vector<T> strips(strip * (lanes / kLanes<T>));
  Sum<T> sums[Block][kLanes<T>];
  for (int row = 0; row < job.rows; ++row)
    for (int from = 0; from < job.columns; from += lanes) {
      const int to = std::min(from + lanes, job.columns);
      for (int x = from; x < to; x += kLanes<T>)
        gather(job, &job.input[row * job.row_step + x], &strips[(x - from) / kLanes<T> * strip]);
      for (int channel = 0; channel < job.shape.out_channels; channel += Block)
        for (int x = from; x < to; x += kLanes<T>) {
          Processor::multiply(&strips[(x - from) / kLanes<T> * strip], &job.weights[channel * steps * kBeside<T>], steps, sums);
          for (int b = 0; b < std::min(Block, job.shape.out_channels - channel); ++b)
            out.store(channel + b, (channel + b) * job.shape.pixels() + int64_t{row} * job.columns + x, sums[b],
                      std::min(kLanes<T>, to - x));
        }
    }
}

template <class Processor, class T, class Store>
DUET_INLINE void run_depthwise(const Job<T>& job, const Store& out) {
  using V = Vector<T, Processor::Bytes>;
  constexpr int parts = kVectorBytes / Processor::Bytes, lanes = kLanes<T> / parts;
  const int64_t taps = static_cast<int64_t>(job.offsets.size());
  const int64_t plane = static_cast<int64_t>(job.input.size() - kLanes<T>) / job.shape.in_channels;
  T sums[kLanes<T>];
  for (int channel = 0; channel < job.shape.in_channels; ++channel)
    for (int row = 0; row < job.rows; ++row)
      for (int x = 0; x < job.columns; x += kLanes<T>) {
        const T* source = &job.input[channel * plane + row * job.row_step + x];
        V total[parts] = {};
        for (int64_t k = 0; k < taps; ++k)
          for (int part = 0; part < parts; ++part) {
            V v;
            std::memcpy(&v, source + job.offsets[k] + part * lanes, sizeof v);
            total[part] += v * job.weights[channel * taps + k];
          }
        std::memcpy(sums, total, sizeof total);
        out.store(channel, channel * job.shape.pixels() + int64_t{row} * job.columns + x, sums,
                  std::min(kLanes<T>, job.columns - x));
      }
}

template <class Processor, class T, class Store>
DUET_INLINE void run_body(const Job<T>& job, const Store& out) {
  if (job.shape.groups == 1)
    run_dense<Processor>(job, out);
  else if constexpr (kBeside<T> == 1)
    run_depthwise<Processor>(job, out);
}

template <class T, class Store>
void run_plain(const Job<T>& job, const Store& out) {
  run_body<Plain<2, 16>>(job, out);
}

#if defined(__x86_64__)
template <class T, class Store>
[[gnu::target("avx2,fma")]] void run_avx2(const Job<T>& job, const Store& out) {
  run_body<Avx2>(job, out);
}
template <class T, class Store>
[[gnu::target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,prefer-vector-width=512")]] void run_avx512(const Job<T>& job,
                                                                                                       const Store& out) {
  run_body<Avx512>(job, out);
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
  const int64_t steps = (taps + kBeside<T> - 1) / kBeside<T>;
  job.weights.assign((s.out_channels + block - 1) / block * block * steps * kBeside<T>, T{0});
  for (int64_t o = 0; o < s.out_channels; ++o)
    for (int64_t k = 0; k < taps; ++k)
      job.weights[((o / block * steps + k / kBeside<T>)*block + o % block) * kBeside<T> + k % kBeside<T>] =
          static_cast<T>(weights[o * taps + k]);
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
  const Requantise out(parameters, y);
  if (accumulator == Accumulator::float64)
    run<double>(shape, x, parameters.weights.data(), out, set);
  else if (accumulator == Accumulator::int16_pairs && shape.groups == 1)
    run<int16_t>(shape, x, parameters.weights.data(), out, set);
  else
    run<int32_t>(shape, x, parameters.weights.data(), out, set);
}

void convolve(const Convolution& shape, const float* x, const float* weights, const float* bias, float* y, Instructions set) {
  run<float>(shape, x, weights, AddBias{bias, y}, set);
}

}  // namespace duet::layer
