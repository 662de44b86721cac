#pragma once
// Accuracy of designs that were never trained, from those that were.

#include <vector>

namespace duet::search {

/// Spearman's rank correlation, -1..1; ties share their mean rank. 0 where either has no two different values.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b);

/// Ridge regression (Hoerl and Kennard 1970) on standardised features; how strongly it shrinks is chosen by the error of what is
/// left out, which it states.
class Predictor {
 public:
  /// One row of features for each trained design, all of one length, its accuracy and its group: rows of one group (a network in
  /// several widths) are left out together. At least three groups.
  Predictor(const std::vector<std::vector<double>>& features, const std::vector<double>& accuracy,
            const std::vector<int>& groups);
  double operator()(const std::vector<double>& features) const;
  /// Of each trained design, predicted from those of other groups.
  const std::vector<double>& left_out() const { return left_out_; }
  /// Root of the mean squared error of those.
  double error() const { return error_; }

 private:
  std::vector<double> mean_, deviation_, weights_;  // deviation 0: a feature that never differs, ignored
  double offset_ = 0, error_ = 0;
  std::vector<double> left_out_;
};

}  // namespace duet::search
