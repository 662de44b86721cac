#include "search/scd.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace duet::search {

Scd::Scd(const Space& space, ScdOptions options, Rng rng) : Strategy(space), options_(options), rng_(rng) {}

std::optional<Point> Scd::propose() {
  if (phase_ == Phase::start) return draw_point(space(), rng_);
  if (phase_ == Phase::step) {
    // The longest step of that sign that stays inside.
    for (; units_ != 0; units_ -= units_ > 0 ? 1 : -1)
      if (auto point = moved(space(), *now_, axis_, units_)) return point;
    phase_ = Phase::probe;
  }
  axis_ = draw_axis(space(), *now_, rng_);
  units_ = rng_.chance(0.5) ? 1 : -1;
  auto point = moved(space(), *now_, axis_, units_);
  if (!point) point = moved(space(), *now_, axis_, units_ = -units_);
  if (!point && ++stalled_ > options_.patience) restart();
  return point;
}

Trace Scd::learn(const Point& point, const Verdict& verdict) {
  if (phase_ == Phase::probe) return learn_probe(point, verdict);
  Trace trace{describe(), false, false};
  if (phase_ == Phase::start) {
    now_.reset();
    stalled_ = 0;
    if (!verdict.possible) return trace;  // another start
  }
  phase_ = Phase::probe;
  trace.moved = go(point, verdict);
  trace.found = trace.moved && phase_ == Phase::start;
  return trace;
}

Trace Scd::learn_probe(const Point& point, const Verdict& verdict) {
  Trace trace{describe(), false, false};
  const double change = (verdict.load - now_verdict_.load) / units_;
  // Aim at the middle of the band that counts as on target.
  const double goal = 1 - options_.tolerance / 2;
  const bool useful = verdict.possible && std::abs(change) > 1e-9;
  const double wanted = useful ? std::round((goal - now_verdict_.load) / change) : 0;
  const int steps = static_cast<int>(std::clamp<double>(wanted, -options_.max_step, options_.max_step));
  if (steps != 0 && steps != units_) {
    phase_ = Phase::step;
    units_ = steps;
    return trace;
  }
  // The probe is the step, or nothing on this axis helps but the probe may be nearer all the same.
  trace.moved = go(point, verdict);
  trace.found = trace.moved && phase_ == Phase::start;
  return trace;
}

double Scd::distance(const Verdict& verdict) const {
  if (!verdict.possible) return std::numeric_limits<double>::infinity();
  return std::abs(verdict.load - (1 - options_.tolerance / 2)) + std::max(0.0, verdict.excess - 1);
}

bool Scd::go(const Point& point, const Verdict& verdict) {
  if (now_ && !(distance(verdict) < distance(now_verdict_))) {
    if (++stalled_ > options_.patience) restart();
    return false;
  }
  now_ = point;
  now_verdict_ = verdict;
  stalled_ = 0;
  if (verdict.meets() && verdict.load >= 1 - options_.tolerance) restart();
  return true;
}

void Scd::restart() {
  stalled_ = 0;
  phase_ = Phase::start;
}

std::string Scd::describe() const {
  if (phase_ == Phase::start) return "start";
  const std::string sign = units_ > 0 ? "+" : "";
  return (phase_ == Phase::probe ? "probe " : "step ") + to_string(axis_) + " " + sign + std::to_string(units_);
}

}  // namespace duet::search
