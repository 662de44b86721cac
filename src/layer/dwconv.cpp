// Depth-wise convolution: each channel is filtered by a kernel of its own. Square odd kernel, stride 1, zero padding of kernel
// / 2.
#include "base/error.h"
#include "layer/layer.h"

namespace duet::layer {
namespace {

class DwConv final : public LayerKind {
 public:
  std::string name() const override { return "dwconv"; }
  std::vector<std::string> attributes() const override { return {"kernel", "bias"}; }

  net::Shape output_shape(const net::Node& node, std::span<const net::Shape> inputs) const override {
    if (kernel(node) % 2 == 0) refuse(node, "the kernel is even", "kernels are odd: 1, 3, 5, ...");
    return only_input(node, inputs);
  }

  Work work(const net::Node& node, std::span<const net::Shape> inputs) const override {
    const int64_t weights = int64_t{kernel(node)} * kernel(node) * only_input(node, inputs).channels;
    return {weights * inputs[0].pixels(), weights};
  }

  FloatOperation float_operation(const net::Node& node, std::span<const net::Shape> inputs) const override {
    const int channels = only_input(node, inputs).channels;
    return {.kind = FloatOperation::Kind::convolution,
            .in_channels = channels,
            .out_channels = channels,
            .kernel = kernel(node),
            .groups = channels,
            .bias = node.attribute("bias", 0) != 0};
  }

  IntMap run(const net::Node& node, const IntParameters& parameters, std::span<const IntMap* const> inputs) const override {
    const IntMap& in = *inputs[0];
    IntMap out{in.shape, {}};
    DUET_CHECK(parameters.requant.size() == static_cast<size_t>(out.shape.channels), node.name);
    const int k = kernel(node);
    for (int c = 0; c < out.shape.channels; ++c)
      for (int y = 0; y < out.shape.height; ++y)
        for (int x = 0; x < out.shape.width; ++x) {
          const fixed::Requant& q = parameters.requant[c];
          int64_t acc = q.bias;
          for (int ky = 0; ky < k; ++ky)
            for (int kx = 0; kx < k; ++kx)
              acc += int64_t{parameters.weights[(c * k + ky) * k + kx]} * in.padded(c, y + ky - k / 2, x + kx - k / 2);
          out.values.push_back(fixed::requantize(acc, q.multiplier, q.shift, parameters.output));
        }
    return out;
  }

 private:
  static int kernel(const net::Node& node) { return int_attribute(node, "kernel", 1, 31, 0); }
};

}  // namespace

std::unique_ptr<LayerKind> make_dwconv() { return std::make_unique<DwConv>(); }

}  // namespace duet::layer
