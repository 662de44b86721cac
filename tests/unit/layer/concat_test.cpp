#include <gtest/gtest.h>

#include "base/error.h"
#include "unit/layer/sample.h"

namespace duet::layer {
namespace {

using namespace sample;

const Registered kSample("concat", graph_of({2, 4, 6}, {{"a", "dwconv", {0}, {{"kernel", 3}}}, {"x", "concat", {0, 1}, {}}}));

TEST(Concat, PutsChannelsOneAfterAnother) {
  const IntMap a = map_of({1, 1, 2}, {1, 2}), b = map_of({2, 1, 2}, {3, 4, 5, 6});
  const IntMap out = run({"a", "concat", {0, 1}, {}}, {}, {a, b});
  EXPECT_EQ(out.shape, (Shape{3, 1, 2}));
  EXPECT_EQ(out.values, (std::vector<int32_t>{1, 2, 3, 4, 5, 6}));
}

}  // namespace
}  // namespace duet::layer
