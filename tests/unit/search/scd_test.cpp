#include "search/scd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"

namespace duet::search {
namespace {

Space small_space() {
  Space space;
  space.bundle = net::parse_bundle("dw3-conv1-bn-relu-max");
  space.input = {3, 64, 96};
  space.min_replications = 2;
  space.max_replications = 4;
  space.min_downsamples = 1;
  space.max_downsamples = 2;
  space.max_channels = 64;
  return space;
}

// A cost like a real one: channels times pixels, summed over the replications.
double time_of(const net::Network& network) {
  double time = 0, pixels = double(network.input.height) * network.input.width;
  int before = 3;
  for (const auto& [channels, down] : network.replications) {
    time += pixels * before * (9 + channels);
    if (down) pixels /= 4;
    before = channels;
  }
  return time;
}

Judge judge_for(double target) {
  return [target](const net::Network& network, int) {
    Verdict verdict;
    verdict.load = time_of(network) / target;
    verdict.worth = time_of(network);
    return verdict;
  };
}

std::vector<Proposal> descend(const Space& space, ScdOptions options, const Judge& judge, int count, uint64_t seed) {
  Scd scd(space, options, Rng(seed));
  return explore(scd, space, judge, count, {});
}

TEST(Space, MovesStayInsideAndGoBack) {
  Space space = small_space();
  space.widths = 3;
  Rng rng(3);
  int moves = 0;
  for (int i = 0; i < 5000; ++i) {
    const Point point = draw_point(space, rng);
    ASSERT_TRUE(inside(space, point));
    const Axis axis = draw_axis(space, point, rng);
    const int units = static_cast<int>(rng.between(-3, 3));
    const auto there = moved(space, point, axis, units);
    if (!there) continue;
    ++moves;
    EXPECT_TRUE(inside(space, *there));
    net::validate(to_network(space, *there), "test");
    if (axis.coordinate == Coordinate::first_channels || axis.coordinate == Coordinate::expansion ||
        axis.coordinate == Coordinate::down_position || axis.coordinate == Coordinate::widths) {
      EXPECT_EQ(moved(space, *there, axis, -units), point);
    }
    if (units > 0) {
      EXPECT_GE(time_of(to_network(space, *there)), time_of(to_network(space, point))) << to_string(axis);
    }
  }
  EXPECT_GT(moves, 1000);
}

TEST(Space, AllPointsAreDistinctAndDrawable) {
  Space space = small_space();
  space.widths = 2;
  std::set<std::string> names;
  for (const Point& point : all_points(space)) names.insert(name(space, point));
  EXPECT_GT(names.size(), 1000u);
  Rng rng(1);
  for (int i = 0; i < 500; ++i) EXPECT_TRUE(names.count(name(space, draw_point(space, rng))));
}

TEST(Scd, EveryProposalIsNewAndTheSeedDecidesAll) {
  const auto run = [](uint64_t seed) { return descend(small_space(), {}, judge_for(8e6), 150, seed); };
  const auto a = run(1), b = run(1), c = run(2);
  ASSERT_EQ(a.size(), 150u);
  std::set<std::string> names;
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(names.insert(a[i].network.name).second);
    EXPECT_EQ(a[i].network, b[i].network);
    EXPECT_EQ(a[i].trace.move, b[i].trace.move);
  }
  EXPECT_FALSE(a[5].network == c[5].network && a[6].network == c[6].network);
}

// Of all designs, few are on target: the descent must find several where random drawing finds few.
TEST(Scd, FindsDesignsOnTargetFasterThanDrawing) {
  Space space = small_space();
  space.max_replications = 5;
  space.max_channels = 256;
  space.channel_step = 4;
  space.min_channels = 4;
  const Judge judge = judge_for(30e6);
  ScdOptions options;
  options.tolerance = 0.02;
  int descent = 0, drawing = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    for (const auto& p : descend(space, options, judge, 200, seed)) descent += p.verdict.meets() && p.verdict.load > 0.98;
    Rng rng(seed);
    for (int i = 0; i < 200; ++i) {
      const double load = judge(to_network(space, draw_point(space, rng)), 0).load;
      drawing += load <= 1 && load > 0.98;
    }
  }
  EXPECT_GE(descent, 10 * 3);
  EXPECT_GE(descent, 3 * drawing) << "descent " << descent << ", drawing " << drawing;
}

TEST(Scd, ExhaustsASmallSpaceAndFindsTheBestOfIt) {
  Space space = small_space();
  space.max_replications = 2;
  space.max_channels = 32;
  std::set<std::string> names;
  const double target = 3e6;
  double best = 0;
  for (const Point& point : all_points(space)) {
    const net::Network network = to_network(space, point);
    names.insert(network.name);
    if (const double time = time_of(network); time <= target) best = std::max(best, time);
  }
  const auto proposals = descend(space, {}, judge_for(target), 100000, 1);
  EXPECT_EQ(proposals.size(), names.size());
  const auto finalists = choose_finalists(proposals, 1);
  ASSERT_TRUE(finalists.met);
  EXPECT_EQ(time_of(proposals[finalists.chosen[0]].network), best);
}

TEST(Scd, ATargetNothingMeetsEndsWithTheNearest) {
  const Space space = small_space();
  double least = 1e300;
  for (const Point& point : all_points(space)) least = std::min(least, time_of(to_network(space, point)));
  const auto proposals = descend(space, {}, judge_for(least / 2), 200, 1);
  const auto finalists = choose_finalists(proposals, 3);
  EXPECT_FALSE(finalists.met);
  ASSERT_EQ(finalists.chosen.size(), 3u);
  EXPECT_LE(time_of(proposals[finalists.chosen[0]].network), 1.1 * least);
}

TEST(Scd, ImpossibleProposalsDoNotStopIt) {
  const Judge base = judge_for(8e6);
  const Judge judge = [&](const net::Network& network, int widths) {
    Verdict verdict = base(network, widths);
    verdict.possible = network.replications.size() != 3;
    return verdict;
  };
  const auto proposals = descend(small_space(), {}, judge, 200, 1);
  const auto finalists = choose_finalists(proposals, 4);
  ASSERT_TRUE(finalists.met);
  for (size_t i : finalists.chosen) EXPECT_NE(proposals[i].network.replications.size(), 3u);
}

TEST(Scd, OtherConstraintsKeepADesignFromBeingChosen) {
  const Judge base = judge_for(8e6);
  const Judge judge = [&](const net::Network& network, int widths) {
    Verdict verdict = base(network, widths);
    verdict.excess = network.replications.back().channels / 40.0;
    return verdict;
  };
  const auto proposals = descend(small_space(), {}, judge, 200, 1);
  const auto finalists = choose_finalists(proposals, 4);
  ASSERT_TRUE(finalists.met);
  for (size_t i : finalists.chosen) EXPECT_LE(proposals[i].network.replications.back().channels, 40);
}

TEST(Finalists, DifferInShapeFirst) {
  const auto proposals = descend(small_space(), {}, judge_for(8e6), 200, 1);
  std::set<std::vector<bool>> shapes;
  for (size_t i : choose_finalists(proposals, 4).chosen) {
    std::vector<bool> shape;
    for (const auto& replication : proposals[i].network.replications) shape.push_back(replication.downsample);
    EXPECT_TRUE(shapes.insert(shape).second);
  }
  EXPECT_EQ(shapes.size(), 4u);
}

TEST(Finalists, BundlesTakeTurns) {
  std::vector<Proposal> proposals;
  const auto add = [&](const char* bundle, double worth, double load) {
    Proposal proposal;
    proposal.network.bundle = net::parse_bundle(bundle);
    proposal.network.replications = {{8, true}};
    proposal.verdict.worth = worth;
    proposal.verdict.load = load;
    proposals.push_back(proposal);
  };
  for (double worth : {1., 3., 2.}) add("dw3-conv1-bn-relu-max", worth, 0.9);
  for (double worth : {8., 9., 7.}) add("conv3-bn-relu-max", worth, worth < 9 ? 0.9 : 1.1);
  EXPECT_EQ(choose_finalists(proposals, 3).chosen, (std::vector<size_t>{1, 3, 2}));
  for (Proposal& proposal : proposals) proposal.verdict.load += 0.5;  // none meets them: the nearest of any
  EXPECT_EQ(choose_finalists(proposals, 3).chosen, (std::vector<size_t>{3, 1, 5}));
}

}  // namespace
}  // namespace duet::search
