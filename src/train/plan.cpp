#include "train/plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "layer/layer.h"

namespace duet::train {
namespace {

using Kind = layer::FloatOperation::Kind;

core::Op::Kind kind_of(const net::Node& node, Kind kind) {
  switch (kind) {
    case Kind::convolution:
      return core::Op::Kind::convolution;
    case Kind::max_pool:
      return core::Op::Kind::max_pool;
    case Kind::average_pool:
      return core::Op::Kind::average_pool;
    case Kind::batch_norm:
      return core::Op::Kind::batch_norm;
    case Kind::relu:
      return core::Op::Kind::relu;
    case Kind::concat:
      return core::Op::Kind::concat;
    case Kind::space_to_depth:
      return core::Op::Kind::space_to_depth;
  }
  DUET_CHECK(false, node.kind);
}

using Size = std::array<double, 2>;  // logarithms of width and height

double distance(const Size& a, const Size& b) { return (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]); }

size_t nearest(const Size& size, const std::vector<Size>& centres) {
  size_t best = 0;
  for (size_t k = 1; k < centres.size(); ++k)
    if (distance(size, centres[k]) < distance(size, centres[best])) best = k;
  return best;
}

// Centres at even steps through the sizes ordered by area, then Lloyd's iterations.
std::vector<Size> cluster(std::vector<Size> sizes, int count) {
  std::sort(sizes.begin(), sizes.end(),
            [](const Size& a, const Size& b) { return std::pair(a[0] + a[1], a[0]) < std::pair(b[0] + b[1], b[0]); });
  std::vector<Size> centres;
  for (int k = 0; k < count; ++k)
    centres.push_back(sizes[static_cast<size_t>((2 * k + 1) * static_cast<int64_t>(sizes.size()) / (2 * count))]);
  for (int round = 0; round < 100; ++round) {
    std::vector<std::array<double, 3>> sums(centres.size(), {0, 0, 0});
    for (const Size& size : sizes) {
      auto& sum = sums[nearest(size, centres)];
      sum[0] += size[0], sum[1] += size[1], sum[2] += 1;
    }
    bool moved = false;
    for (size_t k = 0; k < centres.size(); ++k) {
      if (sums[k][2] == 0) continue;
      const Size centre{sums[k][0] / sums[k][2], sums[k][1] / sums[k][2]};
      moved |= distance(centre, centres[k]) > 1e-12;
      centres[k] = centre;
    }
    if (!moved) break;
  }
  return centres;
}

}  // namespace

core::Plan make_plan(const net::Network& network) {
  const net::Graph graph = net::to_graph(network);
  const std::vector<net::Shape> shapes = layer::shapes(graph);
  core::Plan plan;
  plan.channels = network.input.channels, plan.height = network.input.height, plan.width = network.input.width;
  for (const net::Anchor& anchor : network.anchors) plan.anchors.emplace_back(anchor.width, anchor.height);
  std::vector<int> op_of(graph.nodes.size(), -1);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const net::Node& node = graph.nodes[i];
    if (node.kind == "input") continue;
    std::vector<net::Shape> inputs;
    for (int input : node.inputs) inputs.push_back(shapes[static_cast<size_t>(input)]);
    const layer::FloatOperation operation = layer::kind_of(node).float_operation(node, inputs);
    core::Op op;
    op.kind = kind_of(node, operation.kind);
    op.name = node.name;
    for (int input : node.inputs) op.inputs.push_back(op_of[static_cast<size_t>(input)]);
    op.in_channels = inputs.at(0).channels, op.out_channels = shapes[i].channels;
    op.kernel = operation.kernel, op.groups = operation.groups, op.clip = operation.clip, op.bias = operation.bias;
    op_of[i] = static_cast<int>(plan.ops.size());
    plan.ops.push_back(op);
  }
  return plan;
}

core::Weights to_weights(const quant::Tensors& tensors) {
  core::Weights weights;
  for (const auto& [name, tensor] : tensors)
    if (tensor.type == quant::Type::f32) {
      const auto values = tensor.as<float>();
      weights[name].assign(values.begin(), values.end());
    }
  return weights;
}

quant::Tensors to_tensors(const core::Plan& plan, const core::Weights& weights) {
  quant::Tensors tensors;
  const auto add = [&](const std::string& name, std::vector<int64_t> shape) {
    tensors[name] = quant::make_tensor<float>(std::move(shape), std::span<const float>(weights.at(name)));
  };
  for (const core::Op& op : plan.ops) {
    if (op.kind == core::Op::Kind::convolution) {
      add(op.name + ".weight", {op.out_channels, op.in_channels / op.groups, op.kernel, op.kernel});
      if (op.bias) add(op.name + ".bias", {op.out_channels});
    } else if (op.kind == core::Op::Kind::batch_norm) {
      for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) add(op.name + part, {op.out_channels});
    }
  }
  return tensors;
}

std::vector<net::Anchor> find_anchors(const data::Pack& pack, int count) {
  std::vector<Size> sizes;
  for (int i = 0; i < pack.count(); ++i) {
    const data::PackBox box = pack.box(i);
    sizes.push_back({std::log(std::max(1e-3, double{box[2]} - box[0])), std::log(std::max(1e-3, double{box[3]} - box[1]))});
  }
  DUET_CHECK(!sizes.empty() && count > 0);
  std::vector<Size> centres = cluster(sizes, count);
  std::vector<net::Anchor> anchors;
  for (const Size& centre : centres) anchors.push_back({std::exp(centre[0]), std::exp(centre[1])});
  std::sort(anchors.begin(), anchors.end(),
            [](const net::Anchor& a, const net::Anchor& b) { return a.width * a.height < b.width * b.height; });
  return anchors;
}

data::Pack open_pack(const std::filesystem::path& path, const net::Network& network, bool may_be_empty) {
  data::Pack pack(path);
  if (pack.height() != network.input.height || pack.width() != network.input.width)
    throw Error(fmt::format("the pack holds pictures of {}x{}, the network takes {}x{}", pack.width(), pack.height(),
                            network.input.width, network.input.height),
                path.string(), "pack the pictures at the network's size");
  if (pack.count() == 0 && !may_be_empty)
    throw Error("the pack holds no pictures", path.string(), "give a data set with pictures in this part");
  return pack;
}

}  // namespace duet::train
