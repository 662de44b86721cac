#pragma once
#include <array>
#include <string>

#include "data/image.h"
#include "net/box.h"

namespace duet::data {

using Colour = std::array<uint8_t, 3>;
constexpr Colour kGreen{60, 220, 90}, kRed{255, 70, 60}, kYellow{255, 210, 40}, kWhite{255, 255, 255}, kInk{20, 24, 32};

/// Fills [x0, x1) x [y0, y1), clipped to the picture.
void fill(Image& image, int x0, int y0, int x1, int y1, Colour colour);
/// The frame of a box (0..1 of the picture), `thickness` pixels drawn outside of it so that the object stays visible.
void draw_box(Image& image, const net::Box& box, Colour colour, int thickness = 2);
/// Copies `part` into `image` with its upper left corner at (x, y), clipped.
void paste(Image& image, const Image& part, int x, int y);
/// One line of ASCII text, upper left corner at (x, y), letters 7 x `scale` pixels high, clipped.
void draw_text(Image& image, int x, int y, const std::string& text, Colour colour, int scale = 1);
/// Width in pixels that draw_text takes.
int text_width(const std::string& text, int scale = 1);

}  // namespace duet::data
