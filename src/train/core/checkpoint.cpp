#include "train/core/checkpoint.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <type_traits>

namespace duet::train::core {
namespace {

constexpr char kMagic[] = "DUETCKPT3";

// One list of members for reading and writing.
template <class Archive, class Value>
void all_members(Archive& archive, Value& c) {
  archive(c.fingerprint), archive(c.step);
  archive(c.state), archive(c.average), archive(c.first), archive(c.second), archive(c.best);
  archive(c.best_iou), archive(c.iou_start), archive(c.epoch_loss), archive(c.seconds), archive(c.epoch_seconds),
      archive(c.best_epoch);
  archive(c.scales), archive(c.target), archive(c.multiplier), archive(c.curve);
  archive(c.factors), archive(c.factors_average), archive(c.factors_first), archive(c.factors_second), archive(c.factors_best);
}

struct Writer {
  std::string bytes;
  template <class T>
  void operator()(const T& value) {
    if constexpr (std::is_trivially_copyable_v<T>) {
      bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    } else {
      const uint64_t count = value.size();
      (*this)(count);
      bytes.append(reinterpret_cast<const char*>(value.data()), count * sizeof(value[0]));
    }
  }
};

struct Reader {
  const std::string& bytes;
  size_t at;
  void take(void* target, size_t count) {
    if (count > bytes.size() - at) throw std::runtime_error("short");
    std::memcpy(target, bytes.data() + at, count);
    at += count;
  }
  template <class T>
  void operator()(T& value) {
    if constexpr (std::is_trivially_copyable_v<T>) {
      take(&value, sizeof value);
    } else {
      uint64_t count = 0;
      (*this)(count);
      if (count > (bytes.size() - at) / sizeof(value[0])) throw std::runtime_error("short");
      value.resize(count);
      take(value.data(), count * sizeof(value[0]));
    }
  }
};

uint64_t checksum(const char* data, size_t count) {  // FNV-1a
  uint64_t h = 14695981039346656037ull;
  for (size_t i = 0; i < count; ++i) h = (h ^ static_cast<unsigned char>(data[i])) * 1099511628211ull;
  return h;
}

[[noreturn]] void fail(const std::string& path) {
  const std::string reason = std::strerror(errno);
  std::remove((path + ".part").c_str());
  throw std::runtime_error("cannot write " + path + ": " + reason);
}

}  // namespace

void save_checkpoint(const Checkpoint& checkpoint, const std::string& path) {
  Writer writer;
  writer.bytes.append(kMagic, sizeof kMagic);
  all_members(writer, checkpoint);
  writer(checksum(writer.bytes.data(), writer.bytes.size()));
  const std::string part = path + ".part";
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) fail(path);
  for (size_t done = 0; done < writer.bytes.size();) {
    const ssize_t n = ::write(file, writer.bytes.data() + done, writer.bytes.size() - done);
    if (n < 0) {
      ::close(file);
      fail(path);
    }
    done += static_cast<size_t>(n);
  }
  const bool synced = ::fsync(file) == 0;
  if (::close(file) != 0 || !synced || std::rename(part.c_str(), path.c_str()) != 0) fail(path);
}

bool load_checkpoint(Checkpoint& checkpoint, const std::string& fingerprint, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  uint64_t sum = 0;
  if (bytes.size() < sizeof kMagic + sizeof sum || std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0) return false;
  std::memcpy(&sum, bytes.data() + bytes.size() - sizeof sum, sizeof sum);
  if (sum != checksum(bytes.data(), bytes.size() - sizeof sum)) return false;
  Checkpoint loaded;
  try {
    Reader reader{bytes, sizeof kMagic};
    all_members(reader, loaded);
  } catch (const std::exception&) {
    return false;
  }
  if (loaded.fingerprint != fingerprint) return false;
  checkpoint = std::move(loaded);
  return true;
}

}  // namespace duet::train::core
