#include "train/zoo.h"

#include "base/error.h"

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

}  // namespace

ZooNetwork zoo_network(const std::string& name, int classes, int height, int width) {
  if (name == "alexnet") return alexnet(classes, height, width);
  if (name == "resnet-20") return resnet20(classes, height, width);
  throw Error("no such network", name, "there are alexnet and resnet-20");
}

}  // namespace duet::train
