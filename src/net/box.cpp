#include "net/box.h"

#include <cmath>

#include "base/error.h"

namespace duet::net {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

Box cut(const Box& box) {
  const auto inside = [](double x) { return std::clamp(x, 0.0, 1.0); };
  return {inside(box.x0), inside(box.y0), inside(box.x1), inside(box.y1)};
}

template <class T>
Detection decode_any(std::span<const T> head, const Network& network, double scale) {
  const Shape shape = grid(network);
  DUET_CHECK(static_cast<int64_t>(head.size()) == shape.size(), "head size");
  const int64_t pixels = shape.pixels();
  int best_anchor = 0;
  int64_t best_pixel = 0;
  for (int a = 0; a < static_cast<int>(network.anchors.size()); ++a)
    for (int64_t p = 0; p < pixels; ++p)
      if (head[(5 * a + 4) * pixels + p] > head[(5 * best_anchor + 4) * pixels + best_pixel]) best_anchor = a, best_pixel = p;
  double t[4], sum = 0;
  for (int k = 0; k < 4; ++k) t[k] = scale * static_cast<double>(head[(5 * best_anchor + k) * pixels + best_pixel]);
  const auto most = static_cast<double>(head[(5 * best_anchor + 4) * pixels + best_pixel]);
  for (int a = 0; a < static_cast<int>(network.anchors.size()); ++a)
    for (int64_t p = 0; p < pixels; ++p) sum += std::exp(scale * (static_cast<double>(head[(5 * a + 4) * pixels + p]) - most));
  const int row = static_cast<int>(best_pixel / shape.width), column = static_cast<int>(best_pixel % shape.width);
  return {cut(decode_cell(t, network, best_anchor, row, column)), 1 / sum, best_anchor, row, column};
}

}  // namespace

Box decode_cell(const double t[4], const Network& network, int anchor, int row, int column) {
  const Shape shape = grid(network);
  const double x = (column + sigmoid(t[0])) / shape.width, y = (row + sigmoid(t[1])) / shape.height;
  const double w = network.anchors[anchor].width * std::exp(std::clamp(t[2], -kMaxLogSize, kMaxLogSize));
  const double h = network.anchors[anchor].height * std::exp(std::clamp(t[3], -kMaxLogSize, kMaxLogSize));
  return {x - w / 2, y - h / 2, x + w / 2, y + h / 2};
}

Detection decode(std::span<const float> head, const Network& network, double scale) { return decode_any(head, network, scale); }

Detection decode(std::span<const int32_t> head, const Network& network, double scale) { return decode_any(head, network, scale); }

}  // namespace duet::net
