#include "data/jpeg.h"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
// after <cstdio>: jpeglib.h uses FILE without including it
#include <jerror.h>
#include <jpeglib.h>

#include "base/error.h"

namespace duet::data {
namespace {

// libjpeg reports a fatal error by a call that must not return: setjmp. No object with a destructor may live between setjmp and
// longjmp, so the functions below hold plain data only and their callers own the rest.
struct Trouble {
  jpeg_error_mgr manager;  // first: libjpeg hands out a pointer to it
  std::jmp_buf back;
  bool damaged = false;
  char message[JMSG_LENGTH_MAX] = "";
};

void on_fatal(j_common_ptr info) {
  auto* trouble = reinterpret_cast<Trouble*>(info->err);
  info->err->format_message(info, trouble->message);
  std::longjmp(trouble->back, 1);
}

// Warnings about lost data mean a grey or smeared part of the picture: for us that is a broken picture. Others are harmless.
void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  auto* trouble = reinterpret_cast<Trouble*>(info->err);
  const int code = info->err->msg_code;
  if (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_MUST_RESYNC) {
    if (!trouble->damaged) info->err->format_message(info, trouble->message);
    trouble->damaged = true;
  }
}

void prepare(Trouble& trouble) {
  jpeg_std_error(&trouble.manager);
  trouble.manager.error_exit = on_fatal;
  trouble.manager.emit_message = on_message;
}

bool read_header(std::string_view bytes, Trouble& trouble, jpeg_decompress_struct& info) {
  info = {};
  info.err = &trouble.manager;
  if (setjmp(trouble.back)) return false;
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  return true;
}

bool read_pixels(Trouble& trouble, jpeg_decompress_struct& info, uint8_t* rgb) {
  if (setjmp(trouble.back)) return false;
  info.out_color_space = JCS_RGB;
  info.dct_method = JDCT_ISLOW;  // bit-exact with and without SIMD: pixels are the same on every machine
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = rgb + size_t{3} * info.output_width * info.output_scanline;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  return true;
}

bool write_pixels(Trouble& trouble, jpeg_compress_struct& info, const Image& image, int quality, unsigned char** bytes,
                  unsigned long* size) {
  if (setjmp(trouble.back)) return false;
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, bytes, size);
  info.image_width = static_cast<JDIMENSION>(image.width), info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = 3, info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  info.dct_method = JDCT_ISLOW;
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(image.at(0, static_cast<int>(info.next_scanline)));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

struct Decompressor {
  Trouble trouble;
  jpeg_decompress_struct info{};
  Decompressor(std::string_view bytes, const std::string& where) {
    prepare(trouble);
    if (read_header(bytes, trouble, info)) return;
    jpeg_destroy_decompress(&info);
    fail(where);
  }
  ~Decompressor() { jpeg_destroy_decompress(&info); }
  [[noreturn]] void fail(const std::string& where) const {
    throw Error(std::string("broken JPEG (") + trouble.message + ")", where, "replace it, or leave it and its label out");
  }
};

}  // namespace

Size jpeg_size(std::string_view bytes, const std::string& where) {
  const Decompressor jpeg(bytes, where);
  return {static_cast<int>(jpeg.info.image_width), static_cast<int>(jpeg.info.image_height)};
}

Image decode_jpeg(std::string_view bytes, const std::string& where) {
  Decompressor jpeg(bytes, where);
  Image image(static_cast<int>(jpeg.info.image_width), static_cast<int>(jpeg.info.image_height));
  if (!read_pixels(jpeg.trouble, jpeg.info, image.rgb.data()) || jpeg.trouble.damaged) jpeg.fail(where);
  return image;
}

std::string encode_jpeg(const Image& image, int quality) {
  DUET_CHECK(image.width > 0 && image.height > 0 && image.width <= 65500 && image.height <= 65500);
  Trouble trouble;
  prepare(trouble);
  jpeg_compress_struct info{};
  info.err = &trouble.manager;
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  const bool ok = write_pixels(trouble, info, image, quality, &buffer, &size);
  std::string bytes(reinterpret_cast<const char*>(buffer), ok ? size : 0);
  jpeg_destroy_compress(&info);
  std::free(buffer);
  DUET_CHECK(ok, trouble.message);
  return bytes;
}

}  // namespace duet::data
