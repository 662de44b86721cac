#include "net/graph.h"

#include <set>

#include "base/fields.h"

namespace duet::net {
namespace {

constexpr int kMaxSide = 1 << 16;

Node node_from_json(const Json& json, size_t index, const std::string& where) {
  base::only_keys(json, {"name", "kind", "inputs", "attributes"}, where);
  Node node{base::text_field(json, "name", where), base::text_field(json, "kind", where), {}, {}};
  for (const Json& input : base::array_field(json, "inputs", -1, where)) {
    if (!input.is_number_integer() || input.get<int64_t>() < 0 || input.get<int64_t>() >= static_cast<int64_t>(index))
      throw Error("input " + input.dump() + " is no earlier node", where,
                  "inputs are numbers of nodes that stand before, from 0");
    node.inputs.push_back(input.get<int>());
  }
  if (json.contains("attributes")) {
    if (!json["attributes"].is_object())
      throw Error("'attributes' is " + json["attributes"].dump(), where, "it must be an object {...}");
    for (const auto& [key, value] : json["attributes"].items()) {
      if (!value.is_number()) throw Error("attribute '" + key + "' is " + value.dump(), where, "attributes are numbers");
      node.attributes[key] = value.get<double>();
    }
  }
  if (node.name.empty()) throw Error("the name is empty", where, "name every node");
  if ((node.kind == "input") != (index == 0))
    throw Error("node " + std::to_string(index) + " is of kind '" + node.kind + "'", where,
                "the first node, and only it, is of kind 'input'");
  if (index > 0 && node.inputs.empty()) throw Error("node '" + node.name + "' has no inputs", where, "name an earlier node");
  return node;
}

Json number(double value) {
  return value == static_cast<double>(static_cast<int64_t>(value)) ? Json(static_cast<int64_t>(value)) : Json(value);
}

}  // namespace

Json to_json(const Graph& graph) {
  Json nodes = Json::array();
  for (const Node& node : graph.nodes) {
    Json attributes = Json::object();
    for (const auto& [key, value] : node.attributes) attributes[key] = number(value);
    nodes.push_back({{"name", node.name}, {"kind", node.kind}, {"inputs", node.inputs}, {"attributes", attributes}});
  }
  return {{"input", {graph.input.channels, graph.input.height, graph.input.width}}, {"nodes", nodes}};
}

Shape shape_from_json(const Json& object, const std::string& key, const std::string& where) {
  int sides[3];
  const Json& list = base::array_field(object, key, 3, where);
  for (int i = 0; i < 3; ++i) {
    if (!list[i].is_number_integer() || list[i].get<int64_t>() < 1 || list[i].get<int64_t>() > kMaxSide)
      throw Error("'" + key + "' is " + list.dump(), where, "it must be [channels, height, width], each 1 to 65536");
    sides[i] = list[i].get<int>();
  }
  return {sides[0], sides[1], sides[2]};
}

Graph graph_from_json(const Json& json, const std::string& where) {
  base::only_keys(json, {"input", "nodes"}, where);
  Graph graph{shape_from_json(json, "input", where), {}};
  std::set<std::string> names;
  for (const Json& entry : base::array_field(json, "nodes", -1, where)) {
    const size_t index = graph.nodes.size();
    graph.nodes.push_back(node_from_json(entry, index, where + ": nodes[" + std::to_string(index) + "]"));
    if (!names.insert(graph.nodes.back().name).second)
      throw Error("two nodes are named '" + graph.nodes.back().name + "'", where, "names are unique");
  }
  if (graph.nodes.size() < 2) throw Error("has no layer", where, "the input must be followed by at least one node");
  return graph;
}

int find_node(const Graph& graph, const std::string& node_name) {
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    if (graph.nodes[i].name == node_name) return static_cast<int>(i);
  return -1;
}

}  // namespace duet::net
