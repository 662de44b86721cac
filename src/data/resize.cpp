#include "data/resize.h"

#include <bit>
#include <numeric>

#include "base/error.h"

namespace duet::data {
namespace {

// How one destination pixel reads an axis: source pixels first .. first + count - 1, weights from `weight` on.
struct Span {
  int first = 0, count = 0, weight = 0;
};

struct Axis {
  uint64_t total = 1;  // weights of each span add up to this
  std::vector<Span> spans;
  std::vector<uint32_t> weights;
};

// Overlaps of [j, j+1) with [i*n/m, (i+1)*n/m), times m and divided by the common divisor of n and m: the same quotients, smaller
// sums.
Axis make_axis(int source, int destination) {
  const int64_t common = std::gcd(source, destination), n = source / common, m = destination / common;
  Axis axis;
  axis.total = static_cast<uint64_t>(n);
  for (int64_t i = 0; i < destination; ++i) {
    const int64_t begin = i * n, end = begin + n, first = begin / m, last = (end - 1) / m;
    axis.spans.push_back({static_cast<int>(first), static_cast<int>(last - first + 1), static_cast<int>(axis.weights.size())});
    for (int64_t j = first; j <= last; ++j)
      axis.weights.push_back(static_cast<uint32_t>(std::min(end, (j + 1) * m) - std::max(begin, j * m)));
  }
  return axis;
}

// Exact x / divisor for x < 256 * divisor, divisor < 2^23 (the product stays below 2^63), by one multiplication: with b =
// ceil(log2 divisor) and s = 8 + 2b the multiplier ceil(2^s / divisor) exceeds the true one by less than 2^-s, and x * 2^-s <
// 2^-b <= 1 / divisor cannot reach the next integer.
struct Quotient {
  uint64_t multiplier;
  int shift;
  explicit Quotient(uint64_t divisor) : shift(8 + 2 * std::bit_width(divisor - 1)) {
    multiplier = ((uint64_t{1} << shift) + divisor - 1) / divisor;
  }
  uint64_t operator()(uint64_t x) const { return x * multiplier >> shift; }
};

struct PlainQuotient {
  uint64_t divisor;
  explicit PlainQuotient(uint64_t d) : divisor(d) {}
  uint64_t operator()(uint64_t x) const { return x / divisor; }
};

// One destination row's weighted sum of source rows, still all columns wide.
template <class Sum>
void add_rows(const Image& source, const Axis& axis, const Span& span, std::vector<Sum>& sums) {
  const size_t bytes = sums.size();
  for (int k = 0; k < span.count; ++k) {
    const Sum weight = static_cast<Sum>(axis.weights[static_cast<size_t>(span.weight + k)]);
    const uint8_t* row = source.at(0, span.first + k);
    Sum* out = sums.data();
    if (k == 0)
      for (size_t x = 0; x < bytes; ++x) out[x] = weight * row[x];
    else
      for (size_t x = 0; x < bytes; ++x) out[x] += weight * row[x];
  }
}

// `plane`: distance between a pixel's colours, `step`: between neighbours; one loop serves planar and interleaved output.
template <class Sum, class Divide>
void resize_as(const Image& source, int height, int width, uint8_t* out, size_t plane, size_t step) {
  const Axis rows = make_axis(source.height, height), columns = make_axis(source.width, width);
  const uint64_t total = rows.total * columns.total, half = total / 2;
  const Divide divide(total);
  std::vector<Sum> sums(size_t{3} * static_cast<size_t>(source.width));
  for (int y = 0; y < height; ++y) {
    add_rows(source, rows, rows.spans[static_cast<size_t>(y)], sums);
    uint8_t* pixel = out + step * static_cast<size_t>(width) * static_cast<size_t>(y);
    for (const Span& span : columns.spans) {
      const uint32_t* weights = columns.weights.data() + span.weight;
      const Sum* from = sums.data() + 3 * span.first;
      uint64_t red = half, green = half, blue = half;
      for (int k = 0; k < span.count; ++k, from += 3) {
        red += static_cast<uint64_t>(weights[k]) * from[0];
        green += static_cast<uint64_t>(weights[k]) * from[1];
        blue += static_cast<uint64_t>(weights[k]) * from[2];
      }
      pixel[0] = static_cast<uint8_t>(divide(red));
      pixel[plane] = static_cast<uint8_t>(divide(green));
      pixel[2 * plane] = static_cast<uint8_t>(divide(blue));
      pixel += step;
    }
  }
}

void resize_into(const Image& source, int height, int width, uint8_t* out, size_t plane, size_t step) {
  DUET_CHECK(height > 0 && width > 0 && source.width > 0 && source.height > 0);
  DUET_CHECK(source.rgb.size() == size_t{3} * static_cast<size_t>(source.width) * static_cast<size_t>(source.height));
  const uint64_t total = static_cast<uint64_t>(source.height / std::gcd(source.height, height)) *
                         static_cast<uint64_t>(source.width / std::gcd(source.width, width));
  if (total < (uint64_t{1} << 23)) return resize_as<uint32_t, Quotient>(source, height, width, out, plane, step);
  resize_as<uint64_t, PlainQuotient>(source, height, width, out, plane, step);
}

}  // namespace

void resize_planar(const Image& source, int height, int width, uint8_t* planar) {
  resize_into(source, height, width, planar, static_cast<size_t>(height) * static_cast<size_t>(width), 1);
}

std::vector<uint8_t> resize_planar(const Image& source, int height, int width) {
  std::vector<uint8_t> planar(size_t{3} * static_cast<size_t>(height) * static_cast<size_t>(width));
  resize_planar(source, height, width, planar.data());
  return planar;
}

Image resize(const Image& source, int height, int width) {
  Image image(width, height);
  resize_into(source, height, width, image.rgb.data(), 1, 3);
  return image;
}

}  // namespace duet::data
