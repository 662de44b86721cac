#pragma once
// What the tests of the layer kinds share. Each kind's test registers a sample graph, whose last node, "x", is of that kind; the
// completeness test runs them all.

#include <map>

#include "layer/layer.h"
#include "quant/float_run.h"

namespace duet::layer::sample {

using net::Node;
using net::Shape;

inline std::map<std::string, net::Graph>& registered() {
  static std::map<std::string, net::Graph> all;
  return all;
}

struct Registered {
  Registered(const std::string& kind, const net::Graph& graph) { registered()[kind] = graph; }
};

inline net::Graph graph_of(Shape input, std::vector<Node> nodes) {
  nodes.insert(nodes.begin(), Node{"input", "input", {}, {}});
  return {input, nodes};
}

inline IntMap map_of(Shape shape, std::vector<int32_t> values) { return {shape, std::move(values)}; }

inline IntMap run(const Node& node, const IntParameters& parameters, const std::vector<IntMap>& inputs) {
  std::vector<const IntMap*> pointers;
  for (const IntMap& input : inputs) pointers.push_back(&input);
  return kind_of(node).run(node, parameters, pointers);
}

inline quant::Tensor tensor(std::vector<int64_t> shape, const std::vector<float>& values) {
  return quant::make_tensor<float>(std::move(shape), std::span<const float>(values));
}

}  // namespace duet::layer::sample
