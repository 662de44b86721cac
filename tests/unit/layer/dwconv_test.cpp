#include <gtest/gtest.h>

#include "base/error.h"
#include "unit/layer/sample.h"

namespace duet::layer {
namespace {

using namespace sample;

const Registered kSample("dwconv", graph_of({3, 5, 6}, {{"x", "dwconv", {0}, {{"kernel", 5}}}}));

TEST(DwConv, FiltersEachChannelByItself) {
  const Node node{"a", "dwconv", {0}, {{"kernel", 3}}};
  const IntMap in = map_of({2, 1, 3}, {1, 2, 3, 10, 20, 30});
  const IntParameters p{{0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0}, {{0, 128, 7}, {5, 128, 7}}, {-100, 100}};
  EXPECT_EQ(run(node, p, {in}).values, (std::vector<int32_t>{8, 14, 8, -5, -15, -25}));
}

}  // namespace
}  // namespace duet::layer
