#pragma once
// Steps 1 and 2 of the paper: drawing Bundles and keeping the promising ones. Knows neither training nor hardware.

#include <string>
#include <vector>

#include "base/rng.h"
#include "net/bundle.h"

namespace duet::search {

/// `named` first (repetitions dropped), then Bundles drawn from the layer pool until there are `count` distinct ones.
std::vector<net::Bundle> draw_bundles(const std::vector<net::Bundle>& named, int count, Rng& rng);

/// QoS groups: sorted by cost, a group begins where the cost exceeds `ratio` times that of the group's cheapest member. Returns
/// each candidate's group, 0 the cheapest. Costs are positive.
std::vector<int> qos_groups(const std::vector<double>& costs, double ratio);

/// Indices of the `n` candidates of highest gain in each group (ties: the lower index), in order of group, then of gain. Gains
/// that are not finite (a prototype whose training failed) never count.
std::vector<size_t> top_of_groups(const std::vector<int>& groups, const std::vector<double>& gains, int n);

/// One round of successive halving (Jamieson and Talwalkar 2016), within each group: of the `alive` candidates the better half,
/// at least `least` of a group, in ascending order. Gains that are not finite count as lost.
std::vector<size_t> better_half(const std::vector<size_t>& alive, const std::vector<int>& groups,
                                const std::vector<double>& gains, int least);

/// Indices of the candidates that no other beats in both: lower cost and higher gain (one may be equal); cheapest first.
std::vector<size_t> pareto_front(const std::vector<double>& costs, const std::vector<double>& gains);

/// `count` of the points (fewer where there are fewer) that lie far from each other: the first of them, then each time the one
/// that is farthest from those taken (Gonzalez 1985), distances measured in the points' own standard deviations.
std::vector<size_t> spread_out(const std::vector<std::vector<double>>& points, int count);

/// Whether `a` is nowhere above `b` and somewhere below it. Less is better.
bool dominates(const std::vector<double>& a, const std::vector<double>& b);

/// The volume that points dominate below a reference (Zitzler and Thiele 1998), in any number of dimensions: a figure for how
/// good a Pareto set is. Less is better in each; points that are not below the reference everywhere count nothing.
double hypervolume(std::vector<std::vector<double>> points, const std::vector<double>& reference);

}  // namespace duet::search
