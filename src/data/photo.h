#pragma once
// What a camera does to a scene, for composed pictures: light, blur, noise. Deterministic for a given Rng.

#include "base/rng.h"
#include "data/image.h"

namespace duet::data {

/// Gain and gamma of a picture, with a gain for each colour.
struct Light {
  double gain = 1, gamma = 1, red = 1, blue = 1;
};
/// Applied in place: value -> 255 * gain * (value / 255)^gamma, red and blue times theirs, clipped.
void relight(Image& image, const Light& light);
/// Gaussian blur in place, standard deviation in pixels; below 0.2 nothing happens. Edges repeat the last pixel.
void blur(Image& image, double sigma);
/// Adds normal noise of standard deviation `sigma` grey levels to every value.
void add_noise(Image& image, double sigma, Rng& rng);
/// The part of a picture that begins at (x, y); must lie inside.
Image crop(const Image& image, int x, int y, int width, int height);
/// Left and right exchanged, in place.
void mirror(Image& image);

}  // namespace duet::data
