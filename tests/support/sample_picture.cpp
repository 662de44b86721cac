#include "support/sample_picture.h"

#include <cstdio>
// jpeglib.h needs stdio first.
#include <jpeglib.h>

#include <cmath>
#include <vector>

namespace duet::test {
namespace {

std::string jpeg(const std::vector<uint8_t>& pixels, int width, int height) {
  jpeg_compress_struct encoder{};
  jpeg_error_mgr errors{};
  encoder.err = jpeg_std_error(&errors);
  jpeg_create_compress(&encoder);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&encoder, &bytes, &size);
  encoder.image_width = static_cast<JDIMENSION>(width), encoder.image_height = static_cast<JDIMENSION>(height);
  encoder.input_components = 3, encoder.in_color_space = JCS_RGB;
  jpeg_set_defaults(&encoder);
  jpeg_set_quality(&encoder, 80, TRUE);
  jpeg_start_compress(&encoder, TRUE);
  while (encoder.next_scanline < encoder.image_height) {
    auto* row = const_cast<uint8_t*>(pixels.data()) + size_t{3} * encoder.next_scanline * static_cast<size_t>(width);
    jpeg_write_scanlines(&encoder, &row, 1);
  }
  jpeg_finish_compress(&encoder);
  std::string text(reinterpret_cast<char*>(bytes), size);
  jpeg_destroy_compress(&encoder);
  std::free(bytes);
  return text;
}

}  // namespace

std::string sample_jpeg(int width, int height, const report::PictureBox& box, Rng& rng) {
  const double hill = rng.uniform(0.5, 0.8), wave = rng.uniform(2, 5), phase = rng.uniform(0, 6), warm = rng.uniform(-20, 30);
  std::vector<uint8_t> pixels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const double u = (x + 0.5) / width, v = (y + 0.5) / height, ridge = hill + 0.09 * std::sin(wave * u * 3 + phase);
      double r = 150 + 70 * v + warm, g = 180 + 40 * v, b = 225;
      if (v > ridge) r = 70 + 60 * (v - ridge) + warm, g = 95 + 50 * (v - ridge), b = 62;
      const double cx = (u - (box.x0 + box.x1) / 2) / (box.x1 - box.x0) * 2,
                   cy = (v - (box.y0 + box.y1) / 2) / (box.y1 - box.y0) * 2;
      if (cx * cx + cy * cy < 1) r = 190 - 60 * cx, g = 70 - 30 * cx, b = 50;
      for (double c : {r, g, b}) pixels.push_back(static_cast<uint8_t>(std::min(255.0, std::max(0.0, c + 5 * rng.normal()))));
    }
  return jpeg(pixels, width, height);
}

}  // namespace duet::test
