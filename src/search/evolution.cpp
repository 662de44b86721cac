#include "search/evolution.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "search/select.h"

namespace duet::search {
namespace {

// Less is better, in each.
std::vector<double> objectives(const Verdict& v) { return {v.load, -v.worth, v.cost}; }

bool beats(const Verdict& a, const Verdict& b) {
  const double x = a.violation(), y = b.violation();
  return x != y ? x < y : x == 0 && dominates(objectives(a), objectives(b));
}

}  // namespace

Evolution::Evolution(const Space& space, EvolutionOptions options, Rng rng) : Strategy(space), options_(options), rng_(rng) {}

std::optional<Point> Evolution::propose() {
  if (static_cast<int>(members_.size()) < options_.population) return draw_point(space(), rng_);
  Point child = winner().point;
  if (rng_.chance(options_.crossing)) child = crossed(child, winner().point);
  const int64_t units = rng_.between(1, options_.max_step);
  const auto mutant = moved(space(), child, draw_axis(space(), child, rng_), static_cast<int>(rng_.chance(0.5) ? units : -units));
  return mutant ? mutant : std::optional(child);
}

Trace Evolution::learn(const Point& point, const Verdict& verdict) {
  const bool grown = static_cast<int>(members_.size()) >= options_.population;
  Trace trace{grown ? "child" : "start", false, false};
  if (!verdict.possible || std::any_of(members_.begin(), members_.end(), [&](const Member& m) { return m.point == point; }))
    return trace;
  members_.push_back({point, verdict});
  rank_all();
  if (grown) {
    const auto worst = std::max_element(members_.begin(), members_.end(), [](const Member& a, const Member& b) {
      return a.rank != b.rank ? a.rank < b.rank : a.crowding > b.crowding;
    });
    trace.moved = &*worst != &members_.back();
    members_.erase(worst);
  } else {
    trace.moved = true;
  }
  trace.found = trace.moved && verdict.meets();
  return trace;
}

const Evolution::Member& Evolution::winner() {
  const Member &a = members_[rng_.below(members_.size())], &b = members_[rng_.below(members_.size())];
  return std::pair(a.rank, -a.crowding) <= std::pair(b.rank, -b.crowding) ? a : b;
}

// Each coordinate from one of the two; `a` where that leaves the space.
Point Evolution::crossed(const Point& a, const Point& b) {
  const auto either = [&]() -> const Point& { return rng_.chance(0.5) ? a : b; };
  Point child = either();  // N and X
  child.first = either().first, child.widths = either().widths;
  for (size_t i = 0; i < child.expand.size(); ++i)
    if (const Point& parent = either(); i < parent.expand.size()) child.expand[i] = parent.expand[i];
  return inside(space(), child) ? child : a;
}

void Evolution::rank_all() {
  std::vector<size_t> left(members_.size());
  std::iota(left.begin(), left.end(), size_t{0});
  for (int rank = 0; !left.empty(); ++rank) {
    std::vector<size_t> front, behind;
    for (size_t i : left) {
      const bool beaten =
          std::any_of(left.begin(), left.end(), [&](size_t k) { return beats(members_[k].verdict, members_[i].verdict); });
      (beaten ? behind : front).push_back(i);
    }
    for (size_t i : front) members_[i].rank = rank, members_[i].crowding = 0;
    for (size_t k = 0; k < objectives({}).size(); ++k) {
      const auto value = [&](size_t i) { return objectives(members_[i].verdict)[k]; };
      std::stable_sort(front.begin(), front.end(), [&](size_t x, size_t y) { return value(x) < value(y); });
      const double range = value(front.back()) - value(front.front());
      members_[front.front()].crowding = members_[front.back()].crowding = std::numeric_limits<double>::infinity();
      if (!(range > 0)) continue;
      for (size_t i = 1; i + 1 < front.size(); ++i)
        members_[front[i]].crowding += (value(front[i + 1]) - value(front[i - 1])) / range;
    }
    left = behind;
  }
}

}  // namespace duet::search
