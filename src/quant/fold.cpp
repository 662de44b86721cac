#include <cmath>

#include "quant/quantize.h"

namespace duet::quant {
namespace {

using layer::FloatOperation;

const std::string kWhere = "float weights";

FoldedLayer unfolded(const net::Node& node, const FloatOperation& op, const Tensors& tensors) {
  FoldedLayer layer{node.name, op.out_channels, op.in_channels, op.kernel, op.groups, {}, std::vector<double>(op.out_channels)};
  const auto weights =
      floats(tensors, node.name + ".weight", {op.out_channels, op.in_channels / op.groups, op.kernel, op.kernel}, kWhere);
  layer.weights.assign(weights.begin(), weights.end());
  if (op.bias) {
    const auto bias = floats(tensors, node.name + ".bias", {op.out_channels}, kWhere);
    layer.bias.assign(bias.begin(), bias.end());
  }
  return layer;
}

void fold_norm(const net::Node& node, const Tensors& tensors, FoldedLayer& layer) {
  const auto get = [&](const char* part) { return floats(tensors, node.name + part, {layer.out_channels}, kWhere); };
  const auto gamma = get(".weight"), beta = get(".bias"), mean = get(".running_mean"), variance = get(".running_var");
  const size_t taps = layer.weights.size() / layer.out_channels;
  for (int c = 0; c < layer.out_channels; ++c) {
    const double factor = gamma[c] / std::sqrt(variance[c] + layer::kNormEpsilon);
    for (size_t k = 0; k < taps; ++k) layer.weights[c * taps + k] *= factor;
    layer.bias[c] = (layer.bias[c] - mean[c]) * factor + beta[c];
  }
}

void check_finite(const FoldedLayer& layer) {
  const size_t taps = layer.weights.size() / layer.out_channels;
  for (int c = 0; c < layer.out_channels; ++c)
    for (size_t k = 0; k <= taps; ++k)
      if (!std::isfinite(k < taps ? layer.weights[c * taps + k] : layer.bias[c]))
        throw Error("a weight is not a number", "layer '" + layer.node + "', channel " + std::to_string(c),
                    "the training diverged: train again with a lower learning rate");
}

}  // namespace

std::vector<FoldedLayer> fold(const net::Network& network, const Tensors& tensors) {
  const net::Graph graph = to_graph(network);
  const std::vector<net::Shape> shapes = layer::shapes(graph);
  std::vector<FoldedLayer> layers;
  for (size_t i = 1; i < graph.nodes.size(); ++i) {
    const net::Node& node = graph.nodes[i];
    const FloatOperation op = layer::kind_of(node).float_operation(node, layer::input_shapes(node, shapes));
    if (op.kind == FloatOperation::Kind::convolution)
      layers.push_back(unfolded(node, op, tensors));
    else if (op.kind == FloatOperation::Kind::batch_norm)
      fold_norm(node, tensors, layers.back());
    else if (op.kind == FloatOperation::Kind::relu)
      layers.back().relu = true, layers.back().clip = op.clip;
    else
      continue;
    DUET_CHECK(node.inputs.size() == 1 && (op.kind == FloatOperation::Kind::convolution || layers.back().map_node + 1 == i),
               node.name);
    layers.back().map_node = i;
  }
  for (const FoldedLayer& layer : layers) check_finite(layer);
  return layers;
}

}  // namespace duet::quant
