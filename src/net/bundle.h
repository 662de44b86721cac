#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "base/rng.h"

namespace duet::net {

/// A computing layer of a Bundle: depth-wise (one filter a channel) or dense convolution, square kernel, "same" padding.
struct ComputeLayer {
  bool depthwise = false;
  int kernel = 1;  ///< conv: 1, 3, 5; depth-wise: 3, 5, 7
  bool operator==(const ComputeLayer&) const = default;
};

enum class Pool { none, max, average };

/// The building block that a network repeats (paper, step 1): one or two computing layers, each followed by batch norm and
/// ReLU as chosen here, then 2x2 pooling in those replications that down-sample.
struct Bundle {
  std::vector<ComputeLayer> layers;  ///< 1 or 2
  bool norm = true;                  ///< batch norm, folded into the requantiser
  bool relu = true;
  double clip = 0;  ///< 0: none; else the ReLU saturates there (4 or 8)
  Pool pool = Pool::max;
  bool operator==(const Bundle&) const = default;
};

/// "dw3-conv1-bn-relu4-max": layers, then bn, relu/relu4/relu8 and max/avg where present.
std::string name(const Bundle& bundle);
/// Throws Error with the nearest known word for one that is not in the layer pool.
Bundle parse_bundle(const std::string& text);
/// A Bundle from the whole layer pool, every part drawn with equal chance. At least one layer can change the channel count.
Bundle draw_bundle(Rng& rng);
/// Every distinct Bundle of the pool, in a fixed order.
std::vector<Bundle> all_bundles();

}  // namespace duet::net
