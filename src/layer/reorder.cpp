// Space to depth: every 2x2 pixels become four times the channels, so that a fine map can join a coarse one without losing a
// value (SkyNet's bypass). Output channel (2 dy + dx) C + c is input channel c at row 2y + dy, column 2x + dx. Values and scale
// stay as they are.
#include "layer/layer.h"

namespace duet::layer {
namespace {

class Reorder final : public LayerKind {
 public:
  std::string name() const override { return "reorder"; }
  std::vector<std::string> attributes() const override { return {}; }

  net::Shape output_shape(const net::Node& node, std::span<const net::Shape> inputs) const override {
    const net::Shape& in = only_input(node, inputs);
    if (in.height % 2 != 0 || in.width % 2 != 0)
      refuse(node, "its input has an odd height or width", "choose a picture size that stays even down to this layer");
    return {4 * in.channels, in.height / 2, in.width / 2};
  }

  Work work(const net::Node&, std::span<const net::Shape>) const override { return {}; }

  FloatOperation float_operation(const net::Node& node, std::span<const net::Shape> inputs) const override {
    return {.kind = FloatOperation::Kind::space_to_depth,
            .in_channels = only_input(node, inputs).channels,
            .out_channels = output_shape(node, inputs).channels};
  }

  IntMap run(const net::Node& node, const IntParameters&, std::span<const IntMap* const> inputs) const override {
    const IntMap& in = *inputs[0];
    IntMap out{output_shape(node, {&in.shape, 1}), {}};
    out.values.reserve(out.shape.size());
    for (int part = 0; part < 4; ++part)
      for (int c = 0; c < in.shape.channels; ++c)
        for (int y = 0; y < out.shape.height; ++y)
          for (int x = 0; x < out.shape.width; ++x) out.values.push_back(in.at(c, 2 * y + part / 2, 2 * x + part % 2));
    return out;
  }
};

}  // namespace

std::unique_ptr<LayerKind> make_reorder() { return std::make_unique<Reorder>(); }

}  // namespace duet::layer
