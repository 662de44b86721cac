// ReLU, with an upper limit (clip) or without. In integers it is the saturation of the convolution before it (docs/arithmetic.md,
// 3).
#include "base/error.h"
#include "layer/layer.h"

namespace duet::layer {
namespace {

class Act final : public LayerKind {
 public:
  std::string name() const override { return "act"; }
  std::vector<std::string> attributes() const override { return {"clip"}; }

  net::Shape output_shape(const net::Node& node, std::span<const net::Shape> inputs) const override {
    if (!(node.attribute("clip", 0) >= 0)) refuse(node, "the clip is negative", "give its upper limit, or 0 for none");
    return only_input(node, inputs);
  }

  Work work(const net::Node&, std::span<const net::Shape>) const override { return {}; }

  FloatOperation float_operation(const net::Node& node, std::span<const net::Shape> inputs) const override {
    return {
        .kind = FloatOperation::Kind::relu, .in_channels = only_input(node, inputs).channels, .clip = node.attribute("clip", 0)};
  }

  bool runs_in_integers() const override { return false; }

  IntMap run(const net::Node& node, const IntParameters&, std::span<const IntMap* const>) const override {
    DUET_CHECK(false, "'" + node.name + "' is folded into the layer before it");
    return {};
  }
};

}  // namespace

std::unique_ptr<LayerKind> make_act() { return std::make_unique<Act>(); }

}  // namespace duet::layer
