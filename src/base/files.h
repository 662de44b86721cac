#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/json.h"

namespace duet::base {

/// The bytes of a file. Throws Error naming the file when it cannot be read.
std::string read_file(const std::filesystem::path& path);
/// Writes beside the target under a temporary name, syncs, renames: a reader sees the old file or the whole new one.
/// Throws Error (disk full, no permission) and leaves nothing behind.
void write_file(const std::filesystem::path& path, std::string_view bytes);
/// Parses a JSON file; a syntax error is an Error naming the file and position.
Json read_json(const std::filesystem::path& path);
void write_json(const std::filesystem::path& path, const Json& value);
/// The project's own read-only files (rtl/, devices/, examples/): $DUET_HOME, else the source tree the program was built from.
std::filesystem::path home();
/// SHA-256 in lower-case hexadecimal.
std::string sha256(std::string_view bytes);

}  // namespace duet::base
