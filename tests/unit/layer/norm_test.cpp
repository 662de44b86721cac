#include <gtest/gtest.h>

#include "base/error.h"
#include "unit/layer/sample.h"

namespace duet::layer {
namespace {

using namespace sample;

const Registered kSample("norm", graph_of({3, 5, 6}, {{"x", "norm", {0}, {}}}));

TEST(Norm, TakesMeanAndVarianceOutOfEachChannel) {
  const net::Graph graph = graph_of({1, 1, 3}, {{"x", "norm", {0}, {}}});
  const quant::Tensors tensors{{"x.weight", tensor({1}, {2})},
                               {"x.bias", tensor({1}, {10})},
                               {"x.running_mean", tensor({1}, {0.5})},
                               {"x.running_var", tensor({1}, {0.25})}};
  const std::vector<uint8_t> picture{0, 128, 64};  // 0, 0.5, 0.25
  const std::vector<float> y = quant::run_float(graph, tensors, picture).values;
  EXPECT_NEAR(y[0], 10 - 2, 1e-3);
  EXPECT_NEAR(y[1], 10, 1e-3);
  EXPECT_NEAR(y[2], 10 - 1, 1e-3);
}

}  // namespace
}  // namespace duet::layer
