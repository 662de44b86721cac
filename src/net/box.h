#pragma once
#include <algorithm>
#include <cstdint>
#include <span>

#include "net/network.h"

namespace duet::net {

/// A box in 0..1 of the picture's width and height, x0 <= x1, y0 <= y1.
struct Box {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool operator==(const Box&) const = default;
};

/// Intersection over union, 0..1; 0 for two empty boxes.
inline double iou(const Box& a, const Box& b) {
  const double w = std::min(a.x1, b.x1) - std::max(a.x0, b.x0), h = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  if (w <= 0 || h <= 0) return 0;
  const double both = w * h;
  return both / ((a.x1 - a.x0) * (a.y1 - a.y0) + (b.x1 - b.x0) * (b.y1 - b.y0) - both);
}

/// A decoded box and how sure the network is of it.
struct Detection {
  Box box;
  double confidence = 0;  ///< the winner's share of the softmax of tc over all cells and anchors, 0..1
  int anchor = 0, row = 0, column = 0;
};

/// Limit of tw and th, so that a box never grows beyond e^4 anchors.
inline constexpr double kMaxLogSize = 4;

/// Box of anchor `anchor` in grid cell (row, column) from its head values t = tx, ty, tw, th (real numbers): centre
/// ((column + sigmoid(tx)) / grid width, (row + sigmoid(ty)) / grid height), size (anchor.width e^tw, anchor.height e^th), tw and
/// th clamped to
/// +-kMaxLogSize. Not cut at the picture's edge.
Box decode_cell(const double t[4], const Network& network, int anchor, int row, int column);

/// The box with the largest tc over all anchors and cells (the first of equal ones), from the head's values in the order of
/// IntMap: head channel 5a..5a+4 of anchor a, [channel][row][column]. `scale` is the real value of one step (1 for a float head).
/// The box is cut at the picture's edge.
Detection decode(std::span<const float> head, const Network& network, double scale = 1);
Detection decode(std::span<const int32_t> head, const Network& network, double scale);

}  // namespace duet::net
