#pragma once
#include <cstdlib>
#include <filesystem>

namespace duet::test {

/// Where real photos for tests lie: $DUET_SHARED, else ../shared beside the project. Tests skip where it is absent.
inline std::filesystem::path shared(const char* what) {
  const char* set = std::getenv("DUET_SHARED");
  return (set ? std::filesystem::path(set) : std::filesystem::path(DUET_SOURCE_DIR) / ".." / "shared") / what;
}

}  // namespace duet::test

#define DUET_SKIP_WITHOUT(path) \
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "needs " << (path) << ", which is absent"
