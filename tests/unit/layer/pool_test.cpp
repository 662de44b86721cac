#include <gtest/gtest.h>

#include "base/error.h"
#include "unit/layer/sample.h"

namespace duet::layer {
namespace {

using namespace sample;

const Registered kSample("pool", graph_of({2, 5, 7}, {{"x", "pool", {0}, {}}}));

TEST(Pool, DropsTheOddEdgeAndRoundsTheAverageUp) {
  const IntMap in = map_of({1, 3, 5}, {1, 2, 3, 4, 99, 5, 7, -3, -4, 99, 99, 99, 99, 99, 99});
  EXPECT_EQ(run({"a", "pool", {0}, {}}, {}, {in}).values, (std::vector<int32_t>{7, 4}));
  EXPECT_EQ(run({"a", "pool", {0}, {{"average", 1}}}, {}, {in}).values, (std::vector<int32_t>{4, 0}));
  const IntMap ties = map_of({1, 2, 4}, {1, 0, -1, 0, 1, 0, -1, 0});  // sums 2 and -2: one half up, minus one half up
  EXPECT_EQ(run({"a", "pool", {0}, {{"average", 1}}}, {}, {ties}).values, (std::vector<int32_t>{1, 0}));
}

}  // namespace
}  // namespace duet::layer
