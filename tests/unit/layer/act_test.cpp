#include <gtest/gtest.h>

#include "base/error.h"
#include "unit/layer/sample.h"

namespace duet::layer {
namespace {

using namespace sample;

const Registered kSample("act", graph_of({3, 5, 6}, {{"x", "act", {0}, {{"clip", 4}}}}));

TEST(Act, CutsBelowZeroAndAtTheClip) {
  const net::Graph graph =
      graph_of({1, 1, 3}, {{"c", "conv", {0}, {{"kernel", 1}, {"channels", 1}, {"bias", 1}}}, {"x", "act", {1}, {{"clip", 4}}}});
  const quant::Tensors tensors{{"c.weight", tensor({1, 1, 1, 1}, {16})}, {"c.bias", tensor({1}, {-2})}};
  const std::vector<uint8_t> picture{0, 64, 255};
  EXPECT_EQ(quant::run_float(graph, tensors, picture).values, (std::vector<float>{0, 2, 4}));
  EXPECT_THROW(shapes(graph_of({1, 1, 3}, {{"x", "act", {0}, {{"clip", -1}}}})), Error);
}

}  // namespace
}  // namespace duet::layer
