#include "search/predictor.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "base/error.h"

namespace duet::search {
namespace {

constexpr double kStrengths[] = {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100};  // of standardised features

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> rank(values.size());
  for (size_t first = 0, last; first < order.size(); first = last) {
    for (last = first; last < order.size() && values[order[last]] == values[order[first]];) ++last;
    for (size_t i = first; i < last; ++i) rank[order[i]] = static_cast<double>(first + last - 1) / 2;
  }
  return rank;
}

}  // namespace

double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  DUET_CHECK(a.size() == b.size());
  const std::vector<double> x = ranks(a), y = ranks(b);
  const auto n = static_cast<Eigen::Index>(a.size());
  if (n == 0) return 0;
  const Eigen::ArrayXd p = Eigen::Map<const Eigen::ArrayXd>(x.data(), n) - static_cast<double>(n - 1) / 2;
  const Eigen::ArrayXd q = Eigen::Map<const Eigen::ArrayXd>(y.data(), n) - static_cast<double>(n - 1) / 2;
  const double size = std::sqrt(p.square().sum() * q.square().sum());
  return size > 0 ? (p * q).sum() / size : 0;
}

Predictor::Predictor(const std::vector<std::vector<double>>& features, const std::vector<double>& accuracy,
                     const std::vector<int>& groups) {
  DUET_CHECK(features.size() == accuracy.size() && features.size() == groups.size());
  std::map<int, std::vector<Eigen::Index>> members;
  for (size_t i = 0; i < groups.size(); ++i) members[groups[i]].push_back(static_cast<Eigen::Index>(i));
  DUET_CHECK(members.size() >= 3);
  const auto rows = static_cast<Eigen::Index>(features.size()), columns = static_cast<Eigen::Index>(features[0].size());
  Eigen::MatrixXd x(rows, columns);
  for (Eigen::Index i = 0; i < rows; ++i) x.row(i) = Eigen::Map<const Eigen::RowVectorXd>(features[i].data(), columns);
  const Eigen::VectorXd y = Eigen::Map<const Eigen::VectorXd>(accuracy.data(), rows);
  for (Eigen::Index j = 0; j < columns; ++j) {
    const double mean = x.col(j).mean(), deviation = std::sqrt((x.col(j).array() - mean).square().mean());
    mean_.push_back(mean), deviation_.push_back(deviation);
    x.col(j) = deviation > 0 ? Eigen::VectorXd((x.col(j).array() - mean) / deviation) : Eigen::VectorXd::Zero(rows);
  }
  offset_ = y.mean();
  const Eigen::VectorXd centred = y.array() - offset_;
  const Eigen::MatrixXd square = x.transpose() * x;
  error_ = std::numeric_limits<double>::infinity();
  for (const double strength : kStrengths) {
    const Eigen::LDLT<Eigen::MatrixXd> solver(square + strength * Eigen::MatrixXd::Identity(columns, columns));
    const Eigen::VectorXd weights = solver.solve(x.transpose() * centred);
    // What leaving rows out does to their own prediction follows from their block of the hat matrix, the mean's share included.
    const Eigen::MatrixXd hat = (x * solver.solve(x.transpose())).array() + 1.0 / static_cast<double>(rows);
    const Eigen::VectorXd residual = centred - x * weights;
    Eigen::VectorXd missed(rows);
    for (const auto& [group, own] : members) {
      const auto n = static_cast<Eigen::Index>(own.size());
      const Eigen::MatrixXd kept = Eigen::MatrixXd::Identity(n, n) - hat(own, own);
      const Eigen::VectorXd without = kept.partialPivLu().solve(Eigen::VectorXd(residual(own)));
      missed(own) = without;
    }
    const double error = std::sqrt(missed.array().square().mean());
    if (!(error < error_)) continue;
    error_ = error;
    weights_.assign(weights.data(), weights.data() + columns);
    const Eigen::VectorXd predicted = y - missed;
    left_out_.assign(predicted.data(), predicted.data() + rows);
  }
}

double Predictor::operator()(const std::vector<double>& features) const {
  DUET_CHECK(features.size() == weights_.size());
  double sum = offset_;
  for (size_t j = 0; j < features.size(); ++j)
    if (deviation_[j] > 0) sum += weights_[j] * (features[j] - mean_[j]) / deviation_[j];
  return sum;
}

}  // namespace duet::search
