// duet_column with joined operands: the sums of CHANNELS channels and PIXELS pixels, of random and extreme weights and features,
// weights swapped at random. TAPS: of a row, taken at once; the sums are then of a pair of pixels and the one two cycles before.
// QUADS: every second vector is cut into four sums, of which the last and the greatest of the others come out.
#include <verilated.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <vector>

#include "Vduet_column.h"

namespace {
constexpr int kLanes = 8, kWeightBits = WEIGHT_BITS, kFeatureBits = FEATURE_BITS, kAccBits = 16;
constexpr int kChannels = CHANNELS, kPixels = PIXELS, kChain = CHAIN;
constexpr int kTaps = TAPS, kWeights = kChannels * kTaps, kRowDelay = 2;
constexpr int kSums = kChannels * kPixels, kLatency = kLanes + 3 + (kTaps > 1), kPeriod = kLanes + 3;

struct Vector {
  int features[kLanes][kPixels], weights[kLanes][kWeights];
  uint16_t sums[kSums];
  bool swap, quad;
};

// What a lane adds to the sum of a channel and a pixel; `before`: the pair of pixels to the left.
int product(const Vector& now, const Vector& before, int k, int channel, int pixel) {
  if (kTaps == 1) return now.weights[k][channel] * now.features[k][pixel];
  const int line[4] = {before.features[k][0], before.features[k][1], now.features[k][0], now.features[k][1]};
  // The rightmost tap comes first, and a pair has the weights of its own cycle.
  int sum = 0;
  for (int tap = 0; tap < kTaps; ++tap) {
    const int at = pixel + tap;
    sum += (at < 2 ? before : now).weights[k][channel * kTaps + kTaps - 1 - tap] * line[at];
  }
  return sum;
}
}  // namespace

int main() {
  Vduet_column top;
  std::mt19937_64 random(3);
  const int limit = (1 << (kWeightBits - 1)) - 1, most = (1 << kFeatureBits) - 1;
  const auto weight = [&] {
    return random() % 3 == 0 ? (random() % 2 ? limit : -limit) : static_cast<int>(random() % (2 * limit + 1)) - limit;
  };
  std::vector<Vector> vectors(20000);
  int current[kLanes][kWeights] = {}, shadow[kLanes][kWeights] = {};
  for (size_t v = 0; v < vectors.size(); ++v) {
    Vector& now = vectors[v];
    now.swap = v % kPeriod == 0;
    now.quad = QUADS && random() % 2;
    for (int k = 0; k < kLanes; ++k) {
      for (int c = 0; c < kWeights; ++c) {
        if (now.swap) current[k][c] = shadow[k][c], shadow[k][c] = weight();
        now.weights[k][c] = current[k][c];
      }
      for (int& f : now.features[k]) f = random() % 3 == 0 ? most : static_cast<int>(random() % (most + 1));
    }
    for (uint16_t& sum : now.sums) sum = static_cast<uint16_t>(random());
  }
  int wrong = 0, compared = 0;
  const int count = static_cast<int>(vectors.size());
  for (int cycle = 0; cycle + kPeriod < count; ++cycle) {
    top.load_i = 0, top.swap_i = 0, top.cut_i = 0;
    uint64_t features = 0, sums = 0;
    for (int k = 0; k < kLanes; ++k) {
      const int v = cycle - k;  // lane k takes vector v
      if (v < 0) continue;
      if (v >= kChain + 2 && vectors[v - kChain - 2].quad) top.cut_i |= 1 << k;
      for (int p = 0; p < kPixels; ++p)
        features |= static_cast<uint64_t>(vectors[v].features[k][p]) << ((k * kPixels + p) * kFeatureBits);
      if (vectors[v].swap) top.swap_i |= 1 << k;
      if (v == 0 || !vectors[v - 1].swap) continue;  // a cycle after its swap, a lane's next weights are loaded
      top.load_i |= 1 << k;
      top.weight_i = 0;
      for (int c = 0; c < kWeights; ++c)
        top.weight_i |= (vectors[v - 1 + kPeriod].weights[k][c] & ((1 << kWeightBits) - 1)) << (c * kWeightBits);
    }
    if (const int v = cycle - kChain - 2; v >= 0)
      for (int i = 0; i < kSums; ++i) sums |= static_cast<uint64_t>(vectors[v].sums[i]) << (i * kAccBits);
    top.feature_i = features;
    top.sum_i = sums;
    top.clk_i = 0, top.eval();
    top.clk_i = 1, top.eval();
    const int v = cycle - kLatency + 1;
    if (v < kPeriod) continue;
    for (int p = 0; p < kPixels; ++p)
      for (int c = 0; c < kChannels; ++c) {
        const int i = p * kChannels + c;
        std::array<uint16_t, 4> parts{vectors[v].sums[i]};  // where it is cut
        for (int k = 0; k < kLanes; ++k)
          parts[k / (kLanes / 4)] += static_cast<uint16_t>(product(vectors[v], vectors[kTaps > 1 ? v - kRowDelay : v], k, c, p));
        const auto compare = [&](const char* what, uint64_t port, int expected) {
          const auto got = static_cast<uint16_t>(port >> (i * kAccBits));
          ++compared;
          if (got != static_cast<uint16_t>(expected) && ++wrong < 5)
            std::printf("cycle %d, %s %d: %d instead of %d\n", cycle, what, i, got, static_cast<uint16_t>(expected));
        };
        compare("sum", top.sum_o, vectors[v].quad ? parts[3] : parts[0] + parts[1] + parts[2] + parts[3]);
        if (vectors[v].quad)
          compare("greatest", top.most_o,
                  std::max({static_cast<int16_t>(parts[0]), static_cast<int16_t>(parts[1]), static_cast<int16_t>(parts[2])}));
      }
  }
  std::printf("%d sums, %d wrong\n", compared, wrong);
  return wrong != 0 || compared < 10000;
}
