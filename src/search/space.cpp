#include "search/space.h"

#include <algorithm>
#include <cmath>

namespace duet::search {
namespace {

constexpr int kLadder = static_cast<int>(std::size(kExpansions));

std::vector<int> channels(const Space& space, const Point& point) {
  std::vector<int> all{point.first};
  for (int index : point.expand) {
    const double wide = all.back() * kExpansions[index];
    all.push_back(static_cast<int>(std::lround(wide / space.channel_step)) * space.channel_step);
  }
  return all;
}

// Choices of `count` ascending positions below n, appended to `all`.
void positions(int n, size_t count, std::vector<int>& chosen, std::vector<std::vector<int>>& all) {
  if (chosen.size() == count) {
    all.push_back(chosen);
    return;
  }
  for (int i = chosen.empty() ? 0 : chosen.back() + 1; i < n; ++i) {
    chosen.push_back(i);
    positions(n, count, chosen, all);
    chosen.pop_back();
  }
}

Point resized(Point point, int units) {
  for (; units > 0; --units) point.expand.push_back(0);
  for (; units < 0 && !point.expand.empty(); ++units) point.expand.pop_back();
  // A down-sampling that stood in what was cut off moves to the last free place.
  for (int i = static_cast<int>(point.downs.size()) - 1, last = point.replications() - 1; i >= 0; --i, --last)
    point.downs[i] = std::min(point.downs[i], last);
  return point;
}

// One down-sampling more comes last, one fewer takes away the last: the cheap end of the network.
Point recounted(Point point, int units) {
  for (; units > 0 && !point.downs.empty(); --units) point.downs.pop_back();
  for (; units < 0; ++units) {
    int place = point.replications() - 1;
    while (place >= 0 && std::count(point.downs.begin(), point.downs.end(), place)) --place;
    point.downs.push_back(place);
    std::sort(point.downs.begin(), point.downs.end());
  }
  return point;
}

}  // namespace

std::string to_string(const Axis& axis) {
  const std::string which = std::to_string(axis.which);
  switch (axis.coordinate) {
    case Coordinate::replications:
      return "N";
    case Coordinate::down_position:
      return "X" + which;
    case Coordinate::down_count:
      return "number of X";
    case Coordinate::first_channels:
      return "Pi0";
    case Coordinate::expansion:
      return "Pi" + std::to_string(axis.which + 1);
    case Coordinate::widths:
      return "widths";
  }
  return "";
}

net::Network to_network(const Space& space, const Point& point) {
  net::Network network;
  network.input = space.input;
  network.bundle = space.bundle;
  if (!space.anchors.empty()) network.anchors = space.anchors;
  for (int count : channels(space, point)) network.replications.push_back({count, false});
  for (int place : point.downs) network.replications[place].downsample = true;
  network.name = "n";
  for (const auto& [count, down] : network.replications) network.name += std::to_string(count) + (down ? "p" : "_");
  if (network.name.back() == '_') network.name.pop_back();
  return network;
}

std::string name(const Space& space, const Point& point) {
  return to_network(space, point).name + ' ' + std::to_string(point.widths);
}

bool inside(const Space& space, const Point& point) {
  const auto within = [](int value, int lo, int hi) { return lo <= value && value <= hi; };
  if (!within(point.replications(), space.min_replications, space.max_replications)) return false;
  if (!within(static_cast<int>(point.downs.size()), space.min_downsamples, space.max_downsamples)) return false;
  for (size_t i = 0; i < point.downs.size(); ++i)
    if (!within(point.downs[i], i == 0 ? 0 : point.downs[i - 1] + 1, point.replications() - 1)) return false;
  for (int index : point.expand)
    if (!within(index, 0, kLadder - 1)) return false;
  if (!within(point.widths, 0, space.widths - 1)) return false;
  for (int count : channels(space, point))
    if (!within(count, space.min_channels, space.max_channels)) return false;
  return true;
}

std::optional<Point> moved(const Space& space, const Point& from, const Axis& axis, int units) {
  Point point = from;
  switch (axis.coordinate) {
    case Coordinate::replications:
      point = resized(point, units);
      break;
    case Coordinate::down_position:
      point.downs.at(axis.which) += units;
      break;
    case Coordinate::down_count:
      point = recounted(point, units);
      break;
    case Coordinate::first_channels:
      point.first += units * space.channel_step;
      break;
    case Coordinate::expansion:
      point.expand.at(axis.which) += units;
      break;
    case Coordinate::widths:
      point.widths += units;
      break;
  }
  const bool ladder = std::all_of(point.expand.begin(), point.expand.end(), [](int i) { return i >= 0 && i < kLadder; });
  if (!ladder || !inside(space, point) || point == from) return std::nullopt;
  return point;
}

Axis draw_axis(const Space& space, const Point& point, Rng& rng) {
  // N, X and Pi with equal chance, as the paper picks them, and widths where there is a choice.
  switch (rng.below(space.widths > 1 ? 4 : 3)) {
    case 3:
      return {Coordinate::widths, 0};
    case 0:
      return {Coordinate::replications, 0};
    case 1:
      if (point.downs.empty() || rng.below(4) == 0) return {Coordinate::down_count, 0};
      return {Coordinate::down_position, static_cast<int>(rng.below(point.downs.size()))};
    default:
      const auto which = static_cast<int>(rng.below(point.expand.size() + 1));
      if (which == 0) return {Coordinate::first_channels, 0};
      return {Coordinate::expansion, which - 1};
  }
}

Point draw_point(const Space& space, Rng& rng) {
  for (;;) {
    Point point;
    const auto n = static_cast<int>(rng.between(space.min_replications, space.max_replications));
    const int narrow = (space.min_channels + space.channel_step - 1) / space.channel_step;
    point.first = space.channel_step * static_cast<int>(rng.between(narrow, narrow + 7));
    for (int i = 1; i < n; ++i) point.expand.push_back(static_cast<int>(rng.below(kLadder)));
    const auto count = static_cast<size_t>(rng.between(space.min_downsamples, space.max_downsamples));
    std::vector<int> places(n);
    for (int i = 0; i < n; ++i) places[i] = i;
    rng.shuffle(places);
    places.resize(std::min(count, places.size()));
    std::sort(places.begin(), places.end());
    point.downs = places;
    point.widths = static_cast<int>(rng.below(static_cast<uint64_t>(space.widths)));
    if (inside(space, point)) return point;
  }
}

std::vector<Point> all_points(const Space& space) {
  std::vector<Point> all;
  for (int n = space.min_replications; n <= space.max_replications; ++n)
    for (int count = space.min_downsamples; count <= space.max_downsamples; ++count) {
      std::vector<std::vector<int>> places;
      std::vector<int> chosen;
      positions(n, static_cast<size_t>(count), chosen, places);
      int ladders = 1;
      for (int i = 1; i < n; ++i) ladders *= kLadder;
      for (const auto& downs : places)
        for (int code = 0; code < ladders; ++code)
          for (int first = space.channel_step; first <= space.max_channels; first += space.channel_step)
            for (int widths = 0; widths < space.widths; ++widths) {
              Point point{first, {}, downs, widths};
              for (int i = 1, rest = code; i < n; ++i, rest /= kLadder) point.expand.push_back(rest % kLadder);
              if (inside(space, point)) all.push_back(point);
            }
    }
  return all;
}

}  // namespace duet::search
