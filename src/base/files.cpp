#include "base/files.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/error.h"

namespace duet::base {
namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const fs::path& path, const std::string& doing, int error) {
  const char* hint = error == ENOSPC   ? "free some space on that disk and run the same command again"
                     : error == EACCES ? "check the permissions of the file and of its folder"
                     : error == ENOENT ? "check the path"
                                       : "";
  throw Error(doing + ": " + std::strerror(error), path.string(), hint);
}

// The descriptor is closed and the temporary file removed on every way out but success.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target)
      : path_(target.string() + ".tmp." + std::to_string(::getpid()) + "." + std::to_string(++count())) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor_ < 0) fail(target, "cannot write", errno);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno != EINTR) fail(path_, "cannot write", errno);
      if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
    }
  }
  void rename_to(const fs::path& target) {
    if (::fsync(descriptor_) != 0) fail(target, "cannot write", errno);
    if (::close(std::exchange(descriptor_, -1)) != 0) fail(target, "cannot write", errno);
    if (::rename(path_.c_str(), target.c_str()) != 0) fail(target, "cannot write", errno);
    path_.clear();
  }

 private:
  // Two threads may write the same file at once.
  static std::atomic<int>& count() {
    static std::atomic<int> made{0};
    return made;
  }
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || fs::is_directory(path)) fail(path, "cannot read", fs::is_directory(path) ? EISDIR : errno ? errno : ENOENT);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (in.bad()) fail(path, "cannot read", errno);
  return std::move(bytes).str();
}

void write_file(const fs::path& path, std::string_view bytes) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) fail(path.parent_path(), "cannot make the folder", error.value());
  TemporaryFile file(path);
  file.write(bytes);
  file.rename_to(path);
}

Json read_json(const fs::path& path) {
  try {
    return Json::parse(read_file(path));
  } catch (const Json::parse_error& e) {
    throw Error(std::string("not valid JSON: ") + e.what(), path.string(), "repair the file or write it again");
  }
}

void write_json(const fs::path& path, const Json& value) { write_file(path, value.dump(2) + "\n"); }

fs::path home() {
  const char* set = std::getenv("DUET_HOME");
  return set && *set ? fs::absolute(set) : fs::path(DUET_SOURCE_DIR);
}

std::string sha256(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  static const char* hex = "0123456789abcdef";
  std::string text;
  for (unsigned char byte : digest) text += {hex[byte >> 4], hex[byte & 15]};
  return text;
}

}  // namespace duet::base
