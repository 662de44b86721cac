#include "data/pack.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "packs are little-endian and read in place");

constexpr char kMagic[8] = {'D', 'U', 'E', 'T', 'P', 'A', 'C', 'K'};
constexpr uint32_t kVersion = 1;
constexpr uint32_t kMaxSide = 1 << 14;
const char* const kRemake = "delete it and make it again with `duet data pack`";

struct Header {
  char magic[8];
  uint32_t version, count, channels, height, width;
};
static_assert(sizeof(Header) == 28);

struct Record {
  float box[4];
  uint32_t sequence;
};
static_assert(sizeof(Record) == 20);

size_t total_bytes(size_t count, size_t height, size_t width) {
  return sizeof(Header) + count * (sizeof(Record) + 3 * height * width);
}

size_t pixel_offset(int count, int i, size_t picture_bytes) {
  return sizeof(Header) + sizeof(Record) * static_cast<size_t>(count) + picture_bytes * static_cast<size_t>(i);
}

size_t record_offset(int i) { return sizeof(Header) + sizeof(Record) * static_cast<size_t>(i); }

[[noreturn]] void fail(const std::string& doing, const fs::path& path, int error) {
  throw Error(
      doing + ": " + std::strerror(error), path.string(),
      error == ENOSPC ? "free some space on that disk and run the same command again" : "check the path and its permissions");
}

struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

Header checked_header(const fs::path& path, const uint8_t* bytes, size_t size) {
  Header header{};
  if (size < sizeof header) throw Error("too short to be a pack", path.string(), kRemake);
  std::memcpy(&header, bytes, sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0)
    throw Error("not a pack file", path.string(), "packs are made with `duet data pack`");
  if (header.version != kVersion)
    throw Error("a pack of version " + std::to_string(header.version) + ", this program reads version 1", path.string(), kRemake);
  const bool sane =
      header.channels == 3 && header.height - 1 < kMaxSide && header.width - 1 < kMaxSide && header.count < (1u << 31);
  if (!sane) throw Error("broken header", path.string(), kRemake);
  const size_t expected = total_bytes(header.count, header.height, header.width);
  if (size != expected)
    throw Error("has " + std::to_string(size) + " bytes where its header says " + std::to_string(expected), path.string(),
                kRemake);
  return header;
}

}  // namespace

Pack::Pack(const fs::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.value < 0) fail("cannot open the pack", path, errno);
  struct stat status {};
  if (::fstat(file.value, &status) != 0) fail("cannot read the pack", path, errno);
  bytes_ = static_cast<size_t>(status.st_size);
  if (bytes_ == 0 || !S_ISREG(status.st_mode)) throw Error("not a pack file", path.string(), kRemake);
  void* map = ::mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, file.value, 0);
  if (map == MAP_FAILED) fail("cannot map the pack", path, errno);
  map_ = static_cast<const uint8_t*>(map);
  try {
    const Header header = checked_header(path, map_, bytes_);
    count_ = static_cast<int>(header.count), height_ = static_cast<int>(header.height), width_ = static_cast<int>(header.width);
  } catch (...) {
    ::munmap(map, bytes_);
    throw;
  }
}

Pack::Pack(Pack&& other) noexcept
    : map_(std::exchange(other.map_, nullptr)),
      bytes_(other.bytes_),
      count_(other.count_),
      height_(other.height_),
      width_(other.width_) {}

Pack::~Pack() {
  if (map_) ::munmap(const_cast<uint8_t*>(map_), bytes_);
}

PackBox Pack::box(int i) const {
  DUET_CHECK(i >= 0 && i < count_);
  PackBox box;
  std::memcpy(box.data(), map_ + record_offset(i), sizeof box);
  return box;
}

uint32_t Pack::sequence(int i) const {
  DUET_CHECK(i >= 0 && i < count_);
  uint32_t sequence;
  std::memcpy(&sequence, map_ + record_offset(i) + offsetof(Record, sequence), sizeof sequence);
  return sequence;
}

const uint8_t* Pack::pixels(int i) const {
  DUET_CHECK(i >= 0 && i < count_);
  return map_ + pixel_offset(count_, i, picture_bytes());
}

PackWriter::PackWriter(const fs::path& path, int count, int height, int width)
    : path_(path),
      temporary_(path.string() + ".tmp." + std::to_string(::getpid())),
      count_(count),
      height_(height),
      width_(width) {
  DUET_CHECK(count >= 0 && height > 0 && width > 0 && height <= static_cast<int>(kMaxSide) &&
             width <= static_cast<int>(kMaxSide));
  bytes_ = total_bytes(static_cast<size_t>(count), static_cast<size_t>(height), static_cast<size_t>(width));
  std::error_code ignored;
  if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored))  // renaming would replace a device, too
    throw Error("stands where the pack should go, but is no plain file", path.string(), "name a file");
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), ignored);
  descriptor_ = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail("cannot write the pack", path_, errno);
  // posix_fallocate, not ftruncate: a sparse file on a full disk would kill the process with SIGBUS when it is written.
  if (const int error = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(bytes_)); error != 0) {
    abandon();
    fail("cannot reserve " + std::to_string(bytes_ >> 20) + " MB for the pack", path_, error);
  }
  void* map = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (map == MAP_FAILED) {
    const int error = errno;
    abandon();
    fail("cannot map the pack", path_, error);
  }
  map_ = static_cast<uint8_t*>(map);
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion, header.channels = 3;
  header.count = static_cast<uint32_t>(count), header.height = static_cast<uint32_t>(height),
  header.width = static_cast<uint32_t>(width);
  std::memcpy(map_, &header, sizeof header);
}

void PackWriter::abandon() {
  if (map_) ::munmap(map_, bytes_);
  map_ = nullptr;
  if (descriptor_ >= 0) {
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
  }
  descriptor_ = -1;
}

PackWriter::~PackWriter() { abandon(); }

void PackWriter::set(int i, const PackBox& box, uint32_t sequence) {
  DUET_CHECK(map_ && i >= 0 && i < count_);
  const Record record{{box[0], box[1], box[2], box[3]}, sequence};
  std::memcpy(map_ + record_offset(i), &record, sizeof record);
}

uint8_t* PackWriter::pixels(int i) {
  DUET_CHECK(map_ && i >= 0 && i < count_);
  return map_ + pixel_offset(count_, i, size_t{3} * static_cast<size_t>(height_) * static_cast<size_t>(width_));
}

void PackWriter::finish() {
  DUET_CHECK(map_);
  if (::msync(map_, bytes_, MS_SYNC) != 0) fail("cannot write the pack", path_, errno);
  if (::fsync(descriptor_) != 0) fail("cannot write the pack", path_, errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot write the pack", path_, errno);
  ::munmap(map_, bytes_);
  ::close(descriptor_);
  map_ = nullptr, descriptor_ = -1;
}

}  // namespace duet::data
