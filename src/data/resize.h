#pragma once
#include <cstdint>
#include <vector>

#include "data/image.h"

namespace duet::data {

/// The one way a picture comes to a network's size (docs/arithmetic.md, section 5): area average in integers, rounded half up,
/// exact. Writes 3 x height x width bytes, planar red, green, blue. height, width >= 1.
void resize_planar(const Image& source, int height, int width, uint8_t* planar);
std::vector<uint8_t> resize_planar(const Image& source, int height, int width);
/// The same average as a picture again (red, green, blue side by side).
Image resize(const Image& source, int height, int width);

}  // namespace duet::data
