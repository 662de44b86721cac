#pragma once
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

#include "data/image.h"

namespace duet::data {

/// What reading a picture's whole file once tells.
struct FileFacts {
  std::string sha256;  ///< of the bytes
  Size size;           ///< from the header
};

/// Facts of files under one root, remembered between runs in ~/.cache/duet (or $XDG_CACHE_HOME/duet) and trusted while a file's
/// size and time of change stay as they were. Without a home folder, or where it cannot be written, everything is read again: the
/// results are the same.
class FactsCache {
 public:
  explicit FactsCache(const std::filesystem::path& root);
  /// Throws Error naming the file when it is missing or no picture. Any number of threads.
  FileFacts facts(const std::filesystem::path& file);
  /// Writes what was learnt; failures are ignored (it is a cache).
  void save();

 private:
  struct Known {
    uint64_t bytes = 0;
    int64_t changed = 0;  // nanoseconds
    FileFacts facts;
  };
  std::filesystem::path root_, store_;
  std::map<std::string, Known> known_, fresh_;
  std::mutex mutex_;
};

}  // namespace duet::data
