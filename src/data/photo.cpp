#include "data/photo.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/error.h"

namespace duet::data {
namespace {

uint8_t to_byte(double value) { return static_cast<uint8_t>(std::clamp(value + 0.5, 0.0, 255.0)); }

// Eight-bit weights of a Gaussian that add up to 256: integers keep the bytes the same on every machine.
std::vector<int> gaussian(double sigma) {
  const int radius = std::max(1, static_cast<int>(std::ceil(2.5 * sigma)));
  std::vector<double> weight;
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) weight.push_back(std::exp(-i * i / (2 * sigma * sigma))), sum += weight.back();
  std::vector<int> whole;
  int total = 0;
  for (double w : weight) whole.push_back(static_cast<int>(256 * w / sum + 0.5)), total += whole.back();
  whole[static_cast<size_t>(radius)] += 256 - total;
  return whole;
}

// One axis; `step` bytes between neighbours, `count` of them, `lines` starting `stride` bytes apart.
void blur_columns(const Image& from, Image& to, const std::vector<int>& weights) {
  const int radius = static_cast<int>(weights.size()) / 2;
  const size_t bytes = size_t{3} * static_cast<size_t>(from.width);
  std::vector<uint32_t> sums(bytes);
  for (int y = 0; y < from.height; ++y) {
    std::fill(sums.begin(), sums.end(), 128u);
    for (int k = -radius; k <= radius; ++k) {
      const uint8_t* row = from.at(0, std::clamp(y + k, 0, from.height - 1));
      const auto weight = static_cast<uint32_t>(weights[static_cast<size_t>(k + radius)]);
      for (size_t i = 0; i < bytes; ++i) sums[i] += weight * row[i];
    }
    uint8_t* out = to.at(0, y);
    for (size_t i = 0; i < bytes; ++i) out[i] = static_cast<uint8_t>(sums[i] >> 8);
  }
}

void blur_rows(const Image& from, Image& to, const std::vector<int>& weights) {
  const int radius = static_cast<int>(weights.size()) / 2;
  const size_t bytes = size_t{3} * static_cast<size_t>(from.width), pad = size_t{3} * static_cast<size_t>(radius);
  std::vector<uint8_t> row(bytes + 2 * pad);
  std::vector<uint32_t> sums(bytes);
  for (int y = 0; y < from.height; ++y) {
    std::memcpy(row.data() + pad, from.at(0, y), bytes);
    for (size_t i = 0; i < pad; ++i) row[i] = from.at(0, y)[i % 3], row[pad + bytes + i] = from.at(from.width - 1, y)[i % 3];
    std::fill(sums.begin(), sums.end(), 128u);
    for (size_t k = 0; k < weights.size(); ++k)
      for (size_t i = 0; i < bytes; ++i) sums[i] += static_cast<uint32_t>(weights[k]) * row[i + 3 * k];
    uint8_t* out = to.at(0, y);
    for (size_t i = 0; i < bytes; ++i) out[i] = static_cast<uint8_t>(sums[i] >> 8);
  }
}

// The normal distribution's quantiles at 4096 even steps, in 1/256: drawing is then a look-up, and a picture needs 700,000.
const std::vector<int16_t>& normal_table() {
  static const std::vector<int16_t> table = [] {
    std::vector<int16_t> values(4096);
    for (int i = 0; i < 2048; ++i) {
      const double p = (i + 0.5) / 4096, t = std::sqrt(-2 * std::log(p));  // Abramowitz and Stegun 26.2.23
      const double z =
          t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
      values[static_cast<size_t>(i)] = static_cast<int16_t>(-256 * z),
      values[static_cast<size_t>(4095 - i)] = static_cast<int16_t>(256 * z);
    }
    return values;
  }();
  return table;
}

}  // namespace

void relight(Image& image, const Light& light) {
  std::array<std::array<uint8_t, 256>, 3> table;
  const double gain[3] = {light.gain * light.red, light.gain, light.gain * light.blue};
  for (int v = 0; v < 256; ++v)
    for (size_t c = 0; c < 3; ++c) table[c][static_cast<size_t>(v)] = to_byte(255 * gain[c] * std::pow(v / 255.0, light.gamma));
  for (size_t i = 0; i < image.rgb.size(); i += 3)
    for (size_t c = 0; c < 3; ++c) image.rgb[i + c] = table[c][image.rgb[i + c]];
}

void blur(Image& image, double sigma) {
  if (sigma < 0.2) return;
  const auto weights = gaussian(sigma);
  Image other(image.width, image.height);
  blur_rows(image, other, weights);
  blur_columns(other, image, weights);
}

void add_noise(Image& image, double sigma, Rng& rng) {
  const int scale = static_cast<int>(sigma * 256 + 0.5);
  if (scale == 0) return;
  const auto& table = normal_table();
  uint64_t bits = 0;
  int left = 0;
  for (uint8_t& value : image.rgb) {
    if (left == 0) bits = rng.bits(), left = 5;
    const int z = table[bits & 4095];
    bits >>= 12, --left;
    value = static_cast<uint8_t>(std::clamp((value * 65536 + z * scale + 32768) >> 16, 0, 255));
  }
}

Image crop(const Image& image, int x, int y, int width, int height) {
  DUET_CHECK(x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= image.width && y + height <= image.height);
  Image out(width, height);
  for (int row = 0; row < height; ++row)
    std::memcpy(out.at(0, row), image.at(x, y + row), size_t{3} * static_cast<size_t>(width));
  return out;
}

void mirror(Image& image) {
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width / 2; ++x)
      std::swap_ranges(image.at(x, y), image.at(x, y) + 3, image.at(image.width - 1 - x, y));
}

}  // namespace duet::data
