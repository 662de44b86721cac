#include "data/cutout.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace duet::data {
namespace {

constexpr int kOpaque = 128;

struct Bounds {
  int x0, y0, x1, y1;
};

Bounds opaque_bounds(const AlphaImage& image) {
  Bounds b{image.width, image.height, 0, 0};
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      if (image.rgba[4 * (static_cast<size_t>(y) * static_cast<size_t>(image.width) + static_cast<size_t>(x)) + 3] >= kOpaque)
        b = {std::min(b.x0, x), std::min(b.y0, y), std::max(b.x1, x + 1), std::max(b.y1, y + 1)};
  return b;
}

Layer crop(const AlphaImage& image, const Bounds& b) {
  Layer layer(b.x1 - b.x0, b.y1 - b.y0);
  for (int y = 0; y < layer.height; ++y)
    for (int x = 0; x < layer.width; ++x) {
      const uint8_t* from = image.rgba.data() + 4 * (static_cast<size_t>(y + b.y0) * static_cast<size_t>(image.width) +
                                                     static_cast<size_t>(x + b.x0));
      const float alpha = static_cast<float>(from[3]) / 255;
      float* to = layer.at(x, y);
      for (int c = 0; c < 3; ++c) to[c] = alpha * static_cast<float>(from[c]) / 255;
      to[3] = alpha;
    }
  return layer;
}

Layer halve(const Layer& from) {
  Layer to((from.width + 1) / 2, (from.height + 1) / 2);
  for (int y = 0; y < to.height; ++y)
    for (int x = 0; x < to.width; ++x)
      for (int k = 0; k < 4; ++k)  // an odd last row or column is averaged with the emptiness beside it
        if (const int sx = 2 * x + k % 2, sy = 2 * y + k / 2; sx < from.width && sy < from.height)
          for (int c = 0; c < 4; ++c) to.at(x, y)[c] += from.at(sx, sy)[c] / 4;
  return to;
}

// Adds the bilinear sample at (x, y), pixel centres at half-integers, nothing outside.
void add_sample(const Layer& layer, double x, double y, float weight, float* sum) {
  x -= 0.5, y -= 0.5;
  const int x0 = static_cast<int>(std::floor(x)), y0 = static_cast<int>(std::floor(y));
  const auto fx = static_cast<float>(x - x0), fy = static_cast<float>(y - y0);
  for (int k = 0; k < 4; ++k) {
    const int sx = x0 + k % 2, sy = y0 + k / 2;
    if (sx < 0 || sy < 0 || sx >= layer.width || sy >= layer.height) continue;
    const float w = weight * (k % 2 ? fx : 1 - fx) * (k / 2 ? fy : 1 - fy);
    const float* from = layer.at(sx, sy);
    for (int c = 0; c < 4; ++c) sum[c] += w * from[c];
  }
}

}  // namespace

Cutout make_cutout(const AlphaImage& image, const std::string& name, const std::string& label, const std::string& where) {
  const Bounds bounds = opaque_bounds(image);
  if (bounds.x0 >= bounds.x1) throw Error("a cut-out with nothing opaque in it", where, "replace or remove it");
  Cutout cutout{name, label, {crop(image, bounds)}, {}};
  const Layer& full = cutout.levels[0];
  const auto cx = static_cast<float>(full.width) / 2, cy = static_cast<float>(full.height) / 2;
  for (int y = 0; y < full.height; ++y) {
    int first = 0, last = full.width - 1;
    while (first <= last && full.at(first, y)[3] < 0.5f) ++first;
    while (last > first && full.at(last, y)[3] < 0.5f) --last;
    if (first > last) continue;
    for (int dy : {0, 1}) {
      cutout.outline.emplace_back(static_cast<float>(first) - cx, static_cast<float>(y + dy) - cy);
      cutout.outline.emplace_back(static_cast<float>(last + 1) - cx, static_cast<float>(y + dy) - cy);
    }
  }
  while (std::max(cutout.levels.back().width, cutout.levels.back().height) > 8)
    cutout.levels.push_back(halve(cutout.levels.back()));
  return cutout;
}

std::pair<double, double> extent(const Cutout& cutout, const Pose& pose) {
  const double c = std::cos(pose.angle), s = std::sin(pose.angle);
  double x0 = 1e9, x1 = -1e9, y0 = 1e9, y1 = -1e9;
  for (const auto& [px, py] : cutout.outline) {
    const double x = pose.sx * px, y = pose.sy * py, tx = c * x - s * y, ty = s * x + c * y;
    x0 = std::min(x0, tx), x1 = std::max(x1, tx), y0 = std::min(y0, ty), y1 = std::max(y1, ty);
  }
  return {x1 - x0, y1 - y0};
}

Layer draw_cutout(const Cutout& cutout, const Pose& pose, int width, int height, double cx, double cy) {
  // The level that is at most twice as large as drawn: four samples a pixel then see every one of its pixels.
  size_t level = 0;
  double shrink = 1;
  const double scale = std::max(std::abs(pose.sx), std::abs(pose.sy));
  while (level + 1 < cutout.levels.size() && scale * shrink * 2 <= 1) ++level, shrink *= 2;
  const Layer& from = cutout.levels[level];
  const double c = std::cos(pose.angle), s = std::sin(pose.angle);
  const double mx = cutout.levels[0].width / 2.0, my = cutout.levels[0].height / 2.0;
  Layer layer(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int k = 0; k < 4; ++k) {
        const double dx = x + 0.25 + 0.5 * (k % 2) - cx, dy = y + 0.25 + 0.5 * (k / 2) - cy;
        const double ux = (c * dx + s * dy) / pose.sx + mx, uy = (c * dy - s * dx) / pose.sy + my;
        add_sample(from, ux / shrink, uy / shrink, 0.25f, layer.at(x, y));
      }
  return layer;
}

}  // namespace duet::data
