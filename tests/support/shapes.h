#pragma once
// A tiny data set drawn from nothing: coloured shapes over gradients, contest layout. For tests that need pictures to learn from
// without any package or photo. Link the room `data`.

#include <algorithm>
#include <filesystem>
#include <string>

#include "base/rng.h"
#include "data/contest_files.h"
#include "data/image.h"

namespace duet::test {

struct Shape {
  data::Image picture;
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool round = false;
};

/// One bright shape over a dark gradient, 1/12 to 1/4 of the width and 1/8 to 1/3 of the height; its box is exact.
inline Shape draw_shape(int width, int height, Rng& rng) {
  Shape shape{data::Image(width, height), 0, 0, 0, 0, rng.chance(0.5)};
  const int w = static_cast<int>(rng.between(width / 12, width / 4)), h = static_cast<int>(rng.between(height / 8, height / 3));
  shape.x0 = static_cast<int>(rng.between(1, width - w - 1)), shape.y0 = static_cast<int>(rng.between(1, height - h - 1));
  shape.x1 = shape.x0 + w, shape.y1 = shape.y0 + h;
  int corner[4][3], colour[3];
  for (auto& c : corner)
    for (int& v : c) v = static_cast<int>(rng.between(10, 120));
  for (int& v : colour) v = static_cast<int>(rng.between(140, 255));
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const int dx = 2 * x + 1 - shape.x0 - shape.x1, dy = 2 * y + 1 - shape.y0 - shape.y1;
      const bool in_box = x >= shape.x0 && x < shape.x1 && y >= shape.y0 && y < shape.y1;
      const bool inside = in_box && (!shape.round || dx * dx * h * h + dy * dy * w * w <= w * w * h * h);
      for (int c = 0; c < 3; ++c) {
        const int top = corner[0][c] * (width - x) + corner[1][c] * x, bottom = corner[2][c] * (width - x) + corner[3][c] * x;
        const int ground = (top * (height - y) + bottom * y) / (width * height);
        shape.picture.at(x, y)[c] =
            static_cast<uint8_t>(std::clamp((inside ? colour[c] : ground) + static_cast<int>(rng.between(-4, 4)), 0, 255));
      }
    }
  return shape;
}

/// Writes `train` and `test` pictures in sequences of four into folder/train and folder/test. Same seed, same bytes.
inline void write_shapes(const std::filesystem::path& folder, int train, int test, uint64_t seed = 1, int width = 160,
                         int height = 90) {
  Rng rng(seed);
  for (const auto& [part, count] : {std::pair<std::string, int>{"train", train}, {"test", test}})
    for (int i = 0; i < count; ++i) {
      const auto sequence = folder / part / ("shape" + std::to_string(i / 4));
      std::filesystem::create_directories(sequence);
      const Shape s = draw_shape(width, height, rng);
      const std::string name = "00000" + std::to_string(i % 4);
      data::write_plain(sequence / (name + ".jpg"), data::encode_jpeg(s.picture, 92));
      data::write_plain(sequence / (name + ".xml"), data::contest_xml(name + ".jpg", {width, height}, s.x0, s.y0, s.x1, s.y1,
                                                                      s.round ? "ellipse" : "rectangle"));
    }
}

}  // namespace duet::test
