#include "search/select.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace duet::search {
namespace {

using testing::ElementsAre;

TEST(Draw, NamedFirstAllDistinctSameSeedSameBundles) {
  const auto named = net::parse_bundle("dw3-conv1-bn-relu-max");
  Rng rng(5), again(5), other(6);
  const auto bundles = draw_bundles({named, named}, 18, rng);
  ASSERT_EQ(bundles.size(), 18u);
  EXPECT_EQ(bundles[0], named);
  for (size_t i = 0; i < bundles.size(); ++i)
    for (size_t j = 0; j < i; ++j) EXPECT_FALSE(bundles[i] == bundles[j]);
  EXPECT_EQ(draw_bundles({named}, 18, again), bundles);
  EXPECT_NE(draw_bundles({named}, 18, other), bundles);
}

TEST(Groups, BeginWhereTheCostExceedsTheRatio) {
  EXPECT_THAT(qos_groups({1.0, 4.0, 1.4, 1.6, 9.0, 1.5}, 1.5), ElementsAre(0, 2, 0, 1, 3, 0));
  EXPECT_TRUE(qos_groups({}, 2).empty());
}

TEST(Groups, TopOfEachByGain) {
  const double none = std::nan("");
  EXPECT_THAT(top_of_groups({0, 0, 0, 1, 1}, {0.1, 0.3, 0.2, none, 0.5}, 2), ElementsAre(1, 2, 4));
  EXPECT_THAT(top_of_groups({0, 0}, {0.2, 0.2}, 1), ElementsAre(0));
}

// Against the definition, on random points with many ties.
TEST(Halving, KeepsTheBetterHalfOfEveryGroup) {
  const std::vector<int> groups{0, 0, 0, 1, 1, 2};
  const double failed = -std::numeric_limits<double>::infinity();
  const std::vector<double> gains{0.3, 0.1, 0.2, 0.9, 0.8, failed};
  EXPECT_EQ(better_half({0, 1, 2, 3, 4, 5}, groups, gains, 1), (std::vector<size_t>{0, 2, 3}));
  EXPECT_EQ(better_half({0, 2, 3}, groups, gains, 1), (std::vector<size_t>{0, 3}));
  EXPECT_EQ(better_half({0, 1, 2, 3, 4, 5}, groups, gains, 2), (std::vector<size_t>{0, 2, 3, 4}));
}

TEST(Pareto, IsWhatNoOtherBeats) {
  Rng rng(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> costs, gains;
    for (int i = 0; i < 12; ++i) costs.push_back(double(rng.below(6))), gains.push_back(double(rng.below(6)));
    const auto front = pareto_front(costs, gains);
    for (size_t i = 0; i < costs.size(); ++i) {
      bool beaten = false, represented = false;
      for (size_t j = 0; j < costs.size(); ++j)
        beaten |= costs[j] <= costs[i] && gains[j] >= gains[i] && (costs[j] < costs[i] || gains[j] > gains[i]);
      for (size_t j : front) represented |= costs[j] == costs[i] && gains[j] == gains[i];
      EXPECT_EQ(represented, !beaten);
    }
  }
}

TEST(SpreadOut, TakesTheFarthestFromThoseTaken) {
  EXPECT_EQ(spread_out({{0}, {4}, {10}, {9}}, 3), (std::vector<size_t>{0, 2, 1}));
  EXPECT_EQ(spread_out({{1, 5}, {1, 5}}, 4), (std::vector<size_t>{0, 1}));
  EXPECT_TRUE(spread_out({}, 2).empty());
  EXPECT_TRUE(spread_out({{1}, {2}}, 0).empty());
  Rng rng(3);
  std::vector<std::vector<double>> points, scaled;
  for (int i = 0; i < 60; ++i) {
    points.push_back({rng.normal(), rng.normal(), 7});
    scaled.push_back({1000 * points.back()[0], points.back()[1] - 3, 0});
  }
  EXPECT_EQ(spread_out(points, 9), spread_out(scaled, 9));  // units do not matter
}

}  // namespace
}  // namespace duet::search
