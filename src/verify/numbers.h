#pragma once
#include <vector>

#include "golden/golden.h"
#include "verify/design.h"

namespace duet::verify {

inline constexpr int kPictures = 3;

/// What a design computes with.
struct Numbers {
  quant::QuantizedNetwork network;
  std::vector<layer::IntMap> pictures;  ///< kPictures of noise
};

/// Integers from the design's seed: weights over their whole range, and for every channel bias, multiplier and shift such that
/// on these pictures some of its outputs are 0, some clipped and most between, some of them ties of the rounding.
Numbers draw_numbers(const Design& design);

/// The golden model's maps of every picture.
using GoldenMaps = std::vector<std::vector<golden::NodeMap>>;
GoldenMaps golden_maps(const Numbers& numbers);

/// How many of a layer's outputs, over all pictures, are neither 0 nor clipped.
struct Live {
  std::string node;  ///< "b0.l0", "b0.l1", "b0.pool", ..., "head"
  double share = 0;
};
std::vector<Live> live_outputs(const Numbers& numbers, const GoldenMaps& maps);
/// The least of them.
double least(const std::vector<Live>& live);

}  // namespace duet::verify
