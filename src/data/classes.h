#pragma once
// Pictures of classes, for studies: a folder with train/<class>/ and test/<class>/ of JPEG or PNG files, or one with the four idx
// files of MNIST's layout, compressed or not. (Boxes are dataset.h's.)

#include <filesystem>
#include <string>
#include <vector>

#include "base/progress.h"

namespace duet::data {

struct ClassPacks {
  std::vector<std::string> names;  ///< of the classes; a class is its place here
  int train = 0, validation = 0, test = 0;
};

/// Writes train.pack, validation.pack and test.pack into `folder`: pictures of height x width (grey ones with three equal
/// channels), whose sequence is their class. One in ten of the training pictures, drawn by `seed`, is for validation. `most` > 0:
/// no more pictures than this in any part. Throws Error naming the file that is missing or broken.
ClassPacks pack_classes(const std::filesystem::path& root, int height, int width, int most, uint64_t seed,
                        const std::filesystem::path& folder, const Progress& progress);

/// A hash of what pack_classes would read: names and sizes of all files.
std::string class_data_hash(const std::filesystem::path& root);

/// Where Debian's dataset-fashion-mnist lies, or "" where it is not installed.
std::filesystem::path fashion_mnist();

}  // namespace duet::data
