#pragma once
#include <functional>
#include <vector>

#include "net/network.h"
#include "quant/tensors.h"

namespace duet::quant {

/// A feature map of real numbers, channel-major: index (c * height + y) * width + x.
struct FloatMap {
  net::Shape shape;
  std::vector<float> values;
};

/// Called with the number of each graph node and its map, in graph order.
using MapVisitor = std::function<void(size_t node, const FloatMap& map)>;

/// Runs the float network on a picture of input-size bytes (planar red, green, blue; 0..255 stand for 0..255/256) in float32 and
/// returns the head's map. Batch norms use their running statistics. Equal to libtorch's to about 1e-4, and between
/// processors of different instruction sets to about 1e-6 (fused multiply-adds). Throws Error naming a
/// tensor that is missing or misshapen.
FloatMap run_float(const net::Graph& graph, const Tensors& tensors, std::span<const uint8_t> picture,
                   const MapVisitor& visit = {});

/// Random weights as the beginning of a training would have them: He-normal convolutions, batch norms with the statistics of a
/// picture of noise, so that no map vanishes or explodes. For tests, examples and measurements of speed.
Tensors random_tensors(const net::Graph& graph, Rng& rng);

}  // namespace duet::quant
