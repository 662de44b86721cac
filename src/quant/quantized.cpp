#include "quant/quantized.h"

#include "base/fields.h"
#include "base/files.h"
#include "quant/quantize.h"
#include "quant/tensors.h"

namespace duet::quant {
namespace {

namespace fs = std::filesystem;

fs::path with(fs::path path, const char* extension) { return path += extension; }

Json layer_to_json(const QuantizedLayer& layer) {
  return {{"node", layer.node},
          {"weight_bits", layer.weight_bits},
          {"output_bits", layer.output_bits},
          {"output_signed", layer.output_signed},
          {"output_scale", layer.output_scale},
          {"weight_scale", layer.weight_scale}};
}

void layer_to_tensors(const QuantizedLayer& layer, const std::vector<int64_t>& shape, Tensors& tensors) {
  std::vector<int64_t> bias;
  std::vector<uint8_t> multiplier, shift;
  for (const fixed::Requant& q : layer.parameters.requant) {
    bias.push_back(q.bias), multiplier.push_back(q.multiplier), shift.push_back(q.shift);
  }
  const std::vector<int64_t> channels{shape[0]};
  tensors[layer.node + ".weight"] = make_tensor<int16_t>(shape, std::span<const int16_t>(layer.parameters.weights));
  tensors[layer.node + ".bias"] = make_tensor<int64_t>(channels, std::span<const int64_t>(bias));
  tensors[layer.node + ".multiplier"] = make_tensor<uint8_t>(channels, std::span<const uint8_t>(multiplier));
  tensors[layer.node + ".shift"] = make_tensor<uint8_t>(channels, std::span<const uint8_t>(shift));
}

[[noreturn]] void damaged(const std::string& what, const std::string& where) {
  throw Error(what, where, "quantise the network again");
}

template <class T>
std::span<const T> integers(const Tensors& tensors, const std::string& name, const std::vector<int64_t>& shape,
                            const std::string& where) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) damaged("tensor '" + name + "' is missing", where);
  if (found->second.type != type_of<T>() || found->second.shape != shape)
    damaged("tensor '" + name + "' has another type or shape", where);
  return found->second.as<T>();
}

void read_parameters(QuantizedLayer& layer, const ComputingNode& node, const Tensors& tensors, const std::string& where) {
  const std::vector<int64_t> channels{node.weight_shape[0]};
  const auto weights = integers<int16_t>(tensors, node.name + ".weight", node.weight_shape, where);
  const auto bias = integers<int64_t>(tensors, node.name + ".bias", channels, where);
  const auto multiplier = integers<uint8_t>(tensors, node.name + ".multiplier", channels, where);
  const auto shift = integers<uint8_t>(tensors, node.name + ".shift", channels, where);
  const int64_t limit = int64_t{1} << (fixed::kMaxAccumulatorBits - 1);
  for (int16_t w : weights)
    if (std::abs(int{w}) > fixed::weight_limit(layer.weight_bits))
      damaged("a weight of '" + node.name + "' exceeds its bits", where);
  layer.parameters.weights.assign(weights.begin(), weights.end());
  for (size_t c = 0; c < bias.size(); ++c) {
    if (bias[c] >= limit || bias[c] < -limit) damaged("a bias of '" + node.name + "' exceeds 40 bits", where);
    if (shift[c] < fixed::kMinShift || shift[c] > fixed::kMaxShift)
      damaged("a shift of '" + node.name + "' is not 1 to 47", where);
    layer.parameters.requant.push_back({bias[c], multiplier[c], shift[c]});
  }
}

QuantizedLayer read_layer(const Json& json, const ComputingNode& node, const Tensors& tensors, const std::string& where) {
  base::only_keys(json, {"node", "weight_bits", "output_bits", "output_signed", "output_scale", "weight_scale"}, where);
  QuantizedLayer layer;
  layer.node = base::text_field(json, "node", where);
  if (layer.node != node.name) damaged("has layer '" + layer.node + "' where the network has '" + node.name + "'", where);
  layer.weight_bits = static_cast<int>(base::int_field(json, "weight_bits", 2, 16, where));
  layer.output_bits = static_cast<int>(base::int_field(json, "output_bits", 2, 16, where));
  layer.output_signed = base::bool_field(json, "output_signed", where);
  layer.output_scale = base::number_field(json, "output_scale", where);
  const Json& scales = base::array_field(json, "weight_scale", static_cast<int>(node.weight_shape[0]), where);
  for (const Json& scale : scales) {
    if (!scale.is_number()) damaged("'weight_scale' holds " + scale.dump(), where);
    layer.weight_scale.push_back(scale.get<double>());
  }
  layer.parameters.output = fixed::feature_range(layer.output_bits, layer.output_signed);
  read_parameters(layer, node, tensors, where);
  return layer;
}

}  // namespace

std::vector<ComputingNode> computing_nodes(const net::Network& network) {
  const net::Graph graph = to_graph(network);
  const std::vector<net::Shape> shapes = layer::shapes(graph);
  std::vector<ComputingNode> nodes;
  for (size_t i = 1; i < graph.nodes.size(); ++i) {
    const auto op = layer::kind_of(graph.nodes[i]).float_operation(graph.nodes[i], layer::input_shapes(graph.nodes[i], shapes));
    if (op.kind == layer::FloatOperation::Kind::convolution)
      nodes.push_back({graph.nodes[i].name, {op.out_channels, op.in_channels / op.groups, op.kernel, op.kernel}});
  }
  return nodes;
}

void save(const QuantizedNetwork& network, const fs::path& path) {
  Json layers = Json::array();
  Tensors tensors;
  const std::vector<ComputingNode> nodes = computing_nodes(network.network);
  DUET_CHECK(nodes.size() == network.layers.size(), "layers");
  for (size_t i = 0; i < nodes.size(); ++i) {
    layers.push_back(layer_to_json(network.layers[i]));
    layer_to_tensors(network.layers[i], nodes[i].weight_shape, tensors);
  }
  save_safetensors(tensors, with(path, ".safetensors"));
  base::write_json(with(path, ".json"), {{"network", to_json(network.network)},
                                         {"weight_bits", network.weight_bits},
                                         {"feature_bits", network.feature_bits},
                                         {"layers", layers}});
}

QuantizedNetwork load_quantized(const fs::path& path) {
  const std::string where = with(path, ".json").string();
  const Json json = base::read_json(where);
  base::only_keys(json, {"network", "weight_bits", "feature_bits", "layers"}, where);
  QuantizedNetwork network{net::network_from_json(base::field(json, "network", where), where + ": network"),
                           static_cast<int>(base::int_field(json, "weight_bits", 2, 16, where)),
                           static_cast<int>(base::int_field(json, "feature_bits", 2, 16, where)),
                           {}};
  const std::vector<ComputingNode> nodes = computing_nodes(network.network);
  const Json& layers = base::array_field(json, "layers", static_cast<int>(nodes.size()), where);
  const Tensors tensors = load_safetensors(with(path, ".safetensors"));
  for (size_t i = 0; i < nodes.size(); ++i)
    network.layers.push_back(read_layer(layers[i], nodes[i], tensors, where + ": layers[" + std::to_string(i) + "]"));
  if (const int bits = accumulator_bits(network); bits > fixed::kMaxAccumulatorBits)
    damaged("its sums need " + std::to_string(bits) + " bits, at most 40 are possible", where);
  return network;
}

}  // namespace duet::quant
