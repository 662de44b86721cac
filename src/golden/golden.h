#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "quant/quantized.h"

namespace duet::golden {

/// The integer network, prepared once and run on many pictures: the reference for everything (docs/arithmetic.md). Faster than
/// the kinds' own references, and tested equal to them. Any number of threads may call run at once.
class Runner {
 public:
  explicit Runner(const quant::QuantizedNetwork& network);
  ~Runner();
  /// The head's map (signed 16 bit values) of a picture: input-size bytes, planar red, green, blue.
  layer::IntMap run(std::span<const uint8_t> picture) const;
  /// Calls `visit` with the graph node and map of every feature map that exists in integers (the input first; batch norm and
  /// activation have none of their own), in graph order. Returns the head's.
  layer::IntMap run(std::span<const uint8_t> picture,
                    const std::function<void(const net::Node&, const layer::IntMap&)>& visit) const;

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

/// Runs a picture given as a map of 3 x height x width integers 0..255. Returns the head's map.
layer::IntMap run(const quant::QuantizedNetwork& network, const layer::IntMap& picture);

/// A feature map with the name of its graph node.
struct NodeMap {
  std::string node;
  layer::IntMap map;
};

/// Every feature map that exists in integers, in graph order: "input", then computing layers ("b0.l0", after requantisation),
/// poolings and the like, at last "head".
std::vector<NodeMap> run_all(const quant::QuantizedNetwork& network, const layer::IntMap& picture);
/// Of those maps a node's.
const layer::IntMap& map_of(const std::vector<NodeMap>& maps, const std::string& node);

/// Runs `count` pictures on `threads` threads. `done(i, head)` is called once for each, in any order but never at the same time.
void run_batch(const Runner& runner, size_t count, const std::function<std::span<const uint8_t>(size_t)>& picture, int threads,
               const std::function<void(size_t, const layer::IntMap&)>& done);

}  // namespace duet::golden
