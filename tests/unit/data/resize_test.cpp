#include "data/resize.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/rng.h"

namespace duet::data {
namespace {

// Overlap of [a, b) and [c, d).
int64_t overlap(int64_t a, int64_t b, int64_t c, int64_t d) { return std::max<int64_t>(0, std::min(b, d) - std::max(a, c)); }

// docs/arithmetic.md, section 5, word by word: no common divisors, no order of axes, no trick.
uint8_t reference(const Image& source, int height, int width, int channel, int y, int x) {
  __int128 sum = 0;
  const int64_t nh = source.height, nw = source.width;
  for (int64_t j = 0; j < nh; ++j)
    for (int64_t i = 0; i < nw; ++i)
      sum += overlap(y * nh, (y + 1) * nh, j * height, (j + 1) * height) *
             overlap(x * nw, (x + 1) * nw, i * width, (i + 1) * width) *
             source.at(static_cast<int>(i), static_cast<int>(j))[channel];
  return static_cast<uint8_t>((sum + nh * nw / 2) / (nh * nw));
}

Image noise(int width, int height, uint64_t seed, int kinds) {
  Image image(width, height);
  Rng rng(seed);
  for (uint8_t& value : image.rgb)  // extremes and neighbours make ties and full sums
    value = static_cast<uint8_t>(kinds == 2 ? 255 * rng.below(2) : kinds == 3 ? 127 + rng.below(2) : rng.below(256));
  return image;
}

TEST(Resize, EqualsTheExactAreaAverage) {
  const int sizes[][4] = {{8, 6, 4, 3},  {7, 5, 3, 2},     {5, 7, 5, 7},     {3, 2, 7, 5},     {1, 1, 4, 4},  {16, 9, 1, 1},
                          {9, 16, 6, 5}, {13, 11, 12, 10}, {12, 10, 13, 11}, {40, 30, 20, 16}, {17, 4, 16, 8}};
  for (const auto& s : sizes)
    for (int kinds : {2, 3, 256}) {
      const Image source = noise(s[0], s[1], 1 + kinds, kinds);
      const auto planar = resize_planar(source, s[3], s[2]);
      const Image image = resize(source, s[3], s[2]);
      ASSERT_EQ(planar.size(), size_t(3 * s[2] * s[3]));
      for (int c = 0; c < 3; ++c)
        for (int y = 0; y < s[3]; ++y)
          for (int x = 0; x < s[2]; ++x) {
            const uint8_t expected = reference(source, s[3], s[2], c, y, x);
            ASSERT_EQ(planar[(c * s[3] + y) * s[2] + x], expected) << s[0] << "x" << s[1] << " to " << s[2] << "x" << s[3];
            ASSERT_EQ(image.at(x, y)[c], expected);
          }
    }
}

TEST(Resize, ContestSizeAtSampledPixels) {
  const Image source = noise(640, 360, 5, 256);
  for (const auto& [height, width] : {std::pair{160, 320}, std::pair{160, 360}, std::pair{96, 160}, std::pair{161, 321}}) {
    const auto planar = resize_planar(source, height, width);
    Rng rng(7);
    for (int n = 0; n < 25; ++n) {
      const int c = static_cast<int>(rng.below(3)), y = static_cast<int>(rng.below(height)),
                x = static_cast<int>(rng.below(width));
      ASSERT_EQ(planar[(size_t(c) * height + y) * width + x], reference(source, height, width, c, y, x));
    }
  }
}

TEST(Resize, TiesRoundUp) {
  Image source(2, 1);
  source.rgb = {10, 10, 10, 11, 11, 11};
  EXPECT_EQ(resize_planar(source, 1, 1), (std::vector<uint8_t>{11, 11, 11}));
}

// Where sums outgrow 32 bits and where the multiplied quotient outgrows 64; a white picture shows any overflow.
TEST(Resize, LargePicturesDoNotOverflow) {
  for (const auto& [width, height] : {std::pair{2897, 2891}, std::pair{4099, 4093}, std::pair{4099, 4111}}) {
    Image source(width, height);
    std::fill(source.rgb.begin(), source.rgb.end(), uint8_t{255});
    for (uint8_t value : resize_planar(source, 5, 7)) ASSERT_EQ(value, 255) << width << "x" << height;
  }
}

}  // namespace
}  // namespace duet::data
