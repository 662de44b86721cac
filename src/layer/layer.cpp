#include "layer/layer.h"

#include "base/error.h"

namespace duet::layer {
namespace {

void check_attributes(const net::Node& node, const LayerKind& kind) {
  const std::vector<std::string> known = kind.attributes();
  for (const auto& [key, value] : node.attributes) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string near = base::nearest(key, known);
    refuse(node, "a layer of kind '" + node.kind + "' has no attribute '" + key + "'",
           near.empty() ? "leave it out" : "did you mean '" + near + "'?");
  }
}

}  // namespace

void refuse(const net::Node& node, const std::string& what, const std::string& hint) {
  throw Error(what, "node '" + node.name + "'", hint);
}

const net::Shape& only_input(const net::Node& node, std::span<const net::Shape> inputs) {
  if (inputs.size() != 1)
    refuse(node, "has " + std::to_string(inputs.size()) + " inputs", "a layer of kind '" + node.kind + "' reads exactly one");
  return inputs[0];
}

int int_attribute(const net::Node& node, const std::string& key, int lo, int hi, int otherwise) {
  const double value = node.attribute(key, otherwise);
  if (!(value >= lo && value <= hi) || value != static_cast<int>(value))
    refuse(node, "'" + key + "' is missing or not possible",
           "it must be a whole number from " + std::to_string(lo) + " to " + std::to_string(hi));
  return static_cast<int>(value);
}

const LayerKind& kind_of(const net::Node& node) {
  if (const LayerKind* kind = find_kind(node.kind)) return *kind;
  const std::string near = base::nearest(node.kind, kind_names());
  std::string all;
  for (const std::string& name : kind_names()) all += (all.empty() ? "" : ", ") + name;
  refuse(node, "there is no layer kind '" + node.kind + "'", near.empty() ? "kinds: " + all : "did you mean '" + near + "'?");
}

std::vector<net::Shape> input_shapes(const net::Node& node, const std::vector<net::Shape>& all) {
  std::vector<net::Shape> inputs;
  for (int index : node.inputs) inputs.push_back(all.at(index));
  return inputs;
}

std::vector<net::Shape> shapes(const net::Graph& graph) {
  std::vector<net::Shape> all{graph.input};
  for (size_t i = 1; i < graph.nodes.size(); ++i) {
    const net::Node& node = graph.nodes[i];
    const LayerKind& kind = kind_of(node);
    check_attributes(node, kind);
    all.push_back(kind.output_shape(node, input_shapes(node, all)));
  }
  return all;
}

std::vector<Work> work(const net::Graph& graph) {
  const std::vector<net::Shape> all = shapes(graph);
  std::vector<Work> works{{}};
  for (size_t i = 1; i < graph.nodes.size(); ++i)
    works.push_back(kind_of(graph.nodes[i]).work(graph.nodes[i], input_shapes(graph.nodes[i], all)));
  return works;
}

Work total_work(const net::Graph& graph) {
  Work total;
  for (const Work& one : work(graph)) total.macs += one.macs, total.weights += one.weights;
  return total;
}

}  // namespace duet::layer
