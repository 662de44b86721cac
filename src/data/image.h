#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace duet::data {

/// 8-bit picture, red, green, blue of each pixel side by side, rows top down.
struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;  ///< 3 x width x height
  Image() = default;
  Image(int w, int h) : width(w), height(h), rgb(size_t{3} * static_cast<size_t>(w) * static_cast<size_t>(h)) {}
  uint8_t* at(int x, int y) {
    return rgb.data() + 3 * (static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x));
  }
  const uint8_t* at(int x, int y) const { return const_cast<Image*>(this)->at(x, y); }
};

/// 8-bit picture with alpha (not premultiplied).
struct AlphaImage {
  int width = 0, height = 0;
  std::vector<uint8_t> rgba;  ///< 4 x width x height
};

struct Size {
  int width = 0, height = 0;
  bool operator==(const Size&) const = default;
};

/// Decodes a JPEG or PNG, told apart by its first bytes. Grey becomes RGB, alpha is laid over black, EXIF orientation is not
/// applied. Throws Error naming `where` when it is neither, broken or cut short.
Image decode_image(std::string_view bytes, const std::string& where);
Image read_image(const std::filesystem::path& path);
/// Width and height from the header alone. Throws Error as decode_image.
Size image_size(std::string_view bytes, const std::string& where);
/// A PNG with its alpha (255 everywhere when it has none).
AlphaImage read_alpha_png(const std::filesystem::path& path);

/// JPEG bytes, quality 1..100, 4:2:0 colour; the same picture gives the same bytes.
std::string encode_jpeg(const Image& image, int quality);
std::string encode_png(const Image& image);
std::string encode_png(const AlphaImage& image);
/// By the path's ending: .jpg, .jpeg or .png. Throws Error for another ending or a full disk.
void write_image(const std::filesystem::path& path, const Image& image, int jpeg_quality = 92);

}  // namespace duet::data
