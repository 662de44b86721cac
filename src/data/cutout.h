#pragma once
#include <string>
#include <utility>
#include <vector>

#include "data/image.h"

namespace duet::data {

/// Float picture with alpha, colours premultiplied, all values 0..1.
struct Layer {
  int width = 0, height = 0;
  std::vector<float> rgba;  ///< 4 x width x height
  Layer() = default;
  Layer(int w, int h) : width(w), height(h), rgba(size_t{4} * static_cast<size_t>(w) * static_cast<size_t>(h)) {}
  float* at(int x, int y) {
    return rgba.data() + 4 * (static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x));
  }
  const float* at(int x, int y) const { return const_cast<Layer*>(this)->at(x, y); }
};

/// An object cut out of a photo: cropped to what is opaque, in halving sizes so that it can be drawn small without aliasing.
struct Cutout {
  std::string name, label;
  std::vector<Layer> levels;                     ///< levels[i] is 2^i times smaller
  std::vector<std::pair<float, float>> outline;  ///< leftmost and rightmost opaque points of each row, relative to the centre
};

/// How a cut-out is drawn: stretched by (sx, sy) (negative sx: mirrored), then turned by `angle` radians about its centre.
struct Pose {
  double sx = 1, sy = 1, angle = 0;
};

/// Throws Error naming `where` for a picture without alpha or with nothing opaque.
Cutout make_cutout(const AlphaImage& image, const std::string& name, const std::string& label, const std::string& where);

/// Width and height in pixels that the opaque part takes in this pose.
std::pair<double, double> extent(const Cutout& cutout, const Pose& pose);

/// Draws the cut-out, its centre at (cx, cy) of a layer of width x height.
Layer draw_cutout(const Cutout& cutout, const Pose& pose, int width, int height, double cx, double cy);

}  // namespace duet::data
