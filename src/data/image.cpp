#include "data/image.h"

#include <png.h>

#include <cstring>

#include "base/error.h"
#include "base/files.h"
#include "data/jpeg.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

bool is_jpeg(std::string_view bytes) { return bytes.substr(0, 3) == "\xff\xd8\xff"; }
bool is_png(std::string_view bytes) { return bytes.substr(0, 8) == "\x89PNG\r\n\x1a\n"; }

[[noreturn]] void refuse(std::string_view bytes, const std::string& where) {
  throw Error(bytes.empty() ? "an empty file where a picture should be" : "neither a JPEG nor a PNG picture", where,
              "replace it, or leave it and its label out");
}

// libpng's simplified interface: one object, errors as return values.
struct PngReader {
  png_image image{};
  std::string where;
  PngReader(std::string_view bytes, const std::string& where_) : where(where_) {
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&image, bytes.data(), bytes.size())) fail();
  }
  ~PngReader() { png_image_free(&image); }
  [[noreturn]] void fail() const {
    throw Error(std::string("broken PNG (") + image.message + ")", where, "replace it, or leave it and its label out");
  }
  std::vector<uint8_t> pixels(uint32_t format) {
    image.format = format;
    std::vector<uint8_t> out(PNG_IMAGE_SIZE(image));
    const png_color black{0, 0, 0};
    if (!png_image_finish_read(&image, &black, out.data(), 0, nullptr)) fail();
    return out;
  }
};

std::string png_bytes(int width, int height, uint32_t format, const uint8_t* pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<uint32_t>(width), image.height = static_cast<uint32_t>(height), image.format = format;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  const int written = png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels, 0, nullptr);
  DUET_CHECK(written, image.message);
  bytes.resize(size);
  return bytes;
}

}  // namespace

Image decode_image(std::string_view bytes, const std::string& where) {
  if (is_jpeg(bytes)) return decode_jpeg(bytes, where);
  if (!is_png(bytes)) refuse(bytes, where);
  PngReader reader(bytes, where);
  Image image;
  image.width = static_cast<int>(reader.image.width), image.height = static_cast<int>(reader.image.height);
  image.rgb = reader.pixels(PNG_FORMAT_RGB);
  return image;
}

Size image_size(std::string_view bytes, const std::string& where) {
  if (is_jpeg(bytes)) return jpeg_size(bytes, where);
  if (!is_png(bytes)) refuse(bytes, where);
  const PngReader reader(bytes, where);
  return {static_cast<int>(reader.image.width), static_cast<int>(reader.image.height)};
}

Image read_image(const fs::path& path) { return decode_image(base::read_file(path), path.string()); }

AlphaImage read_alpha_png(const fs::path& path) {
  const std::string bytes = base::read_file(path);
  PngReader reader(bytes, path.string());
  AlphaImage image;
  image.width = static_cast<int>(reader.image.width), image.height = static_cast<int>(reader.image.height);
  image.rgba = reader.pixels(PNG_FORMAT_RGBA);
  return image;
}

std::string encode_png(const Image& image) { return png_bytes(image.width, image.height, PNG_FORMAT_RGB, image.rgb.data()); }
std::string encode_png(const AlphaImage& image) {
  return png_bytes(image.width, image.height, PNG_FORMAT_RGBA, image.rgba.data());
}

void write_image(const fs::path& path, const Image& image, int jpeg_quality) {
  const std::string ending = path.extension();
  if (ending == ".png") return base::write_file(path, encode_png(image));
  if (ending == ".jpg" || ending == ".jpeg") return base::write_file(path, encode_jpeg(image, jpeg_quality));
  throw Error("cannot tell the picture format from \"" + ending + "\"", path.string(), "end the name in .png or .jpg");
}

}  // namespace duet::data
