#pragma once
#include <filesystem>

#include "base/rng.h"
#include "data/pack.h"

namespace duet::test {

/// A pack of noisy pictures, each with one bright rectangle in a colour of its own: a box detector learns it in seconds.
inline void write_square_pack(const std::filesystem::path& path, int count, int height, int width, uint64_t seed) {
  Rng rng(seed);
  data::PackWriter writer(path, count, height, width);
  for (int i = 0; i < count; ++i) {
    const int w = static_cast<int>(rng.between(width / 8, width / 4)), h = static_cast<int>(rng.between(height / 8, height / 4));
    const int x0 = static_cast<int>(rng.between(0, width - w)), y0 = static_cast<int>(rng.between(0, height - h));
    const auto share = [](int v, int of) { return static_cast<float>(v) / static_cast<float>(of); };
    writer.set(i, {share(x0, width), share(y0, height), share(x0 + w, width), share(y0 + h, height)}, static_cast<uint32_t>(i));
    uint8_t* pixels = writer.pixels(i);
    for (int c = 0; c < 3; ++c) {
      const uint64_t lift = rng.below(80);
      for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
          const bool in = x >= x0 && x < x0 + w && y >= y0 && y < y0 + h;
          pixels[(c * height + y) * width + x] = static_cast<uint8_t>(rng.below(60) + (in ? 100 + lift : 0));
        }
    }
  }
  writer.finish();
}

}  // namespace duet::test
