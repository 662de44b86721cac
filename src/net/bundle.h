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
///
/// Channels: the *first dense* convolution brings the map to the replication's channels, and every later layer keeps them; a
/// depth-wise layer keeps what it gets. So with c in and n out: dw3-conv1 is dw3(c), conv1(c -> n); conv1-dw3 is conv1(c -> n),
/// dw3(n); conv3-conv1 is conv3(c -> n), conv1(n -> n).
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
/// The inverse of name(). Throws Error with the nearest known word for one that is not in the layer pool.
Bundle parse_bundle(const std::string& text);
/// Index in `layers` of the one that changes the channel count: the first dense convolution.
int expanding_layer(const Bundle& bundle);
/// A Bundle from the whole layer pool, every part drawn with equal chance, drawn again until one layer is a dense convolution.
Bundle draw_bundle(Rng& rng);
/// Every distinct Bundle of the pool (720), in a fixed order.
std::vector<Bundle> all_bundles();

}  // namespace duet::net
