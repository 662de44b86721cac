// duet_chain (and with it duet_mac of a family): every sum of random and extreme weights and features, weights swapped at random.
#include <verilated.h>

#include <cstdio>
#include <random>
#include <vector>

#include "Vduet_chain.h"

namespace {
#ifndef WEIGHT_BITS
#define WEIGHT_BITS 11
#endif
constexpr int kLanes = 4, kWeightBits = WEIGHT_BITS, kFeatureBits = 9, kAccBits = 40;
}  // namespace

int main() {
  Vduet_chain top;
  std::mt19937_64 random(3);
  const auto weight = [&] {
    return random() % 4 == 0 ? (random() % 2 ? (1 << (kWeightBits - 1)) - 1 : -(1 << (kWeightBits - 1)))
                             : static_cast<int>(random() % (1 << kWeightBits)) - (1 << (kWeightBits - 1));
  };
  const auto feature = [&] {
    return random() % 4 == 0 ? (1 << kFeatureBits) - 1 : static_cast<int>(random() % (1 << kFeatureBits));
  };
  // Time line by hand: vector v goes in at cycle v, lane k at v + k; sum_i at v + 1; the sum comes out at v + kLanes + 2.
  const int vectors = 20000;
  std::vector<std::vector<int>> features(vectors, std::vector<int>(kLanes)), weights(vectors, std::vector<int>(kLanes));
  std::vector<int64_t> sums(vectors);
  std::vector<bool> swaps(vectors);
  std::vector<int> current(kLanes, 0), shadow(kLanes, 0);
  const int period = kLanes + 3;
  for (int v = 0; v < vectors; ++v) {
    swaps[v] = v % period == 0;  // the shadows are reloaded in the cycles after a swap, lane by lane
    if (swaps[v]) {
      current = shadow;
      for (int& w : shadow) w = weight();
    }
    weights[v] = current;
    for (int& f : features[v]) f = feature();
    sums[v] = static_cast<int64_t>(random() % (int64_t{1} << 38)) - (int64_t{1} << 37);
  }
  // Replay the loads: lane k's next weight goes in one cycle after lane k's swap, at v + k + 1 of a swap at v.
  std::vector<std::vector<int>> next(vectors, std::vector<int>(kLanes));
  for (int v = 0; v < vectors; ++v) next[v] = v + period < vectors ? weights[v + period] : std::vector<int>(kLanes, 0);
  int wrong = 0;
  for (int cycle = 0; cycle < vectors; ++cycle) {
    top.load_i = 0, top.swap_i = 0;
    uint64_t packed = 0;
    for (int k = 0; k < kLanes; ++k) {
      const int v = cycle - k;
      if (v < 0) continue;
      packed |= static_cast<uint64_t>(features[v][k]) << (k * kFeatureBits);
      if (swaps[v]) top.swap_i |= 1 << k;
      if (v > 0 && swaps[v - 1]) {
        top.load_i |= 1 << k;
        top.weight_i = static_cast<uint32_t>(next[v - 1][k]) & ((1 << kWeightBits) - 1);
      }
    }
    top.feature_i = packed;
    top.sum_i = cycle > 0 ? static_cast<uint64_t>(sums[cycle - 1]) & ((uint64_t{1} << kAccBits) - 1) : 0;
    top.clk_i = 0, top.eval();
    top.clk_i = 1, top.eval();
    const int v = cycle - kLanes - 1;  // visible after this edge
    if (v < period) continue;
    int64_t expected = sums[v];
    for (int k = 0; k < kLanes; ++k) expected += static_cast<int64_t>(weights[v][k]) * features[v][k];
    if ((static_cast<uint64_t>(expected) & ((uint64_t{1} << kAccBits) - 1)) != top.sum_o && ++wrong < 5)
      std::printf("cycle %d: %llx instead of %llx\n", cycle, static_cast<unsigned long long>(top.sum_o),
                  static_cast<unsigned long long>(expected));
  }
  std::printf("%d sums, %d wrong\n", vectors, wrong);
  return wrong != 0;
}
