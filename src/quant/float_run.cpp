#include "quant/float_run.h"

#include <cmath>

#include "layer/convolve.h"
#include "quant/scale.h"

namespace duet::quant {
namespace {

using layer::FloatOperation;

const std::string kWhere = "float weights";

std::vector<int64_t> weight_shape(const FloatOperation& operation) {
  return {operation.out_channels, operation.in_channels / operation.groups, operation.kernel, operation.kernel};
}

void run_convolution(const net::Node& node, const FloatOperation& op, const Tensors& tensors, const FloatMap& in, FloatMap& out) {
  const auto weights = floats(tensors, node.name + ".weight", weight_shape(op), kWhere);
  const float* bias = op.bias ? floats(tensors, node.name + ".bias", {op.out_channels}, kWhere).data() : nullptr;
  layer::convolve({op.in_channels, op.out_channels, op.kernel, op.groups, in.shape.height, in.shape.width}, in.values.data(),
                  weights.data(), bias, out.values.data());
}

void run_norm(const net::Node& node, const Tensors& tensors, const FloatMap& in, FloatMap& out) {
  const auto get = [&](const char* part) { return floats(tensors, node.name + part, {in.shape.channels}, kWhere); };
  const auto gamma = get(".weight"), beta = get(".bias"), mean = get(".running_mean"), variance = get(".running_var");
  const int64_t pixels = in.shape.pixels();
  for (int c = 0; c < in.shape.channels; ++c) {
    const float factor = gamma[c] / std::sqrt(variance[c] + static_cast<float>(layer::kNormEpsilon));
    const float* x = &in.values[c * pixels];
    float* y = &out.values[c * pixels];
    for (int64_t p = 0; p < pixels; ++p) y[p] = (x[p] - mean[c]) * factor + beta[c];
  }
}

void run_relu(double clip, const FloatMap& in, FloatMap& out) {
  const float limit = clip > 0 ? static_cast<float>(clip) : HUGE_VALF;
  for (size_t i = 0; i < in.values.size(); ++i) out.values[i] = std::min(std::max(in.values[i], 0.0f), limit);
}

void run_pool(bool average, const FloatMap& in, FloatMap& out) {
  float* y = out.values.data();
  for (int c = 0; c < out.shape.channels; ++c)
    for (int row = 0; row < out.shape.height; ++row) {
      const float* a = &in.values[(int64_t{c} * in.shape.height + 2 * row) * in.shape.width];
      const float* b = a + in.shape.width;
      for (int x = 0; x < out.shape.width; ++x, a += 2, b += 2)
        *y++ = average ? (a[0] + a[1] + b[0] + b[1]) * 0.25f : std::max(std::max(a[0], a[1]), std::max(b[0], b[1]));
    }
}

void run_space_to_depth(const FloatMap& in, FloatMap& out) {
  float* y = out.values.data();
  for (int part = 0; part < 4; ++part)
    for (int c = 0; c < in.shape.channels; ++c)
      for (int row = 0; row < out.shape.height; ++row) {
        const float* x = &in.values[(int64_t{c} * in.shape.height + 2 * row + part / 2) * in.shape.width + part % 2];
        for (int column = 0; column < out.shape.width; ++column) *y++ = x[2 * column];
      }
}

void run_concat(const std::vector<const FloatMap*>& inputs, FloatMap& out) {
  auto y = out.values.begin();
  for (const FloatMap* in : inputs) y = std::copy(in->values.begin(), in->values.end(), y);
}

FloatOperation operation_of(const net::Node& node, const std::vector<const FloatMap*>& inputs) {
  std::vector<net::Shape> shapes;
  for (const FloatMap* in : inputs) shapes.push_back(in->shape);
  return layer::kind_of(node).float_operation(node, shapes);
}

FloatMap run_node(const net::Node& node, const net::Shape& shape, const Tensors& tensors,
                  const std::vector<const FloatMap*>& inputs) {
  const FloatOperation op = operation_of(node, inputs);
  FloatMap out{shape, std::vector<float>(shape.size())};
  const FloatMap& in = *inputs[0];
  switch (op.kind) {
    case FloatOperation::Kind::convolution:
      run_convolution(node, op, tensors, in, out);
      break;
    case FloatOperation::Kind::batch_norm:
      run_norm(node, tensors, in, out);
      break;
    case FloatOperation::Kind::relu:
      run_relu(op.clip, in, out);
      break;
    case FloatOperation::Kind::max_pool:
      run_pool(false, in, out);
      break;
    case FloatOperation::Kind::average_pool:
      run_pool(true, in, out);
      break;
    case FloatOperation::Kind::space_to_depth:
      run_space_to_depth(in, out);
      break;
    case FloatOperation::Kind::concat:
      run_concat(inputs, out);
      break;
  }
  return out;
}

FloatMap picture_map(const net::Shape& shape, std::span<const uint8_t> picture) {
  DUET_CHECK(static_cast<int64_t>(picture.size()) == shape.size(), "picture size");
  FloatMap map{shape, std::vector<float>(picture.size())};
  for (size_t i = 0; i < picture.size(); ++i) map.values[i] = picture[i] * static_cast<float>(kPictureScale);
  return map;
}

// For each node the last one that reads it.
std::vector<size_t> last_readers(const net::Graph& graph) {
  std::vector<size_t> last(graph.nodes.size(), 0);
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    for (int input : graph.nodes[i].inputs) last[input] = i;
  return last;
}

// Runs the graph; `before` may still change the tensors of a node when it sees its inputs.
using Before = std::function<void(const net::Node&, const std::vector<const FloatMap*>&)>;
FloatMap run_graph(const net::Graph& graph, const Tensors& tensors, std::span<const uint8_t> picture, const MapVisitor& visit,
                   const Before& before) {
  const std::vector<net::Shape> shapes = layer::shapes(graph);
  const std::vector<size_t> last = last_readers(graph);
  std::vector<FloatMap> maps(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const net::Node& node = graph.nodes[i];
    std::vector<const FloatMap*> inputs;
    for (int input : node.inputs) inputs.push_back(&maps[input]);
    if (before) before(node, inputs);
    maps[i] = i == 0 ? picture_map(graph.input, picture) : run_node(node, shapes[i], tensors, inputs);
    if (visit) visit(i, maps[i]);
    for (int input : node.inputs)
      if (last[input] == i) maps[input] = {};
  }
  return std::move(maps.back());
}

Tensor filled(int64_t size, float value) {
  const std::vector<float> values(size, value);
  return make_tensor<float>({size}, values);
}

std::vector<float> normals(int64_t count, double deviation, Rng& rng) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(deviation * rng.normal());
  return values;
}

// Statistics of the map that a batch norm sees.
void set_statistics(const net::Node& node, const FloatMap& in, Tensors& tensors) {
  std::vector<float> means, variances;
  const int64_t pixels = in.shape.pixels();
  for (int c = 0; c < in.shape.channels; ++c) {
    double sum = 0, square = 0;
    for (int64_t p = 0; p < pixels; ++p) {
      const double x = in.values[c * pixels + p];
      sum += x, square += x * x;
    }
    means.push_back(static_cast<float>(sum / pixels));
    variances.push_back(static_cast<float>(std::max(0.0, square / pixels - sum / pixels * (sum / pixels))));
  }
  tensors[node.name + ".running_mean"] = make_tensor<float>({in.shape.channels}, std::span<const float>(means));
  tensors[node.name + ".running_var"] = make_tensor<float>({in.shape.channels}, std::span<const float>(variances));
}

}  // namespace

FloatMap run_float(const net::Graph& graph, const Tensors& tensors, std::span<const uint8_t> picture, const MapVisitor& visit) {
  return run_graph(graph, tensors, picture, visit, {});
}

Tensors random_tensors(const net::Graph& graph, Rng& rng) {
  Tensors tensors;
  const auto draw = [&](const net::Node& node, const std::vector<const FloatMap*>& inputs) {
    if (inputs.empty()) return;
    const FloatOperation op = operation_of(node, inputs);
    if (op.kind == FloatOperation::Kind::convolution) {
      const std::vector<int64_t> shape = weight_shape(op);
      const int64_t taps = shape[1] * shape[2] * shape[3];
      const std::vector<float> weights = normals(shape[0] * taps, std::sqrt(2.0 / static_cast<double>(taps)), rng);
      tensors[node.name + ".weight"] = make_tensor<float>(shape, std::span<const float>(weights));
      const std::vector<float> bias = normals(op.out_channels, 0.1, rng);
      if (op.bias) tensors[node.name + ".bias"] = make_tensor<float>({op.out_channels}, std::span<const float>(bias));
    } else if (op.kind == FloatOperation::Kind::batch_norm) {
      tensors[node.name + ".weight"] = filled(op.in_channels, 1);
      const std::vector<float> beta = normals(op.in_channels, 0.3, rng);
      tensors[node.name + ".bias"] = make_tensor<float>({op.in_channels}, std::span<const float>(beta));
      set_statistics(node, *inputs[0], tensors);
    }
  };
  std::vector<uint8_t> noise(graph.input.size());
  for (uint8_t& byte : noise) byte = static_cast<uint8_t>(rng.below(256));
  run_graph(graph, tensors, noise, {}, draw);
  return tensors;
}

}  // namespace duet::quant
