#include "search/predictor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/rng.h"

namespace duet::search {
namespace {

TEST(RankCorrelation, IsSpearmans) {
  EXPECT_DOUBLE_EQ(rank_correlation({1, 2, 3, 4}, {10, 20, 30, 300}), 1);
  EXPECT_DOUBLE_EQ(rank_correlation({1, 2, 3}, {3, 2, 1}), -1);
  EXPECT_DOUBLE_EQ(rank_correlation({1, 1, 1}, {3, 2, 1}), 0);
  // Ranks 0, 1.5, 1.5, 3, 4 and 1, 0, 2.5, 2.5, 4: 7.25 over the root of 9.5 times 9.5.
  EXPECT_NEAR(rank_correlation({1, 2, 2, 3, 5}, {2, 1, 4, 4, 9}), 0.7631578947368421, 1e-12);
}

std::vector<int> one_each(size_t rows) {
  std::vector<int> groups(rows);
  std::iota(groups.begin(), groups.end(), 0);
  return groups;
}

// Twenty rows of a linear law with a little noise and two features that say nothing.
TEST(Predictor, FindsALinearLawAndStatesItsError) {
  Rng rng(5);
  std::vector<std::vector<double>> rows;
  std::vector<double> accuracy;
  const auto law = [](const std::vector<double>& f) { return 0.5 + 0.03 * f[0] - 0.02 * f[1]; };
  for (int i = 0; i < 20; ++i) {
    rows.push_back({10 * rng.uniform(), 5 * rng.uniform(), 100 * rng.uniform(), 1});
    accuracy.push_back(law(rows.back()) + 0.005 * rng.normal());
  }
  const Predictor predict(rows, accuracy, one_each(20));
  double error = 0;
  for (int i = 0; i < 200; ++i) {
    const std::vector<double> f{10 * rng.uniform(), 5 * rng.uniform(), 100 * rng.uniform(), 1};
    error += std::pow(predict(f) - law(f), 2) / 200;
  }
  EXPECT_LT(std::sqrt(error), 0.01);
  EXPECT_GT(predict.error(), 0.003);
  EXPECT_LT(predict.error(), 0.01);
  EXPECT_GT(rank_correlation(predict.left_out(), accuracy), 0.9);
}

// The closed form against leaving each group out and fitting anew: with the same features' scales they agree but for how the
// scales change.
TEST(Predictor, LeavesOutWhatItSays) {
  Rng rng(7);
  std::vector<std::vector<double>> rows;
  std::vector<double> accuracy;
  for (int i = 0; i < 40; ++i) {
    rows.push_back({rng.normal(), rng.normal()});
    accuracy.push_back(0.4 + 0.1 * rows.back()[0] + 0.02 * rng.normal());
  }
  for (const size_t size : {1, 4}) {
    std::vector<int> groups;
    for (size_t i = 0; i < rows.size(); ++i) groups.push_back(static_cast<int>(i / size));
    const Predictor all(rows, accuracy, groups);
    for (size_t i = 0; i < rows.size(); i += 7) {
      std::vector<std::vector<double>> others;
      std::vector<double> rest;
      for (size_t k = 0; k < rows.size(); ++k)
        if (groups[k] != groups[i]) others.push_back(rows[k]), rest.push_back(accuracy[k]);
      EXPECT_NEAR(Predictor(others, rest, one_each(rest.size()))(rows[i]), all.left_out()[i], 0.002 * static_cast<double>(size));
    }
  }
}

}  // namespace
}  // namespace duet::search
