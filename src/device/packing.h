#pragma once
#include "device/device.h"

namespace duet::device {

/// How products share one DSP for a pair of widths: the one table that model, RTL parameters and docs use.
struct Packing {
  int products = 1;  ///< exact products per DSP and cycle
  int chain = 0;     ///< accumulations inside the DSP before the lanes must be taken apart; 0: no limit
};

/// Weight and feature widths in bits (2..16). `signed_features`: no ReLU before.
Packing packing(Family family, int weight_bits, int feature_bits, bool signed_features);

}  // namespace duet::device
