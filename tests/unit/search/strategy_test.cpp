#include "search/strategy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "search/select.h"

namespace duet::search {
namespace {

// Time, worth and power like real ones: time grows with channels times pixels and bits; worth with parameters, less with narrow
// numbers; power with bits and channels.
Space space_of() {
  Space space;
  space.bundle = net::parse_bundle("dw3-conv1-bn-relu-max");
  space.input = {3, 96, 160};
  space.min_replications = 3, space.max_replications = 5;
  space.min_downsamples = 2, space.max_downsamples = 3;
  space.max_channels = 256;
  space.widths = 3;
  return space;
}

Verdict judge(const net::Network& network, int widths) {
  double time = 0, weights = 0, pixels = double(network.input.height) * network.input.width;
  int before = 3;
  for (const auto& [channels, down] : network.replications) {
    time += pixels * before * (9 + channels);
    weights += before * (9 + channels);
    if (down) pixels /= 4;
    before = channels;
  }
  Verdict verdict;
  verdict.load = time * std::exp2(widths) / 60e6;
  verdict.worth = std::log2(weights) + std::log2(time) - 2.0 / (1 + widths);
  verdict.cost = 1 + before / 100.0 + widths;
  return verdict;
}

double quality(const std::vector<Proposal>& proposals) {
  std::vector<std::vector<double>> points;
  for (const Proposal& p : proposals)
    if (p.verdict.meets()) points.push_back({p.verdict.load, -p.verdict.worth, p.verdict.cost});
  return hypervolume(points, {1, -20, 8});
}

std::vector<Proposal> run(const std::string& strategy, int count, uint64_t seed) {
  const Space space = space_of();
  return explore(*make_strategy(strategy, space, 0.1, Rng(seed)), space, judge, count, {});
}

class Strategies : public testing::TestWithParam<const char*> {};

TEST_P(Strategies, ProposeWhatIsNewAndInsideAndTheSeedDecidesAll) {
  const auto a = run(GetParam(), 300, 1), b = run(GetParam(), 300, 1), c = run(GetParam(), 300, 2);
  ASSERT_EQ(a.size(), 300u);
  std::set<std::string> names;
  std::set<int> widths;
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(names.insert(a[i].network.name + std::to_string(a[i].widths)).second);
    EXPECT_EQ(a[i].network, b[i].network);
    EXPECT_EQ(a[i].widths, b[i].widths);
    net::validate(a[i].network, "test");
    widths.insert(a[i].widths);
  }
  EXPECT_EQ(widths, (std::set<int>{0, 1, 2}));
  EXPECT_FALSE(a[5].network == c[5].network && a[6].network == c[6].network);
}
INSTANTIATE_TEST_SUITE_P(Names, Strategies, testing::ValuesIn(kStrategies));

// With the same number of designs judged, evolution's Pareto set dominates more than drawing's does.
TEST(Evolution, FindsABetterParetoSetThanDrawing) {
  int better = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) better += quality(run("evolution", 240, seed)) > quality(run("random", 240, seed));
  EXPECT_GE(better, 9);
}

TEST(Hypervolume, IsWhatIsDominated) {
  EXPECT_EQ(hypervolume({}, {1, 1}), 0);
  EXPECT_EQ(hypervolume({{2, 0}}, {1, 1}), 0);
  EXPECT_DOUBLE_EQ(hypervolume({{0, 0.5}, {0.5, 0}, {0.6, 0.6}}, {1, 1}), 0.75);
  EXPECT_DOUBLE_EQ(hypervolume({{0, 0, 0.5}, {0.5, 0.5, 0}}, {1, 1, 1}), 0.625);
  // Against counting the points of a grid.
  Rng rng(3);
  std::vector<std::vector<double>> points;
  for (int i = 0; i < 12; ++i) points.push_back({double(rng.below(10)), double(rng.below(10)), double(rng.below(10))});
  int count = 0;
  for (int x = 0; x < 10; ++x)
    for (int y = 0; y < 10; ++y)
      for (int z = 0; z < 10; ++z)
        for (const auto& p : points)
          if (p[0] <= x && p[1] <= y && p[2] <= z) {
            ++count;
            break;
          }
  EXPECT_DOUBLE_EQ(hypervolume(points, {10, 10, 10}), count);
}

}  // namespace
}  // namespace duet::search
