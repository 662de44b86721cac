#pragma once
// The design space of step 3: which networks can be made of one Bundle, and the moves between them.

#include <optional>
#include <string>
#include <vector>

#include "base/rng.h"
#include "net/network.h"

namespace duet::search {

/// Factors by which a replication may widen its input (Pi of the paper).
inline constexpr double kExpansions[] = {1.0, 1.25, 1.5, 1.75, 2.0};

struct Space {
  net::Bundle bundle;
  net::Shape input{3, 160, 360};
  std::vector<net::Anchor> anchors;
  int min_replications = 2, max_replications = 6;  ///< N
  int min_downsamples = 2, max_downsamples = 3;    ///< X: how many; grid cells are 2^X pixels wide
  int channel_step = 8;                            ///< channels are multiples of it
  int min_channels = 8, max_channels = 512;
  int widths = 1;  ///< how many pairs of weight and feature bits are on offer, the cheapest first
};

/// A design: N = 1 + expand.size() replications.
struct Point {
  int first = 8;            ///< channels of the first replication
  std::vector<int> expand;  ///< index into kExpansions for each later replication (Pi)
  std::vector<int> downs;   ///< replications that down-sample, ascending (X)
  int widths = 0;           ///< which pair of bits
  int replications() const { return 1 + static_cast<int>(expand.size()); }
  bool operator==(const Point&) const = default;
};

enum class Coordinate { replications, down_position, down_count, first_channels, expansion, widths };
/// A coordinate and, where there are several of its sort, which one.
struct Axis {
  Coordinate coordinate = Coordinate::replications;
  int which = 0;
};
std::string to_string(const Axis& axis);

net::Network to_network(const Space& space, const Point& point);
/// Tells designs apart: the network's name and its widths.
std::string name(const Space& space, const Point& point);
bool inside(const Space& space, const Point& point);
/// The point `units` away along an axis; nothing when that leaves the space. Positive units never make a network cheaper: more
/// replications, later or fewer down-samplings, more channels, wider numbers.
std::optional<Point> moved(const Space& space, const Point& point, const Axis& axis, int units);
Axis draw_axis(const Space& space, const Point& point, Rng& rng);
Point draw_point(const Space& space, Rng& rng);
/// Every point whose expansions and channels are within reach, for small spaces (tests, exhaustive search).
std::vector<Point> all_points(const Space& space);

}  // namespace duet::search
