#include "search/scd.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "base/error.h"

namespace duet::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kTries = 2000;  // draws without a network not judged before, until the space counts as exhausted

// How far from meeting the constraints, 0 when met.
double violation(const Verdict& verdict) {
  if (!verdict.possible) return kInfinity;
  return std::max({0.0, verdict.load - 1, verdict.excess - 1});
}

}  // namespace

Scd::Scd(Space space, ScdOptions options, Rng rng) : space_(std::move(space)), options_(options), rng_(rng) {}

std::optional<net::Network> Scd::ask() {
  DUET_CHECK(!asked_, "tell() before the next ask()");
  for (int i = 0; i < kTries; ++i) {
    const auto point = propose();
    if (!point) continue;
    net::Network network = to_network(space_, *point);
    if (auto known = judged_.find(network.name); known != judged_.end()) {
      judge(*point, known->second);
      continue;
    }
    asked_ = point;
    return network;
  }
  return std::nullopt;
}

Trace Scd::tell(const Verdict& verdict) {
  DUET_CHECK(asked_.has_value(), "ask() before tell()");
  const Point point = *std::exchange(asked_, std::nullopt);
  judged_[to_network(space_, point).name] = verdict;
  return judge(point, verdict);
}

std::optional<Point> Scd::propose() {
  if (phase_ == Phase::start) return draw_point(space_, rng_);
  if (phase_ == Phase::step) {
    // The longest step of that sign that stays inside.
    for (; units_ != 0; units_ -= units_ > 0 ? 1 : -1)
      if (auto point = moved(space_, *now_, axis_, units_)) return point;
    phase_ = Phase::probe;
  }
  axis_ = draw_axis(*now_, rng_);
  units_ = rng_.chance(0.5) ? 1 : -1;
  auto point = moved(space_, *now_, axis_, units_);
  if (!point) point = moved(space_, *now_, axis_, units_ = -units_);
  if (!point && ++stalled_ > options_.patience) restart();
  return point;
}

Trace Scd::judge(const Point& point, const Verdict& verdict) {
  if (phase_ == Phase::probe) return judge_probe(point, verdict);
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

Trace Scd::judge_probe(const Point& point, const Verdict& verdict) {
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
  if (!verdict.possible) return kInfinity;
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
  if (verdict.meets() && verdict.load >= 1 - options_.tolerance) {
    found_.push_back(point);
    restart();
  }
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

std::vector<Proposal> explore(const Space& space, const ScdOptions& options, const Judge& judge, int count, uint64_t seed,
                              const Progress& progress) {
  Scd scd(space, options, Rng(seed));
  std::vector<Proposal> proposals;
  while (static_cast<int>(proposals.size()) < count) {
    const auto network = scd.ask();
    if (!network) break;
    Proposal proposal{static_cast<int>(proposals.size()), *network, judge(*network), {}};
    proposal.trace = scd.tell(proposal.verdict);
    proposals.push_back(std::move(proposal));
    if (progress) progress(static_cast<double>(proposals.size()), count, proposals.back().trace.move);
  }
  return proposals;
}

Finalists choose_finalists(const std::vector<Proposal>& proposals, int count) {
  std::vector<size_t> order(proposals.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const Verdict &x = proposals[a].verdict, &y = proposals[b].verdict;
    if (violation(x) != violation(y)) return violation(x) < violation(y);
    return x.worth > y.worth;
  });
  Finalists finalists;
  finalists.met = std::any_of(proposals.begin(), proposals.end(), [](const Proposal& p) { return p.verdict.meets(); });
  std::erase_if(order,
                [&](size_t i) { return !proposals[i].verdict.possible || (finalists.met && !proposals[i].verdict.meets()); });
  const auto bundle = [&](size_t i) { return net::name(proposals[i].network.bundle); };
  // Bundle, N and X as text: "p_p_" down-samples in replications 0 and 2 of 4.
  const auto shape = [&](size_t i) {
    std::string text = bundle(i) + ' ';
    for (const auto& replication : proposals[i].network.replications) text += replication.downsample ? 'p' : '_';
    return text;
  };
  std::set<std::string> seen;
  std::vector<size_t> first, later;
  for (size_t i : order) (seen.insert(shape(i)).second ? first : later).push_back(i);
  first.insert(first.end(), later.begin(), later.end());
  if (finalists.met) {  // worth says nothing of how well different Bundles learn, so each Bundle's best come in turns
    std::map<std::string, size_t> place, taken;
    for (size_t i = 0; i < proposals.size(); ++i) place.emplace(bundle(i), i);
    std::vector<std::pair<size_t, size_t>> turn(proposals.size());
    for (size_t i : first) turn[i] = {taken[bundle(i)]++, place[bundle(i)]};
    std::stable_sort(first.begin(), first.end(), [&](size_t a, size_t b) { return turn[a] < turn[b]; });
  }
  first.resize(std::min(first.size(), static_cast<size_t>(count)));
  finalists.chosen = first;
  return finalists;
}

}  // namespace duet::search
