#include "train/zoo.h"

#include "base/error.h"
#include "train/plan.h"

namespace duet::train {
namespace {

using Kind = core::Op::Kind;

// Appends operations; `at` is the last one's index, -1 the picture.
class Builder {
 public:
  Builder(int classes, int height, int width) : height_(height), width_(width) {
    network_.plan.height = height, network_.plan.width = width, network_.plan.classes = classes;
  }

  int convolution(const std::string& name, int from, int channels, int kernel, int stride, Part part) {
    core::Op op = begin(Kind::convolution, name, {from}, channels);
    op.kernel = kernel, op.stride = stride;
    if (from == here_) height_ = (height_ + stride - 1) / stride, width_ = (width_ + stride - 1) / stride;
    network_.parts.push_back(part);
    return push(op);
  }
  int depthwise(const std::string& name, int from, int stride) {
    const int at = convolution(name, from, channels(from), 3, stride, Part::convolutions);
    core::Op& op = network_.plan.ops.back();
    op.groups = op.in_channels;
    return at;
  }
  // Of the whole map, which becomes one pixel.
  int connected(const std::string& name, int from, int channels, Part part) {
    DUET_CHECK(height_ == width_, "maps that are connected whole are squares");
    core::Op op = begin(Kind::convolution, name, {from}, channels);
    op.kernel = height_, op.padding = 0;
    height_ = width_ = 1;
    network_.parts.push_back(part);
    return push(op);
  }
  int norm(int from) { return push(begin(Kind::batch_norm, last() + ".bn", {from}, channels(from))); }
  int relu(int from) { return push(begin(Kind::relu, last() + ".relu", {from}, channels(from))); }
  int norm_relu(int from) { return relu(norm(from)); }
  int pool(int from) {
    height_ /= 2, width_ /= 2;
    return push(begin(Kind::max_pool, last() + ".pool", {from}, channels(from)));
  }
  int add(int from, int other) { return push(begin(Kind::add, last() + ".add", {from, other}, channels(from))); }
  int classes(int from) {
    core::Op op = begin(Kind::convolution, "classes", {from}, network_.plan.classes);
    op.bias = true;
    network_.parts.push_back(Part::last_layer);
    return push(op);
  }
  int boxes(int from) {
    core::Op op = begin(Kind::convolution, "boxes", {from}, 5 * kAnchors);
    op.bias = true;
    network_.parts.push_back(Part::last_layer);
    return push(op);
  }
  int channels(int at) const { return at < 0 ? 3 : network_.plan.ops[static_cast<size_t>(at)].out_channels; }
  ZooNetwork take() { return std::move(network_); }

 private:
  const std::string& last() const { return network_.plan.ops.back().name; }
  core::Op begin(Kind kind, const std::string& name, std::vector<int> inputs, int out) const {
    core::Op op;
    op.kind = kind, op.name = name, op.in_channels = channels(inputs[0]), op.out_channels = out;
    op.inputs = std::move(inputs);
    return op;
  }
  int push(core::Op op) {
    network_.plan.ops.push_back(std::move(op));
    return here_ = static_cast<int>(network_.plan.ops.size()) - 1;
  }

  ZooNetwork network_;
  int height_, width_, here_ = -1;
};

ZooNetwork alexnet(int classes, int height, int width) {
  Builder b(classes, height, width);
  int at = b.pool(b.norm_relu(b.convolution("conv1", -1, 24, 5, 1, Part::first_convolution)));
  at = b.pool(b.norm_relu(b.convolution("conv2", at, 48, 5, 1, Part::convolutions)));
  at = b.norm_relu(b.convolution("conv3", at, 96, 3, 1, Part::convolutions));
  at = b.norm_relu(b.convolution("conv4", at, 96, 3, 1, Part::convolutions));
  at = b.pool(b.norm_relu(b.convolution("conv5", at, 96, 3, 1, Part::convolutions)));
  at = b.norm_relu(b.connected("fc1", at, 512, Part::hidden_layers));
  at = b.norm_relu(b.connected("fc2", at, 256, Part::hidden_layers));
  b.classes(at);
  return b.take();
}

// Three groups of three blocks of two convolutions; the later groups halve the map and double its channels.
ZooNetwork resnet20(int classes, int height, int width) {
  Builder b(classes, height, width);
  int at = b.norm_relu(b.convolution("conv1", -1, 16, 3, 1, Part::first_convolution));
  for (int group = 0; group < 3; ++group)
    for (int block = 0; block < 3; ++block) {
      const std::string name = "g" + std::to_string(group) + "b" + std::to_string(block);
      const int channels = 16 << group, stride = group > 0 && block == 0 ? 2 : 1, from = at;
      at = b.norm_relu(b.convolution(name + ".c1", from, channels, 3, stride, Part::convolutions));
      at = b.norm(b.convolution(name + ".c2", at, channels, 3, 1, Part::convolutions));
      const int other = stride == 1 ? from : b.norm(b.convolution(name + ".down", from, channels, 1, stride, Part::convolutions));
      at = b.relu(b.add(at, other));
    }
  b.classes(at);
  return b.take();
}

// Four groups of blocks, two 3x3 convolutions each or, of a bottleneck, 1x1, 3x3 and 1x1 to four times the channels.
// `base`: channels of the first; `halved`: groups but the first that halve the map.
ZooNetwork resnet(const std::array<int, 4>& blocks, bool bottleneck, int height, int width, int base = 64, int halved = 3) {
  Builder b(0, height, width);
  int at = b.pool(b.norm_relu(b.convolution("conv1", -1, base, 7, 2, Part::first_convolution)));
  const auto layer = [&](const std::string& name, int from, int channels, int kernel, int stride) {
    return b.norm(b.convolution(name, from, channels, kernel, stride, Part::convolutions));
  };
  for (int group = 0; group < 4; ++group)
    for (int block = 0; block < blocks[static_cast<size_t>(group)]; ++block) {
      const std::string name = "g" + std::to_string(group) + "b" + std::to_string(block);
      const int channels = base << group, stride = group > 0 && group <= halved && block == 0 ? 2 : 1, from = at,
                out = bottleneck ? 4 * channels : channels;
      if (bottleneck) {
        at = b.relu(layer(name + ".c1", from, channels, 1, 1));
        at = b.relu(layer(name + ".c2", at, channels, 3, stride));
        at = layer(name + ".c3", at, out, 1, 1);
      } else {
        at = b.relu(layer(name + ".c1", from, channels, 3, stride));
        at = layer(name + ".c2", at, out, 3, 1);
      }
      const bool same = stride == 1 && b.channels(from) == out;
      at = b.relu(b.add(at, same ? from : layer(name + ".down", from, out, 1, stride)));
    }
  b.boxes(at);
  return b.take();
}

ZooNetwork vgg16(int height, int width) {
  Builder b(0, height, width);
  int at = -1, number = 0;
  for (const auto& [channels, count] : {std::pair{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}}) {
    for (int i = 0; i < count; ++i, ++number)
      at = b.norm_relu(b.convolution("conv" + std::to_string(number), at, channels, 3, 1,
                                     number ? Part::convolutions : Part::first_convolution));
    at = b.pool(at);
  }
  b.boxes(at);
  return b.take();
}

ZooNetwork mobilenet(int height, int width) {
  Builder b(0, height, width);
  int at = b.norm_relu(b.convolution("conv0", -1, 32, 3, 2, Part::first_convolution)), number = 0;
  for (const auto& [channels, stride] : {std::pair{64, 1},
                                         {128, 2},
                                         {128, 1},
                                         {256, 2},
                                         {256, 1},
                                         {512, 2},
                                         {512, 1},
                                         {512, 1},
                                         {512, 1},
                                         {512, 1},
                                         {512, 1},
                                         {1024, 2},
                                         {1024, 1}}) {
    const std::string name = "m" + std::to_string(number++);
    at = b.norm_relu(b.depthwise(name + ".dw", at, stride));
    at = b.norm_relu(b.convolution(name + ".pw", at, channels, 1, 1, Part::convolutions));
  }
  b.boxes(at);
  return b.take();
}

// One of duet's own, at another size and with its own anchors still to be found.
ZooNetwork own(net::Network network, int height, int width) {
  network.input.height = height, network.input.width = width;
  ZooNetwork zoo{make_plan(network), {}};
  zoo.plan.anchors.clear();
  for (const core::Op& op : zoo.plan.ops)
    if (op.kind == Kind::convolution) zoo.parts.push_back(Part::convolutions);
  return zoo;
}

}  // namespace

ZooNetwork zoo_network(const std::string& name, int classes, int height, int width) {
  if (classes > 0 && name == "alexnet") return alexnet(classes, height, width);
  if (classes > 0 && name == "resnet-20") return resnet20(classes, height, width);
  if (classes == 0) {
    if (name == "resnet-18") return resnet({2, 2, 2, 2}, false, height, width);
    if (name == "resnet-18/4") return resnet({2, 2, 2, 2}, false, height, width, 16, 1);
    if (name == "resnet-34") return resnet({3, 4, 6, 3}, false, height, width);
    if (name == "resnet-50") return resnet({3, 4, 6, 3}, true, height, width);
    if (name == "vgg-16") return vgg16(height, width);
    if (name == "mobilenet") return mobilenet(height, width);
    if (const net::Network* known = net::find_known(name)) return own(*known, height, width);
  }
  throw Error("no such network", name, "src/train/zoo.h names them, those of classes and those of boxes");
}

std::vector<std::array<int, 2>> map_sizes(const core::Plan& plan) {
  std::vector<std::array<int, 2>> sizes;
  for (const core::Op& op : plan.ops) {
    std::array<int, 2> size = op.input() < 0 ? std::array{plan.height, plan.width} : sizes[static_cast<size_t>(op.input())];
    if (op.kind == Kind::max_pool || op.kind == Kind::average_pool || op.kind == Kind::space_to_depth)
      size = {size[0] / 2, size[1] / 2};
    if (op.kind == Kind::convolution)
      size = op.padding == 0 ? std::array{1, 1}
                             : std::array{(size[0] + op.stride - 1) / op.stride, (size[1] + op.stride - 1) / op.stride};
    sizes.push_back(size);
  }
  return sizes;
}

}  // namespace duet::train
