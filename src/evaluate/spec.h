#pragma once
#include <filesystem>
#include <string>

#include "base/json.h"

namespace duet::evaluate {

/// The bytes that a specification's key is made of: keys sorted, members named "path" left out. A path says where an
/// input lies on this machine; what it holds is told by the content hash beside it.
std::string canonical(const Json& spec);
/// SHA-256 of canonical(spec): the name of an evaluation's folder in the store.
std::string key(const Json& spec);

/// {"sha256", "path"} of an input file. Throws Error when it cannot be read.
Json file_reference(const std::filesystem::path& path);
/// The path of an input after checking that its bytes are still the ones the specification names. Throws Error naming it
/// otherwise.
std::filesystem::path checked_path(const Json& reference, const std::string& where);

}  // namespace duet::evaluate
