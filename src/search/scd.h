#pragma once
// The paper's search: stochastic coordinate descent. While the latency is off its target, a coordinate of {N, X, Pi, widths} is
// picked at random, the change that one unit of it brings is measured on a probe, and the design steps by round((target - now) /
// change). docs/flow.md says more.

#include "search/strategy.h"

namespace duet::search {

struct ScdOptions {
  double tolerance = 0.1;  ///< on target: load within [1 - tolerance, 1]
  int max_step = 4;        ///< units of one step
  int patience = 12;       ///< proposals without getting nearer before a restart
};

class Scd final : public Strategy {
 public:
  Scd(const Space& space, ScdOptions options, Rng rng);

 private:
  enum class Phase { start, probe, step };
  std::optional<Point> propose() override;
  Trace learn(const Point& point, const Verdict& verdict) override;
  Trace learn_probe(const Point& point, const Verdict& verdict);
  double distance(const Verdict& verdict) const;
  bool go(const Point& point, const Verdict& verdict);
  void restart();
  std::string describe() const;

  ScdOptions options_;
  Rng rng_;
  Phase phase_ = Phase::start;
  std::optional<Point> now_;
  Verdict now_verdict_;
  Axis axis_;
  int units_ = 0;  // of the probe or step asked about
  int stalled_ = 0;
};

}  // namespace duet::search
