#include "evaluate/store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "base/error.h"
#include "base/files.h"

namespace duet::evaluate {
namespace fs = std::filesystem;

namespace {

constexpr std::array<const char*, 5> kNames{"done", "failed", "crashed", "timed out", "disk full"};

Json to_json(const Outcome& outcome) {
  return {{"status", to_string(outcome.status)},
          {"result", outcome.result},
          {"message", outcome.message},
          {"seconds", outcome.seconds}};
}

Outcome read_outcome(const fs::path& folder, const char* file) {
  const Json json = base::read_json(folder / file);
  Outcome outcome;
  for (size_t i = 0; i < kNames.size(); ++i)
    if (json.at("status") == kNames[i]) outcome.status = static_cast<Status>(i);
  outcome.result = json.at("result");
  outcome.message = json.at("message");
  outcome.seconds = json.at("seconds");
  outcome.folder = folder;
  outcome.stored = true;
  return outcome;
}

void move_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) throw Error("cannot rename: " + error.message(), from.string(), "check the store's disk and permissions");
}

// A rename is on disk once its folder is.
void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw Error("cannot make the folder: " + error.message(), folder.string(), "choose another with --store, or free some space");
}

bool same_inode(int descriptor, const fs::path& path) {
  struct stat a {
  }, b{};
  return ::fstat(descriptor, &a) == 0 && ::stat(path.c_str(), &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

}  // namespace

std::string to_string(Status status) { return kNames[static_cast<size_t>(status)]; }

Store::Store(fs::path root) : root_(fs::absolute(std::move(root))) { make_folder(root_); }

std::optional<Outcome> Store::find(const std::string& key) const {
  if (!fs::exists(folder(key) / "result.json")) return std::nullopt;
  return read_outcome(folder(key), "result.json");
}

std::optional<Outcome> Store::find_interrupted(const std::string& key) const {
  if (!fs::exists(part(key) / "interrupted.json")) return std::nullopt;
  return read_outcome(part(key), "interrupted.json");
}

Outcome Store::finish(const std::string& key, const Outcome& outcome) const {
  base::write_json(part(key) / "result.json", to_json(outcome));
  fs::remove(part(key) / "interrupted.json");
  move_folder(part(key), folder(key));
  sync_folder(root_);
  return read_outcome(folder(key), "result.json");
}

Outcome Store::interrupt(const std::string& key, const Outcome& outcome) const {
  Outcome kept = outcome;
  kept.folder = part(key);
  make_folder(kept.folder);
  try {
    base::write_json(kept.folder / "interrupted.json", to_json(outcome));
  } catch (const Error&) {
    // On a full disk the record cannot be written either; the caller has it.
  }
  return kept;
}

void Store::reopen(const std::string& key) const {
  fs::remove(folder(key) / "result.json");
  if (fs::exists(part(key)))
    fs::remove_all(folder(key));
  else
    move_folder(folder(key), part(key));
}

fs::path default_store() {
  if (const char* set = std::getenv("DUET_STORE"); set && *set) return set;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache) return fs::path(cache) / "duet" / "store";
  const char* home = std::getenv("HOME");
  if (!home || !*home) throw Error("is not set", "HOME", "say where results are kept with --store DIR");
  return fs::path(home) / ".cache" / "duet" / "store";
}

std::optional<FolderLock> FolderLock::take(const Store& store, const std::string& key) {
  for (;;) {
    if (store.find(key)) return std::nullopt;
    make_folder(store.part(key));
    // Without O_CLOEXEC on purpose: see the header.
    const int descriptor = ::open(store.part(key).c_str(), O_RDONLY | O_DIRECTORY);
    if (descriptor < 0) continue;  // renamed between the two lines
    FolderLock lock(descriptor);
    while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      ::usleep(100'000);
      if (!same_inode(descriptor, store.part(key))) break;
    }
    if (same_inode(descriptor, store.part(key))) return lock;
  }
}

FolderLock::FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace duet::evaluate
