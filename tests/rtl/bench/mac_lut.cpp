// duet_mac_lut, and in it duet_product: every weight times every feature.
#include <verilated.h>

#include <cstdio>

#include "Vduet_mac_lut.h"

int main() {
  constexpr int kWeights = 1 << WEIGHT_BITS, kFeatures = 1 << FEATURE_BITS, kLowest = SIGNED ? -kFeatures / 2 : 0;
  Vduet_mac_lut top;
  const auto edge = [&] {
    top.clk_i = 0, top.eval();
    top.clk_i = 1, top.eval();
  };
  int wrong = 0;
  for (int weight = -kWeights / 2; weight < kWeights / 2; ++weight) {
    top.weight_i = weight & (kWeights - 1);
    top.load_i = 1, edge(), top.load_i = 0;
    top.swap_i = 1, edge(), top.swap_i = 0;
    for (int feature = kLowest; feature < kLowest + kFeatures; ++feature) {
      top.feature_i = feature & (kFeatures - 1), top.sum_i = 5;
      edge(), edge(), edge();
      const int sum = static_cast<int>(top.sum_o);
      if (sum != weight * feature + 5 && ++wrong < 5) std::printf("%d * %d + 5: %d\n", weight, feature, sum);
    }
  }
  std::printf("%d products, %d wrong\n", kWeights * kFeatures, wrong);
  return wrong != 0;
}
