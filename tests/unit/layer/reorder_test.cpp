#include <gtest/gtest.h>

#include "base/error.h"
#include "unit/layer/sample.h"

namespace duet::layer {
namespace {

using namespace sample;

const Registered kSample("reorder", graph_of({3, 4, 6}, {{"x", "reorder", {0}, {}}}));

TEST(Reorder, PixelsBecomeChannels) {
  const IntMap in = map_of({2, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18});
  const IntMap out = run({"x", "reorder", {0}, {}}, {}, {in});
  EXPECT_EQ(out.shape, (Shape{8, 1, 2}));
  EXPECT_EQ(out.values, (std::vector<int32_t>{1, 3, 11, 13, 2, 4, 12, 14, 5, 7, 15, 17, 6, 8, 16, 18}));
}

TEST(Reorder, OddSizesAreRefused) {
  EXPECT_THROW(shapes(graph_of({1, 3, 4}, {{"x", "reorder", {0}, {}}})), Error);
  EXPECT_THROW(shapes(graph_of({1, 4, 3}, {{"x", "reorder", {0}, {}}})), Error);
}

}  // namespace
}  // namespace duet::layer
