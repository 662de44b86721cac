#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "data/compose.h"
#include "data/photo.h"
#include "data/resize.h"

namespace duet::data {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr float kVisible = 0.25f;  // a pixel belongs to the box from this alpha on
constexpr double kContrast = 20;   // mean difference to what lies beneath, grey levels, below which another place is tried
constexpr int kPlaces = 8, kPoses = 20, kMargin = 2;

double log_uniform(Rng& rng, double lo, double hi) { return lo * std::exp(rng.uniform() * std::log(hi / lo)); }

// A part of the landscape of the picture's shape, never enlarged where the landscape allows it.
Image background(const Image& landscape, int width, int height, Rng& rng) {
  const int widest = std::min(landscape.width, landscape.height * width / height);
  const int w = std::clamp(static_cast<int>(log_uniform(rng, std::min(width, widest), widest)), 1, widest);
  const int h = std::clamp(w * height / width, 1, landscape.height);
  const int x = static_cast<int>(rng.between(0, landscape.width - w)), y = static_cast<int>(rng.between(0, landscape.height - h));
  Image picture = resize(crop(landscape, x, y, w, h), height, width);
  if (rng.chance(0.5)) mirror(picture);
  relight(picture, {rng.uniform(0.75, 1.15), rng.uniform(0.85, 1.2), rng.uniform(0.88, 1.12), rng.uniform(0.88, 1.12)});
  return picture;
}

struct Drawn {
  Layer layer;         // the object in a frame of its own
  int x0, y0, x1, y1;  // its box inside the frame
  int width() const { return x1 - x0; }
  int height() const { return y1 - y0; }
};

void find_box(Drawn& d) {
  d.x0 = d.layer.width, d.y0 = d.layer.height, d.x1 = d.y1 = 0;
  for (int y = 0; y < d.layer.height; ++y)
    for (int x = 0; x < d.layer.width; ++x)
      if (d.layer.at(x, y)[3] >= kVisible)
        d.x0 = std::min(d.x0, x), d.x1 = std::max(d.x1, x + 1), d.y0 = std::min(d.y0, y), d.y1 = std::max(d.y1, y + 1);
}

Drawn draw_at_share(const Cutout& cutout, double share, int width, int height, Rng& rng) {
  const double stretch = std::exp(rng.uniform(-0.12, 0.12)), angle = std::clamp(rng.normal() * 8, -20.0, 20.0) * kPi / 180;
  Pose pose{rng.chance(0.5) ? -stretch : stretch, 1 / stretch, angle};
  const auto [ex, ey] = extent(cutout, pose);
  double scale = std::sqrt(share * width * height / (ex * ey));
  scale = std::min({scale, 0.6 * width / ex, 0.8 * height / ey});
  pose.sx *= scale, pose.sy *= scale;
  const int w = static_cast<int>(std::ceil(scale * ex)) + 4, h = static_cast<int>(std::ceil(scale * ey)) + 4;
  // The centre of the cut-out is not the centre of what is opaque once it is turned: a frame of the whole diagonal holds it
  // anyway.
  const Layer& full = cutout.levels[0];
  const int side = static_cast<int>(std::ceil(std::hypot(full.width * pose.sx, full.height * pose.sy))) + 4;
  const int fw = std::max(w, side), fh = std::max(h, side);
  const double cx = fw / 2.0 + rng.uniform(-0.5, 0.5),
               cy = fh / 2.0 + rng.uniform(-0.5, 0.5);  // drawn in this order on every compiler
  Drawn drawn{draw_cutout(cutout, pose, fw, fh, cx, cy), 0, 0, 0, 0};
  find_box(drawn);
  return drawn;
}

// Rounding and thin parts move the box a little: drawn again until it keeps the promised range.
Drawn draw_object(const Cutout& cutout, int width, int height, Rng& rng) {
  for (int i = 0; i < kPoses; ++i) {
    Drawn drawn = draw_at_share(cutout, log_uniform(rng, kSmallestShare * 1.05, kLargestShare * 0.97), width, height, rng);
    const double share = double(drawn.width()) * drawn.height() / (double(width) * height);
    const bool fits = drawn.width() + 2 * kMargin <= width && drawn.height() + 2 * kMargin <= height;
    if (drawn.x0 < drawn.x1 && fits && share >= kSmallestShare && share <= kLargestShare) return drawn;
  }
  throw Error("cut-out \"" + cutout.name + "\" is too thin for a picture of this size", "data set",
              "leave it out, or use larger pictures");
}

struct Tone {
  double mean[3] = {0, 0, 0};
  double luminance() const { return 0.3 * mean[0] + 0.59 * mean[1] + 0.11 * mean[2]; }
};

Tone tone_of(const Layer& layer) {
  Tone tone;
  double weight = 1e-6;
  for (size_t i = 0; i < layer.rgba.size(); i += 4) {
    for (size_t c = 0; c < 3; ++c) tone.mean[c] += 255 * double(layer.rgba[i + c]);
    weight += double(layer.rgba[i + 3]);
  }
  for (double& m : tone.mean) m /= weight;
  return tone;
}

Tone tone_of(const Image& picture, int x0, int y0, int x1, int y1) {
  Tone tone;
  for (int y = y0; y < y1; ++y)
    for (int x = x0; x < x1; ++x)
      for (int c = 0; c < 3; ++c) tone.mean[c] += picture.at(x, y)[c];
  for (double& m : tone.mean) m /= double(x1 - x0) * (y1 - y0);
  return tone;
}

double difference(const Tone& a, const Tone& b, double gain) {
  double sum = 0;
  for (int c = 0; c < 3; ++c) sum += std::abs(gain * a.mean[c] - b.mean[c]);
  return sum / 3;
}

struct Place {
  int x = 0, y = 0;  // of the frame's upper left corner
  double gain = 1;
};

// Anywhere the box fits. The object's light follows that of its place a little, but it stays visible.
Place choose_place(const Drawn& drawn, const Image& picture, Rng& rng) {
  const Tone object = tone_of(drawn.layer);
  Place best;
  double best_difference = -1;
  for (int i = 0; i < kPlaces && best_difference < kContrast; ++i) {
    const int bx = static_cast<int>(rng.between(kMargin, picture.width - kMargin - drawn.width()));
    const int by = static_cast<int>(rng.between(kMargin, picture.height - kMargin - drawn.height()));
    const Tone ground = tone_of(picture, bx, by, bx + drawn.width(), by + drawn.height());
    const double follow = std::pow((ground.luminance() + 40) / (object.luminance() + 40), 0.25);
    const double gain = std::clamp(follow * rng.uniform(0.8, 1.25), 0.5, 1.6);
    if (const double d = difference(object, ground, gain); d > best_difference)
      best = {bx - drawn.x0, by - drawn.y0, gain}, best_difference = d;
  }
  return best;
}

void lay_over(Image& picture, const Layer& layer, const Place& place) {
  for (int y = std::max(0, -place.y); y < std::min(layer.height, picture.height - place.y); ++y)
    for (int x = std::max(0, -place.x); x < std::min(layer.width, picture.width - place.x); ++x) {
      const float* from = layer.at(x, y);
      uint8_t* to = picture.at(x + place.x, y + place.y);
      for (int c = 0; c < 3; ++c) {
        const double value =
            std::min(255.0 * double(from[3]), place.gain * 255 * double(from[c])) + (1 - double(from[3])) * to[c];
        to[c] = static_cast<uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
      }
    }
}

}  // namespace

Composition compose_one(const Cutout& cutout, const Image& landscape, int width, int height, Rng& rng) {
  Composition out;
  out.picture = background(landscape, width, height, rng);
  const Drawn drawn = draw_object(cutout, width, height, rng);
  const Place place = choose_place(drawn, out.picture, rng);
  lay_over(out.picture, drawn.layer, place);
  out.x0 = drawn.x0 + place.x, out.y0 = drawn.y0 + place.y, out.x1 = drawn.x1 + place.x, out.y1 = drawn.y1 + place.y;
  const double soft = rng.uniform();
  blur(out.picture, 1.2 * soft * soft);
  const double rough = rng.uniform();
  add_noise(out.picture, 5 * rough * rough, rng);
  out.jpeg_quality = static_cast<int>(rng.between(75, 95));
  return out;
}

}  // namespace duet::data
