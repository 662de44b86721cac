#pragma once
// For layouts in which one file labels many pictures (COCO's JSON, CSV): where such files and their pictures lie.

#include <filesystem>
#include <string>
#include <vector>

#include "data/reader.h"

namespace duet::data {

struct LabelFile {
  std::filesystem::path path;
  std::string part;                            ///< that its name or its folder says, or ""
  std::vector<std::filesystem::path> folders;  ///< where its pictures may lie, the likeliest first; never empty
};

/// The files with this ending in `root` and in its folders, in the order of their paths.
std::vector<LabelFile> find_label_files(const std::filesystem::path& root, const std::string& ending);

/// The picture that a label file calls `name`, with its sequence (the folder in `name`) and part. The caller adds the objects.
Entry labelled_picture(const LabelFile& file, const std::string& name);

/// What Listing::given_by says where parts come from the names that labelled_picture() looks at; "" when they tell none.
std::string given_by_names(const std::vector<Entry>& entries);

}  // namespace duet::data
