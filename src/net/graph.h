#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"

namespace duet::net {

/// Channels, height and width of a feature map, batch left out.
struct Shape {
  int channels = 0, height = 0, width = 0;
  int64_t pixels() const { return int64_t{height} * width; }
  int64_t size() const { return pixels() * channels; }
  bool operator==(const Shape&) const = default;
};

/// One layer of a Graph. What a kind means stands in src/layer/<kind>.cpp alone; here it is a name with attributes.
struct Node {
  std::string name;                          ///< unique; parameters are stored under it
  std::string kind;                          ///< "input", or a kind of the layer registry: "conv", "dwconv", "pool", ...
  std::vector<int> inputs;                   ///< indices of earlier nodes
  std::map<std::string, double> attributes;  ///< "kernel", "channels", "clip", "average", ...
  double attribute(const std::string& key, double otherwise) const {
    auto it = attributes.find(key);
    return it == attributes.end() ? otherwise : it->second;
  }
};

/// A small DAG in topological order: node 0 is the picture (kind "input"), node i reads only nodes before i; the last node is the
/// output.
struct Graph {
  Shape input;
  std::vector<Node> nodes;
};

Json to_json(const Graph& graph);
/// Throws Error naming `where` for a node that is out of order, misnamed or malformed.
Graph graph_from_json(const Json& json, const std::string& where);
/// A [channels, height, width] list under `key`, each side 1 to 65536. Throws Error naming `where` and the key.
Shape shape_from_json(const Json& object, const std::string& key, const std::string& where);
/// Index of the node of that name, -1 when there is none.
int find_node(const Graph& graph, const std::string& node_name);

}  // namespace duet::net
