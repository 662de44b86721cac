#include <algorithm>
#include <cmath>

#include "report/report.h"

namespace duet::report {
namespace {

constexpr size_t kFewestScores = 5;
constexpr double kFarthest = 20;      // times the trained epochs: a curve says nothing reliable beyond
constexpr double kHighestIou = 0.95;  // a fitted limit above this says only that the curve is still steep

struct Fit {
  double a = 0, b = 0, c = 0, squares = 0;
};

// Least squares for a and b of a - b t^-c at a given c: linear in x = t^-c. b stays at or above 0 (a curve that does not rise is
// a constant), and a at or below the highest IoU worth believing.
Fit fit_at(const std::vector<std::pair<double, double>>& points, double c) {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (auto [t, y] : points) {
    const double x = std::pow(t, -c);
    n += 1, sx += x, sy += y, sxx += x * x, sxy += x * y;
  }
  Fit fit{.c = c};
  const double spread = n * sxx - sx * sx;
  fit.b = spread > 1e-15 ? std::max(0.0, -(n * sxy - sx * sy) / spread) : 0;
  fit.a = (sy + fit.b * sx) / n;
  if (fit.a > kHighestIou) {
    fit.a = kHighestIou;
    fit.b = std::max(0.0, (fit.a * sx - sxy) / sxx);
  }
  for (auto [t, y] : points) fit.squares += std::pow(y - (fit.a - fit.b * std::pow(t, -c)), 2);
  return fit;
}

}  // namespace

std::optional<Forecast> make_forecast(const Finalist& finalist, double seconds) {
  std::vector<std::pair<double, double>> points;
  for (const CurvePoint& point : finalist.curve)
    if (point.validation_iou && point.epoch > 0) points.emplace_back(point.epoch, *point.validation_iou);
  if (points.size() < kFewestScores || !finalist.seconds || *finalist.seconds <= 0) return {};
  // The first epochs follow another law (the network finds the object at all): the later two thirds tell more.
  points.erase(points.begin(), points.begin() + static_cast<long>(std::min(points.size() / 3, points.size() - kFewestScores)));

  std::vector<Fit> fits;
  for (int step = 1; step <= 40; ++step) fits.push_back(fit_at(points, 0.05 * step));
  const Fit best = *std::min_element(fits.begin(), fits.end(), [](const Fit& p, const Fit& q) { return p.squares < q.squares; });

  const double last = points.back().first;
  Forecast forecast;
  forecast.seconds = seconds;
  forecast.epochs = seconds / (*finalist.seconds / last);
  forecast.a = best.a, forecast.b = best.b, forecast.c = best.c;
  auto at = [](const Fit& fit, double t) { return std::clamp(fit.a - fit.b * std::pow(t, -fit.c), 0.0, 1.0); };
  forecast.now = at(best, last);
  forecast.until = std::min(last + forecast.epochs, kFarthest * last);
  forecast.low = forecast.high = forecast.later = at(best, forecast.until);
  const double freedom = static_cast<double>(points.size() - 3), scatter = 2 * std::sqrt(best.squares / freedom);
  for (const Fit& fit : fits) {
    if (fit.squares > best.squares * (1 + 4 / freedom)) continue;  // 4: two standard deviations of one parameter
    forecast.low = std::min(forecast.low, at(fit, forecast.until));
    forecast.high = std::max(forecast.high, at(fit, forecast.until));
  }
  forecast.low = std::clamp(forecast.low - scatter, 0.0, 1.0);
  forecast.high = std::clamp(forecast.high + scatter, 0.0, 1.0);
  forecast.method =
      "iou(t) = a - b t^-c fitted by least squares to the scored epochs after the first third; the range spans every c "
      "that fits about as well, and twice the scatter around the curve. It does not foresee over-fitting or another learning "
      "rate.";
  if (forecast.until < last + forecast.epochs)
    forecast.method += " The hour holds more than 20 times the trained epochs; the curve is not read beyond that.";
  return forecast;
}

}  // namespace duet::report
