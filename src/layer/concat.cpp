// Maps of the same height and width, one after another along the channels. In integers they share one scale.
#include "layer/layer.h"

namespace duet::layer {
namespace {

class Concat final : public LayerKind {
 public:
  std::string name() const override { return "concat"; }
  std::vector<std::string> attributes() const override { return {}; }

  net::Shape output_shape(const net::Node& node, std::span<const net::Shape> inputs) const override {
    if (inputs.size() < 2) refuse(node, "has fewer than two inputs", "name the maps to put together");
    net::Shape out = inputs[0];
    for (const net::Shape& in : inputs.subspan(1)) {
      if (in.height != out.height || in.width != out.width)
        refuse(node, "its inputs differ in height or width", "bring them to one size");
      out.channels += in.channels;
    }
    return out;
  }

  Work work(const net::Node&, std::span<const net::Shape>) const override { return {}; }

  FloatOperation float_operation(const net::Node& node, std::span<const net::Shape> inputs) const override {
    return {.kind = FloatOperation::Kind::concat, .out_channels = output_shape(node, inputs).channels};
  }

  IntMap run(const net::Node&, const IntParameters&, std::span<const IntMap* const> inputs) const override {
    IntMap out{inputs[0]->shape, {}};
    out.shape.channels = 0;
    for (const IntMap* in : inputs) {
      out.shape.channels += in->shape.channels;
      out.values.insert(out.values.end(), in->values.begin(), in->values.end());
    }
    return out;
  }
};

}  // namespace

std::unique_ptr<LayerKind> make_concat() { return std::make_unique<Concat>(); }

}  // namespace duet::layer
