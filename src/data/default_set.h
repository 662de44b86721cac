#pragma once
// The data set that duet composes when the user has none: photo cut-outs over landscapes, both from Debian packages.

#include <filesystem>
#include <string>

#include "base/progress.h"
#include "data/compose.h"

namespace duet::data {

/// Where Debian's packages put the pictures; a test may point elsewhere.
struct DefaultPlaces {
  std::filesystem::path stamps = "/usr/share/tuxpaint/stamps";
  std::filesystem::path backgrounds = "/usr/share/backgrounds";
};

/// Those pictures of the packages that suit. Throws Error naming the packages that are missing and the command that installs
/// them.
Sources default_sources(const DefaultPlaces& places = {});

struct MadeSet {
  std::filesystem::path folder;
  std::string recipe;   ///< SHA-256 of everything that decides its bytes
  bool reused = false;  ///< it was there already
};

/// Makes the default data set in `folder`, or reuses it when it is there, complete and made by the same recipe. It is composed
/// beside and renamed when it is complete; an older one of another recipe is replaced, any other non-empty folder is an Error.
/// When the packages are gone a complete one with the same options is still reused. Read it with read_dataset.
MadeSet make_default_set(const std::filesystem::path& folder, const ComposeOptions& options = {}, const Progress& progress = {},
                         const DefaultPlaces& places = {}, int threads = 0);

}  // namespace duet::data
