#include "data/image.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "base/error.h"
#include "base/files.h"
#include "data/draw.h"
#include "support/folder.h"

namespace duet::data {
namespace {

Image ramp() {
  Image image(40, 24);
  for (int y = 0; y < 24; ++y)
    for (int x = 0; x < 40; ++x) {
      uint8_t* p = image.at(x, y);
      p[0] = static_cast<uint8_t>(6 * x), p[1] = static_cast<uint8_t>(10 * y), p[2] = static_cast<uint8_t>(255 - 5 * x);
    }
  return image;
}

TEST(Image, PngKeepsEveryByte) {
  const Image image = ramp();
  const Image back = decode_image(encode_png(image), "memory");
  EXPECT_EQ(back.rgb, image.rgb);
  EXPECT_EQ(image_size(encode_png(image), "memory"), (Size{40, 24}));
}

TEST(Image, JpegKeepsThePicture) {
  const Image image = ramp();
  const std::string bytes = encode_jpeg(image, 95);
  EXPECT_EQ(bytes, encode_jpeg(image, 95));
  EXPECT_EQ(image_size(bytes, "memory"), (Size{40, 24}));
  const Image back = decode_image(bytes, "memory");
  ASSERT_EQ(back.rgb.size(), image.rgb.size());
  double difference = 0;
  for (size_t i = 0; i < image.rgb.size(); ++i) difference += std::abs(image.rgb[i] - back.rgb[i]);
  EXPECT_LT(difference / image.rgb.size(), 4);
}

TEST(Image, AlphaSurvivesAndIsLaidOverBlack) {
  const test::Folder folder;
  AlphaImage image;
  image.width = 2, image.height = 1, image.rgba = {200, 100, 50, 255, 200, 100, 50, 0};
  base::write_file(folder / "a.png", encode_png(image));
  EXPECT_EQ(read_alpha_png(folder / "a.png").rgba, image.rgba);
  EXPECT_EQ(read_image(folder / "a.png").rgb, (std::vector<uint8_t>{200, 100, 50, 0, 0, 0}));
}

TEST(Image, BrokenPicturesAreErrorsThatNameTheFile) {
  const std::string jpeg = encode_jpeg(ramp(), 90), png = encode_png(ramp());
  const std::string bad[] = {"",
                             "hello",
                             jpeg.substr(0, 3),
                             jpeg.substr(0, 100),
                             jpeg.substr(0, jpeg.size() / 2),
                             png.substr(0, 20),
                             png.substr(0, png.size() / 2)};
  for (const std::string& bytes : bad) {
    try {
      decode_image(bytes, "some/picture.jpg");
      FAIL() << bytes.size() << " bytes were taken for a picture";
    } catch (const Error& e) {
      EXPECT_EQ(e.where, "some/picture.jpg");
      EXPECT_NE(e.hint, "");
    }
  }
  EXPECT_THROW(read_image("absent.jpg"), Error);
  EXPECT_THROW(write_image("picture.bmp", ramp()), Error);
}

TEST(Draw, BoxFrameSurroundsTheBox) {
  Image image(20, 20);
  draw_box(image, {0.25, 0.25, 0.75, 0.5}, kRed, 1);
  EXPECT_EQ(image.at(4, 4)[0], kRed[0]);    // just outside the upper left corner
  EXPECT_EQ(image.at(15, 10)[0], kRed[0]);  // and of the lower right one
  EXPECT_EQ(image.at(5, 5)[0], 0);
  EXPECT_EQ(image.at(14, 9)[0], 0);
  draw_box(image, {-0.5, -0.5, 1.5, 1.5}, kRed, 3);  // clipped
}

TEST(Draw, TextLeavesInkInsideItsWidth) {
  Image image(200, 20);
  const std::string text = "drone V_DRONE_001 99%";
  draw_text(image, 0, 0, text, kWhite);
  int ink = 0, right = 0;
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 200; ++x)
      if (image.at(x, y)[0]) ++ink, right = std::max(right, x);
  EXPECT_GT(ink, 150);
  EXPECT_LE(right, text_width(text));
  EXPECT_GT(right, text_width(text) * 3 / 4);
  EXPECT_EQ(text_width("\xc3\xa9\n"), text_width("???")) << "what the font lacks";
}

}  // namespace
}  // namespace duet::data
