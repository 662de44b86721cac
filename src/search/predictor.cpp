#include "search/predictor.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
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

Predictor::Predictor(const std::vector<std::vector<double>>& features, const std::vector<double>& accuracy) {
  DUET_CHECK(features.size() >= 3 && features.size() == accuracy.size());
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
    // What leaving a row out does to its own prediction follows from the hat matrix' diagonal, the mean's share included.
    const Eigen::ArrayXd hat = (x * solver.solve(x.transpose())).diagonal().array() + 1.0 / static_cast<double>(rows);
    const Eigen::ArrayXd missed = (centred - x * weights).array() / (1 - hat);
    const double error = std::sqrt(missed.square().mean());
    if (!(error < error_)) continue;
    error_ = error;
    weights_.assign(weights.data(), weights.data() + columns);
    const Eigen::VectorXd predicted = y.array() - missed;
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
