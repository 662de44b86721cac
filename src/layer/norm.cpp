// Batch norm of a channel. In integers it is folded into the convolution before it (docs/arithmetic.md, 3).
#include "base/error.h"
#include "layer/layer.h"

namespace duet::layer {
namespace {

class Norm final : public LayerKind {
 public:
  std::string name() const override { return "norm"; }
  std::vector<std::string> attributes() const override { return {}; }

  net::Shape output_shape(const net::Node& node, std::span<const net::Shape> inputs) const override {
    return only_input(node, inputs);
  }

  Work work(const net::Node&, std::span<const net::Shape>) const override { return {}; }

  FloatOperation float_operation(const net::Node& node, std::span<const net::Shape> inputs) const override {
    return {.kind = FloatOperation::Kind::batch_norm, .in_channels = only_input(node, inputs).channels};
  }

  bool runs_in_integers() const override { return false; }

  IntMap run(const net::Node& node, const IntParameters&, std::span<const IntMap* const>) const override {
    DUET_CHECK(false, "'" + node.name + "' is folded into the layer before it");
    return {};
  }
};

}  // namespace

std::unique_ptr<LayerKind> make_norm() { return std::make_unique<Norm>(); }

}  // namespace duet::layer
