#include "data/file_facts.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/files.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

constexpr int64_t kSecond = 1'000'000'000;
const char* const kFirstLine = "duet file facts 1";

fs::path cache_folder() {
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg) return fs::path(xdg) / "duet";
  if (const char* home = std::getenv("HOME"); home && *home) return fs::path(home) / ".cache" / "duet";
  return {};
}

}  // namespace

FactsCache::FactsCache(const fs::path& root) : root_(root) {
  std::error_code ignored;
  const fs::path folder = cache_folder();
  if (folder.empty()) return;
  store_ = folder / ("files-" + base::sha256(fs::weakly_canonical(root, ignored).string()).substr(0, 16));
  std::ifstream in(store_);
  std::string line;
  if (!std::getline(in, line) || line != kFirstLine) return;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    Known known;
    words >> known.facts.sha256 >> known.bytes >> known.changed >> known.facts.size.width >> known.facts.size.height;
    std::string name;
    if (words.get() == ' ' && std::getline(words, name) && known.facts.sha256.size() == 64) known_[name] = known;
  }
}

FileFacts FactsCache::facts(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0)
    throw Error(std::string("cannot read the picture: ") + std::strerror(errno), file.string(),
                "put it back, or remove its label; `--skip-bad` leaves such pictures out");
  const auto bytes = static_cast<uint64_t>(status.st_size);
  const int64_t changed = status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec;
  const std::string name = file.lexically_relative(root_);
  if (const auto it = known_.find(name); it != known_.end() && it->second.bytes == bytes && it->second.changed == changed)
    return it->second.facts;
  const std::string content = base::read_file(file);
  const FileFacts facts{base::sha256(content), image_size(content, file.string())};
  // A file changed a moment ago may change again within the clock's grain: not remembered.
  if (changed < (std::time(nullptr) - 2) * kSecond && name.find('\n') == std::string::npos) {
    const std::lock_guard lock(mutex_);
    fresh_[name] = {bytes, changed, facts};
  }
  return facts;
}

void FactsCache::save() {
  if (fresh_.empty() || store_.empty()) return;
  known_.merge(fresh_);
  for (auto& [name, known] : fresh_) known_[name] = known;  // those that merge() left: changed since
  fresh_.clear();
  std::string text = std::string(kFirstLine) + "\n";
  for (const auto& [name, k] : known_)
    text += fmt::format("{} {} {} {} {} {}\n", k.facts.sha256, k.bytes, k.changed, k.facts.size.width, k.facts.size.height, name);
  try {
    base::write_file(store_, text);
  } catch (const Error&) {
  }
}

}  // namespace duet::data
