#include <gtest/gtest.h>

#include "base/error.h"
#include "unit/layer/sample.h"

namespace duet::layer {
namespace {

using namespace sample;

const Registered kSample("conv", graph_of({3, 5, 6}, {{"x", "conv", {0}, {{"kernel", 3}, {"channels", 4}}}}));

TEST(Conv, ByHand) {
  const Node node{"a", "conv", {0}, {{"kernel", 3}, {"channels", 1}}};
  // A 2x2 map, so that each output sees all four pixels and five zeros of padding.
  const IntMap in = map_of({1, 2, 2}, {1, 2, 3, 4});
  IntParameters p{{1, 2, 3, 4, 5, 6, 7, 8, 9}, {{10, 128, 7}}, {-1000, 1000}};
  const IntMap out = run(node, p, {in});
  EXPECT_EQ(out.values, (std::vector<int32_t>{1 * 5 + 2 * 6 + 3 * 8 + 4 * 9 + 10, 1 * 4 + 2 * 5 + 3 * 7 + 4 * 8 + 10,
                                              1 * 2 + 2 * 3 + 3 * 5 + 4 * 6 + 10, 1 * 1 + 2 * 2 + 3 * 4 + 4 * 5 + 10}));
  p.output = {0, 40};
  EXPECT_EQ(run(node, p, {in}).values, (std::vector<int32_t>{40, 40, 40, 40}));
  p.output = {-1000, 1000};
  p.requant[0] = {-76, 64, 7};  // the sum is 77, so half of 1: the tie goes up
  EXPECT_EQ(run(node, p, {in}).values[0], 1);
  p.requant[0] = {-78, 64, 7};  // half of -1 goes up too, to 0
  EXPECT_EQ(run(node, p, {in}).values[0], 0);
}

}  // namespace
}  // namespace duet::layer
