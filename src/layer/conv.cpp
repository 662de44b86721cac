// Dense convolution: every output channel sees every input channel. Square odd kernel, stride 1, zero padding of kernel / 2.
#include "base/error.h"
#include "layer/layer.h"

namespace duet::layer {
namespace {

class Conv final : public LayerKind {
 public:
  std::string name() const override { return "conv"; }
  std::vector<std::string> attributes() const override { return {"kernel", "channels", "bias"}; }

  net::Shape output_shape(const net::Node& node, std::span<const net::Shape> inputs) const override {
    const net::Shape& in = only_input(node, inputs);
    if (kernel(node) % 2 == 0) refuse(node, "the kernel is even", "kernels are odd: 1, 3, 5, ...");
    return {int_attribute(node, "channels", 1, 1 << 16, 0), in.height, in.width};
  }

  Work work(const net::Node& node, std::span<const net::Shape> inputs) const override {
    const net::Shape out = output_shape(node, inputs);
    const int64_t weights = int64_t{kernel(node)} * kernel(node) * inputs[0].channels * out.channels;
    return {weights * out.pixels(), weights};
  }

  FloatOperation float_operation(const net::Node& node, std::span<const net::Shape> inputs) const override {
    return {.kind = FloatOperation::Kind::convolution,
            .in_channels = inputs[0].channels,
            .out_channels = output_shape(node, inputs).channels,
            .kernel = kernel(node),
            .bias = node.attribute("bias", 0) != 0};
  }

  IntMap run(const net::Node& node, const IntParameters& parameters, std::span<const IntMap* const> inputs) const override {
    const IntMap& in = *inputs[0];
    IntMap out{output_shape(node, {&in.shape, 1}), {}};
    DUET_CHECK(parameters.requant.size() == static_cast<size_t>(out.shape.channels), node.name);
    for (int c = 0; c < out.shape.channels; ++c)
      for (int y = 0; y < out.shape.height; ++y)
        for (int x = 0; x < out.shape.width; ++x) {
          const fixed::Requant& q = parameters.requant[c];
          const int64_t acc = q.bias + accumulate(in, parameters, kernel(node), c, y, x);
          out.values.push_back(fixed::requantize(acc, q.multiplier, q.shift, parameters.output));
        }
    return out;
  }

 private:
  static int kernel(const net::Node& node) { return int_attribute(node, "kernel", 1, 31, 0); }

  static int64_t accumulate(const IntMap& in, const IntParameters& parameters, int k, int c, int y, int x) {
    int64_t sum = 0;
    for (int i = 0; i < in.shape.channels; ++i)
      for (int ky = 0; ky < k; ++ky)
        for (int kx = 0; kx < k; ++kx) {
          const int64_t weight = parameters.weights[((int64_t{c} * in.shape.channels + i) * k + ky) * k + kx];
          sum += weight * in.padded(i, y + ky - k / 2, x + kx - k / 2);
        }
    return sum;
  }
};

}  // namespace

std::unique_ptr<LayerKind> make_conv() { return std::make_unique<Conv>(); }

}  // namespace duet::layer
