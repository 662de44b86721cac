#include "data/draw.h"

#include <stb/stb_easy_font.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace duet::data {
namespace {

// The font has the printable ASCII characters and reads beyond its table for others.
std::string printable(std::string text) {
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  return text;
}

}  // namespace

void fill(Image& image, int x0, int y0, int x1, int y1, Colour colour) {
  x0 = std::max(x0, 0), y0 = std::max(y0, 0), x1 = std::min(x1, image.width), y1 = std::min(y1, image.height);
  for (int y = y0; y < y1; ++y)
    for (int x = x0; x < x1; ++x) std::copy(colour.begin(), colour.end(), image.at(x, y));
}

void draw_box(Image& image, const net::Box& box, Colour colour, int thickness) {
  const int x0 = static_cast<int>(std::floor(box.x0 * image.width)), x1 = static_cast<int>(std::ceil(box.x1 * image.width));
  const int y0 = static_cast<int>(std::floor(box.y0 * image.height)), y1 = static_cast<int>(std::ceil(box.y1 * image.height));
  const int t = thickness;
  fill(image, x0 - t, y0 - t, x1 + t, y0, colour);
  fill(image, x0 - t, y1, x1 + t, y1 + t, colour);
  fill(image, x0 - t, y0, x0, y1, colour);
  fill(image, x1, y0, x1 + t, y1, colour);
}

void paste(Image& image, const Image& part, int x, int y) {
  const int x0 = std::max(x, 0), x1 = std::min(x + part.width, image.width);
  if (x0 >= x1) return;
  for (int row = std::max(y, 0); row < std::min(y + part.height, image.height); ++row)
    std::memcpy(image.at(x0, row), part.at(x0 - x, row - y), size_t{3} * static_cast<size_t>(x1 - x0));
}

void draw_text(Image& image, int x, int y, const std::string& text, Colour colour, int scale) {
  struct Vertex {
    float x, y, z;
    uint8_t colour[4];
  };
  std::vector<Vertex> quads(text.size() * 70 + 4);  // stb: at most ~270 bytes a letter of 16-byte vertices
  std::string copy = printable(text);
  const int count =
      stb_easy_font_print(0, 0, copy.data(), nullptr, quads.data(), static_cast<int>(quads.size() * sizeof(Vertex)));
  for (int q = 0; q < count; ++q) {
    const Vertex &a = quads[static_cast<size_t>(4 * q)], &b = quads[static_cast<size_t>(4 * q + 2)];
    fill(image, x + static_cast<int>(a.x) * scale, y + static_cast<int>(a.y) * scale, x + static_cast<int>(b.x) * scale,
         y + static_cast<int>(b.y) * scale, colour);
  }
}

int text_width(const std::string& text, int scale) {
  std::string copy = printable(text);
  return stb_easy_font_width(copy.data()) * scale;
}

}  // namespace duet::data
