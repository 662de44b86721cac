#pragma once
// Composed data sets: cut-outs laid over landscapes, contest-like, with exact boxes. What varies and how stands in docs/data.md.

#include <filesystem>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/rng.h"
#include "data/cutout.h"
#include "data/image.h"

namespace duet::data {

/// A file to compose from.
struct Source {
  std::filesystem::path path;
  std::string name;   ///< unique among its kind
  std::string label;  ///< class of a cut-out, view of a landscape: each is shared out among the parts on its own
};

struct Sources {
  std::vector<Source> cutouts, landscapes;
};

struct ComposeOptions {
  int count = 2000;  ///< training pictures; validation has a tenth and test three twentieths of it (at least 1 each)
  uint64_t seed = 1;
  int width = 640, height = 360;
  bool operator==(const ComposeOptions&) const = default;
};

/// One picture with its object, box in pixels, x1 and y1 one past the last.
struct Composition {
  Image picture;
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  int jpeg_quality = 90;
};

/// Share of the picture that an object's box takes.
constexpr double kSmallestShare = 0.002, kLargestShare = 0.05;

/// Lays the cut-out over a part of the landscape; all that varies is drawn from `rng`. The box takes
/// kSmallestShare..kLargestShare of the picture.
Composition compose_one(const Cutout& cutout, const Image& landscape, int width, int height, Rng& rng);

/// Writes a whole data set in contest layout with train/, validation/, test/ and index.csv into the new folder `folder`. No
/// cut-out and no landscape is in two parts. Same sources, options and seed, same bytes, whatever the threads. Needs at least 3
/// cut-outs and 3 landscapes. Throws Error.
void compose_dataset(const Sources& sources, const ComposeOptions& options, const std::filesystem::path& folder,
                     const Progress& progress = {}, int threads = 0);

}  // namespace duet::data
