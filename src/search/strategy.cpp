#include "search/strategy.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "search/evolution.h"
#include "search/scd.h"

namespace duet::search {
namespace {

constexpr int kTries = 2000;  // designs known already, until the space counts as exhausted

class Random final : public Strategy {
 public:
  Random(const Space& space, Rng rng) : Strategy(space), rng_(rng) {}

 private:
  std::optional<Point> propose() override { return draw_point(space(), rng_); }
  Trace learn(const Point&, const Verdict& verdict) override { return {"draw", verdict.possible, verdict.meets()}; }

  Rng rng_;
};

}  // namespace

double Verdict::violation() const {
  if (!possible) return std::numeric_limits<double>::infinity();
  return std::max({0.0, load - 1, excess - 1});
}

std::optional<Point> Strategy::ask() {
  DUET_CHECK(!asked_, "tell() before the next ask()");
  for (int i = 0; i < kTries; ++i) {
    const auto point = propose();
    if (!point) continue;
    if (const auto known = judged_.find(name(space_, *point)); known != judged_.end()) {
      learn(*point, known->second);
      continue;
    }
    asked_ = point;
    return point;
  }
  return std::nullopt;
}

Trace Strategy::tell(const Verdict& verdict) {
  DUET_CHECK(asked_.has_value(), "ask() before tell()");
  const Point point = *std::exchange(asked_, std::nullopt);
  judged_[name(space_, point)] = verdict;
  return learn(point, verdict);
}

std::unique_ptr<Strategy> make_strategy(const std::string& name, const Space& space, double tolerance, Rng rng) {
  if (name == "descent") return std::make_unique<Scd>(space, ScdOptions{.tolerance = tolerance}, rng);
  if (name == "evolution") return std::make_unique<Evolution>(space, EvolutionOptions{}, rng);
  DUET_CHECK(name == "random", name);
  return std::make_unique<Random>(space, rng);
}

std::vector<Proposal> explore(Strategy& strategy, const Space& space, const Judge& judge, int count, const Progress& progress) {
  std::vector<Proposal> proposals;
  while (static_cast<int>(proposals.size()) < count) {
    const auto point = strategy.ask();
    if (!point) break;
    Proposal proposal{static_cast<int>(proposals.size()), to_network(space, *point), point->widths, {}, {}};
    proposal.verdict = judge(proposal.network, proposal.widths);
    proposal.trace = strategy.tell(proposal.verdict);
    proposals.push_back(std::move(proposal));
    if (progress) progress(static_cast<double>(proposals.size()), count, proposals.back().trace.move);
  }
  return proposals;
}

}  // namespace duet::search
