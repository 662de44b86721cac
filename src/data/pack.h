#pragma once
// A pack is a whole part of a data set in one memory-mapped file: pictures already at the network's size, their boxes and
// sequences. It needs the standard library and base/error alone, so that training also builds on a bare machine.
//
// Layout, little-endian:
//   "DUETPACK", then u32 version (1), count, channels (3), height, width
//   count records: 4 x float32 box (x0, y0, x1, y1 in 0..1 of the picture), u32 sequence
//   count pictures: 3 x height x width bytes, planar red, green, blue
// Beside it, `<pack>.json` holds names, classes and hashes for people and reports (data/pack_dataset.h).

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace duet::data {

using PackBox = std::array<float, 4>;  ///< x0, y0, x1, y1 in 0..1 of the picture's width and height

/// Reads a pack through a memory map: opening costs nothing, pages come as they are touched. Any number of threads may read.
class Pack {
 public:
  /// Throws Error naming the file when it is missing, not a pack, of another version, or shorter or longer than its header says.
  explicit Pack(const std::filesystem::path& path);
  ~Pack();
  Pack(Pack&& other) noexcept;
  Pack(const Pack&) = delete;
  Pack& operator=(const Pack&) = delete;
  Pack& operator=(Pack&&) = delete;

  int count() const { return count_; }
  int channels() const { return 3; }
  int height() const { return height_; }
  int width() const { return width_; }
  /// Box of picture i, 0 <= i < count().
  PackBox box(int i) const;
  /// Sequence (scene) of picture i: equal numbers mean frames of one scene. Of a pack of classes (data/classes.h): its class.
  uint32_t sequence(int i) const;
  /// Picture i: 3 x height x width bytes, planar red, green, blue.
  const uint8_t* pixels(int i) const;
  size_t picture_bytes() const { return size_t{3} * height_ * width_; }

 private:
  const uint8_t* map_ = nullptr;
  size_t bytes_ = 0;
  int count_ = 0, height_ = 0, width_ = 0;
};

/// Writes a pack. Pictures may be set in any order and from several threads (different i). Nothing stands under the final name
/// until finish(); without it the temporary file is removed.
class PackWriter {
 public:
  /// Reserves the whole file at once, so that a full disk is an Error here and not a crash later.
  PackWriter(const std::filesystem::path& path, int count, int height, int width);
  ~PackWriter();
  PackWriter(const PackWriter&) = delete;
  PackWriter& operator=(const PackWriter&) = delete;

  void set(int i, const PackBox& box, uint32_t sequence);
  /// Where picture i goes: 3 x height x width bytes, planar.
  uint8_t* pixels(int i);
  /// Syncs and renames to the final name. Throws Error when the disk fails.
  void finish();

 private:
  void abandon();
  std::filesystem::path path_, temporary_;
  uint8_t* map_ = nullptr;
  size_t bytes_ = 0;
  int descriptor_ = -1;
  int count_ = 0, height_ = 0, width_ = 0;
};

}  // namespace duet::data
