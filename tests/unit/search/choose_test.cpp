#include "search/choose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace duet::search {
namespace {

using testing::ElementsAre;

const std::vector<Trained> kDesigns{{0.70, 20, 2.5}, {0.60, 80, 2.4}, {0.60, 60, 2.4}, {0.50, 90, 2.6}, {0.55, 10, 1.2}};

TEST(ParetoSet, KeepsWhatNoOtherBeatsInAllThree) { EXPECT_THAT(pareto_set(kDesigns), ElementsAre(0, 1, 3, 4)); }

TEST(ParetoSet, KeepsEquals) { EXPECT_THAT(pareto_set({{0.5, 5, 1}, {0.5, 5, 1}}), ElementsAre(0, 1)); }

// Worked out by hand.
TEST(ContestScore, IsTheContests) {
  EXPECT_DOUBLE_EQ(contest_score({0.6, 20, 2}, 0.1), 1.2);        // the mean's energy: IoU counts twice
  EXPECT_DOUBLE_EQ(contest_score({0.6, 40, 2}, 0.1), 0.6 * 2.2);  // half of it
  EXPECT_DOUBLE_EQ(contest_score({0.6, 20, 2}, 0.001), 0.6 * (1 + std::max(0.0, 1 + 0.2 * std::log2(0.01))));
  EXPECT_DOUBLE_EQ(contest_score({0.6, 5, 320}, 1), 0.6);         // 64 times: no bonus, and none below none
  EXPECT_DOUBLE_EQ(contest_score({0.6, 2, 0.2}, 0.1), 0.24 * 2);  // below 5 FPS
  EXPECT_DOUBLE_EQ(contest_scores({{0.6, 10, 1}, {0.6, 10, 3}})[0], contest_score({0.6, 10, 1}, 0.2));
}

TEST(Choose, FollowsTheRule) {
  EXPECT_EQ(choose(kDesigns, "iou", {}), 0u);
  EXPECT_EQ(choose(kDesigns, "fps", {}), 3u);
  EXPECT_EQ(choose(kDesigns, "fps", 0.58), 1u);
  EXPECT_EQ(choose(kDesigns, "watts", {}), 4u);
  EXPECT_EQ(choose(kDesigns, "watts", 0.65), 0u);
  EXPECT_EQ(choose(kDesigns, "watts", 0.9), 0u);  // none is as accurate
  EXPECT_EQ(choose(kDesigns, "score", {}), 1u);
}

}  // namespace
}  // namespace duet::search
