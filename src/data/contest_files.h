#pragma once
#include <filesystem>
#include <string>

#include "data/image.h"

namespace duet::data {

/// The label file of the contest layout. Box in pixels, x1 and y1 one past the last.
std::string contest_xml(const std::string& file, const Size& picture, int x0, int y0, int x1, int y1, const std::string& label);

/// Writes bytes without syncing: for the many files of a folder that is renamed as a whole when it is complete. Throws Error
/// (disk full).
void write_plain(const std::filesystem::path& path, std::string_view bytes);

}  // namespace duet::data
