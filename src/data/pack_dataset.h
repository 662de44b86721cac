#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/progress.h"
#include "data/dataset.h"

namespace duet::data {

/// What is recorded in `<pack>.json` beside a pack.
struct PackNote {
  std::string hash;  ///< of the data set, Dataset::hash
  std::string part;  ///< "train", "validation" or "test"
};

/// Decodes every picture, brings it to height x width (data/resize.h) and writes a pack in the order of `items` at `path`, with
/// `<path>.json` beside it (written first, so that a pack that exists is complete). `threads` 0: one per core. Same items, same
/// bytes, whatever the threads. Throws Error naming the picture that cannot be decoded, or the disk's failure; then no pack
/// stands at `path`.
void pack_dataset(const std::vector<Item>& items, int height, int width, const std::filesystem::path& path, const PackNote& note,
                  const Progress& progress = {}, int threads = 0);

}  // namespace duet::data
