#include "search/select.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "base/error.h"

namespace duet::search {
namespace {

std::vector<size_t> sorted_indices(size_t count, const auto& before) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), before);
  return order;
}

}  // namespace

std::vector<net::Bundle> draw_bundles(const std::vector<net::Bundle>& named, int count, Rng& rng) {
  std::vector<net::Bundle> bundles;
  const auto add = [&](const net::Bundle& bundle) {
    if (std::find(bundles.begin(), bundles.end(), bundle) == bundles.end()) bundles.push_back(bundle);
  };
  for (const auto& bundle : named) add(bundle);
  DUET_CHECK(count <= static_cast<int>(net::all_bundles().size()));
  while (static_cast<int>(bundles.size()) < count) add(net::draw_bundle(rng));
  return bundles;
}

std::vector<int> qos_groups(const std::vector<double>& costs, double ratio) {
  std::vector<int> groups(costs.size());
  int group = -1;
  double first = 0;
  for (size_t i : sorted_indices(costs.size(), [&](size_t a, size_t b) { return costs[a] < costs[b]; })) {
    if (group < 0 || costs[i] > ratio * first) ++group, first = costs[i];
    groups[i] = group;
  }
  return groups;
}

std::vector<size_t> top_of_groups(const std::vector<int>& groups, const std::vector<double>& gains, int n) {
  std::map<int, std::vector<size_t>> members;
  for (size_t i : sorted_indices(gains.size(), [&](size_t a, size_t b) { return gains[a] > gains[b]; }))
    if (std::isfinite(gains[i])) members[groups[i]].push_back(i);
  std::vector<size_t> top;
  for (const auto& [group, best] : members)
    top.insert(top.end(), best.begin(), best.begin() + std::min<ptrdiff_t>(n, std::ssize(best)));
  return top;
}

std::vector<size_t> better_half(const std::vector<size_t>& alive, const std::vector<int>& groups,
                                const std::vector<double>& gains, int least) {
  std::map<int, std::vector<size_t>> members;
  for (size_t i : alive)
    if (std::isfinite(gains[i])) members[groups[i]].push_back(i);
  std::vector<size_t> kept;
  for (auto& [group, all] : members) {
    std::stable_sort(all.begin(), all.end(), [&](size_t a, size_t b) { return gains[a] > gains[b]; });
    const auto half = std::max<ptrdiff_t>(least, (std::ssize(all) + 1) / 2);
    kept.insert(kept.end(), all.begin(), all.begin() + std::min(half, std::ssize(all)));
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

std::vector<size_t> pareto_front(const std::vector<double>& costs, const std::vector<double>& gains) {
  std::vector<size_t> front;
  double best = -std::numeric_limits<double>::infinity();
  const auto before = [&](size_t a, size_t b) { return costs[a] != costs[b] ? costs[a] < costs[b] : gains[a] > gains[b]; };
  for (size_t i : sorted_indices(costs.size(), before)) {
    if (!std::isfinite(costs[i]) || !(gains[i] > best)) continue;
    best = gains[i];
    front.push_back(i);
  }
  return front;
}

std::vector<size_t> spread_out(const std::vector<std::vector<double>>& points, int count) {
  if (points.empty() || count <= 0) return {};
  const size_t dimensions = points[0].size();
  std::vector<double> variance(dimensions);
  for (size_t j = 0; j < dimensions; ++j) {
    double sum = 0, squares = 0;
    for (const auto& p : points) sum += p[j];
    for (const auto& p : points) squares += std::pow(p[j] - sum / static_cast<double>(points.size()), 2);
    variance[j] = squares / static_cast<double>(points.size());
  }
  const auto square = [&](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (size_t j = 0; j < dimensions; ++j)
      if (variance[j] > 0) sum += (a[j] - b[j]) * (a[j] - b[j]) / variance[j];
    return sum;
  };
  std::vector<size_t> taken{0};
  std::vector<double> nearest(points.size(), std::numeric_limits<double>::infinity());
  while (taken.size() < std::min(points.size(), static_cast<size_t>(count))) {
    for (size_t i = 0; i < points.size(); ++i) nearest[i] = std::min(nearest[i], square(points[i], points[taken.back()]));
    for (size_t i : taken) nearest[i] = -1;
    taken.push_back(static_cast<size_t>(std::max_element(nearest.begin(), nearest.end()) - nearest.begin()));
  }
  return taken;
}

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  bool below = false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    below = below || a[i] < b[i];
  }
  return below;
}

// Slices along the last dimension: between two neighbours, what those up to the lower one dominate in the others.
double hypervolume(std::vector<std::vector<double>> points, const std::vector<double>& reference) {
  std::erase_if(points, [&](const std::vector<double>& p) {
    for (size_t i = 0; i < reference.size(); ++i)
      if (!(p[i] < reference[i])) return true;
    return false;
  });
  if (points.empty()) return 0;
  const std::vector<double> base(reference.begin(), reference.end() - 1);
  if (base.empty()) return reference[0] - (*std::min_element(points.begin(), points.end()))[0];
  const size_t last = base.size();
  std::sort(points.begin(), points.end(), [&](const auto& a, const auto& b) { return a[last] < b[last]; });
  double volume = 0;
  std::vector<std::vector<double>> below;
  for (size_t i = 0; i < points.size(); ++i) {
    below.emplace_back(points[i].begin(), points[i].end() - 1);
    const double top = i + 1 < points.size() ? points[i + 1][last] : reference[last];
    if (top > points[i][last]) volume += hypervolume(below, base) * (top - points[i][last]);
  }
  return volume;
}

}  // namespace duet::search
