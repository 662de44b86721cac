// 2x2 pooling, stride 2, maximum or average; an odd last row or column is dropped (docs/arithmetic.md, 4). The smallest kind:
// copy this file to add one.
#include "layer/layer.h"

namespace duet::layer {
namespace {

// A row of outputs of two rows of inputs. Compiled for several instruction sets: a fast golden model waits for memory alone here.
#if defined(__x86_64__)
[[gnu::target_clones("avx512f", "avx2", "default")]]
#endif
void pool_rows(const int32_t* upper, const int32_t* lower, int32_t* out, int width, bool mean) {
  if (mean)
    for (int x = 0; x < width; ++x) out[x] = (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1] + 2) >> 2;
  else
    for (int x = 0; x < width; ++x)
      out[x] = std::max(std::max(upper[2 * x], upper[2 * x + 1]), std::max(lower[2 * x], lower[2 * x + 1]));
}

class Pool final : public LayerKind {
 public:
  std::string name() const override { return "pool"; }
  std::vector<std::string> attributes() const override { return {"average"}; }

  net::Shape output_shape(const net::Node& node, std::span<const net::Shape> inputs) const override {
    const net::Shape& in = only_input(node, inputs);
    if (in.height < 2 || in.width < 2)
      refuse(node, "its input is less than 2x2", "pool less often, or start from a larger picture");
    return {in.channels, in.height / 2, in.width / 2};
  }

  Work work(const net::Node&, std::span<const net::Shape>) const override { return {}; }

  FloatOperation float_operation(const net::Node& node, std::span<const net::Shape>) const override {
    return {.kind = average(node) ? FloatOperation::Kind::average_pool : FloatOperation::Kind::max_pool};
  }

  IntMap run(const net::Node& node, const IntParameters&, std::span<const IntMap* const> inputs) const override {
    const IntMap& in = *inputs[0];
    IntMap out{output_shape(node, {&in.shape, 1}), {}};
    out.values.resize(static_cast<size_t>(out.shape.size()));
    int32_t* to = out.values.data();
    const bool mean = average(node);
    for (int c = 0; c < out.shape.channels; ++c)
      for (int y = 0; y < out.shape.height; ++y, to += out.shape.width) {
        const int32_t* row = &in.values[(int64_t{c} * in.shape.height + 2 * y) * in.shape.width];
        pool_rows(row, row + in.shape.width, to, out.shape.width, mean);
      }
    return out;
  }

 private:
  static bool average(const net::Node& node) { return int_attribute(node, "average", 0, 1, 0) == 1; }
};

}  // namespace

std::unique_ptr<LayerKind> make_pool() { return std::make_unique<Pool>(); }

}  // namespace duet::layer
