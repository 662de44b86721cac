#include "data/compose.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "data/contest_files.h"
#include "data/dataset.h"
#include "data/default_set.h"
#include "data/draw.h"
#include "data/pack.h"
#include "data/pack_dataset.h"
#include "data/photo.h"
#include "data/resize.h"
#include "data/sheet.h"
#include "support/folder.h"
#include "support/shapes.h"

namespace duet::data {
namespace {

namespace fs = std::filesystem;

// A disc of one colour with an empty border.
AlphaImage disc(int width, int height, uint8_t red) {
  AlphaImage image{width, height, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const double dx = (x + 0.5) / width - 0.5, dy = (y + 0.5) / height - 0.5;
      const uint8_t alpha = dx * dx + dy * dy < 0.16 ? 255 : 0;
      image.rgba.insert(image.rgba.end(), {red, static_cast<uint8_t>(255 - red), 30, alpha});
    }
  return image;
}

Image flat(int width, int height, uint8_t value) {
  Image image(width, height);
  std::fill(image.rgb.begin(), image.rgb.end(), value);
  return image;
}

// Eight cut-outs and six landscapes drawn from nothing.
Sources draw_sources(const fs::path& folder) {
  Sources sources;
  fs::create_directories(folder);
  for (int i = 0; i < 8; ++i) {
    const fs::path path = folder / ("disc" + std::to_string(i) + ".png");
    write_plain(path, encode_png(disc(40 + 10 * i, 60, static_cast<uint8_t>(30 * i))));
    sources.cutouts.push_back({path, "disc" + std::to_string(i), i % 2 ? "odd" : "even"});
  }
  Rng rng(3);
  for (int i = 0; i < 6; ++i) {
    const fs::path path = folder / ("land" + std::to_string(i) + ".jpg");
    write_image(path, test::draw_shape(300, 200, rng).picture);
    sources.landscapes.push_back({path, "land" + std::to_string(i), ""});
  }
  return sources;
}

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) all[entry.path().lexically_relative(folder)] = base::read_file(entry.path());
  return all;
}

TEST(Cutout, DrawnAtItsExtent) {
  const Cutout cutout = make_cutout(disc(100, 100, 200), "disc", "disc", "memory");
  EXPECT_EQ(cutout.levels[0].width, 80);
  for (const double scale : {0.1, 0.37, 1.0, 1.5}) {
    const Pose pose{-scale, scale, 0.3};
    const auto [w, h] = extent(cutout, pose);
    EXPECT_NEAR(w, 80 * scale, 2 * scale);
    EXPECT_NEAR(h, 80 * scale, 2 * scale);
    const Layer layer = draw_cutout(cutout, pose, 140, 140, 70, 70);
    double alpha = 0, red = 0;
    for (size_t i = 0; i < layer.rgba.size(); i += 4) alpha += layer.rgba[i + 3], red += layer.rgba[i];
    EXPECT_NEAR(alpha, 3.14159 * 40 * 40 * scale * scale, 0.03 * alpha + 2) << "area is kept";
    EXPECT_NEAR(255 * red / alpha, 200, 1) << "colour is kept";
  }
  EXPECT_THROW(make_cutout({2, 1, {9, 9, 9, 0, 9, 9, 9, 0}}, "x", "x", "memory"), Error);
}

// Stripes of one pixel drawn four times smaller must give their mean, not a pattern.
TEST(Cutout, DrawnSmallWithoutAliasing) {
  AlphaImage stripes{256, 256, {}};
  for (int i = 0; i < 256 * 256; ++i) {
    const auto value = static_cast<uint8_t>(i % 2 ? 255 : 0);
    stripes.rgba.insert(stripes.rgba.end(), {value, value, value, 255});
  }
  const Cutout cutout = make_cutout(stripes, "stripes", "", "memory");
  for (const double scale : {0.25, 0.22, 0.13}) {
    const Layer layer = draw_cutout(cutout, {scale, scale, 0.1}, 100, 100, 50, 50);
    for (int y = 45; y < 55; ++y)
      for (int x = 45; x < 55; ++x) ASSERT_NEAR(layer.at(x, y)[0], 0.5, 0.08) << scale;
  }
}

// On a plain ground whatever differs is the object, so its box can be measured.
TEST(Compose, BoxIsExact) {
  const Cutout cutout = make_cutout(disc(120, 80, 255), "disc", "disc", "memory");
  const Image ground = flat(640, 360, 128);
  for (uint64_t seed = 0; seed < 40; ++seed) {
    Rng rng(seed);
    const Composition made = compose_one(cutout, ground, 640, 360, rng);
    const double share = double(made.x1 - made.x0) * (made.y1 - made.y0) / (640 * 360);
    EXPECT_GE(share, kSmallestShare);
    EXPECT_LE(share, kLargestShare);
    const uint8_t* corner = made.picture.at(0, 0);
    int x0 = 640, x1 = 0, y0 = 360, y1 = 0;
    for (int y = 0; y < 360; ++y)
      for (int x = 0; x < 640; ++x) {
        const uint8_t* p = made.picture.at(x, y);
        if (std::abs(p[0] - corner[0]) + std::abs(p[1] - corner[1]) + std::abs(p[2] - corner[2]) > 90)  // above the noise
          x0 = std::min(x0, x), x1 = std::max(x1, x + 1), y0 = std::min(y0, y), y1 = std::max(y1, y + 1);
      }
    EXPECT_NEAR(x0, made.x0, 2) << seed;
    EXPECT_NEAR(x1, made.x1, 2) << seed;
    EXPECT_NEAR(y0, made.y0, 2) << seed;
    EXPECT_NEAR(y1, made.y1, 2) << seed;
  }
}

TEST(Compose, SameSeedSameBytesWhateverTheThreads) {
  const test::Folder folder;
  const Sources sources = draw_sources(folder / "sources");
  ComposeOptions options;
  options.count = 20, options.width = 160, options.height = 90;
  compose_dataset(sources, options, folder / "a", {}, 1);
  compose_dataset(sources, options, folder / "b", {}, 4);
  EXPECT_EQ(contents(folder / "a"), contents(folder / "b"));
  options.seed = 2;
  compose_dataset(sources, options, folder / "c");
  EXPECT_NE(contents(folder / "a"), contents(folder / "c"));
}

TEST(Compose, PartsShareNoCutoutAndNoLandscape) {
  const test::Folder folder;
  const Sources sources = draw_sources(folder / "sources");
  ComposeOptions options;
  options.count = 60, options.width = 160, options.height = 90;
  compose_dataset(sources, options, folder / "set");
  const Dataset d = read_dataset(folder / "set");
  EXPECT_EQ(d.train.size(), 60u);
  EXPECT_EQ(d.validation.size(), 6u);
  EXPECT_EQ(d.test.size(), 9u);
  std::map<std::string, std::set<std::string>> parts_of;
  std::set<std::array<double, 3>> boxes;
  for (const auto& [part, items] :
       {std::pair{"train", &d.train}, std::pair{"validation", &d.validation}, std::pair{"test", &d.test}})
    for (const Item& item : *items) {
      boxes.insert({item.box.x0, item.box.y0, item.box.x1});
      const size_t one = item.sequence.find('_'), two = item.sequence.find('_', one + 1);
      parts_of[item.sequence.substr(0, one)].insert(part);
      parts_of[item.sequence.substr(one + 1, two - one - 1)].insert(part);
      EXPECT_EQ(item.label, (item.sequence[4] - '0') % 2 ? "odd" : "even");
    }
  for (const auto& [name, parts] : parts_of) EXPECT_EQ(parts.size(), 1u) << name;
  EXPECT_EQ(parts_of.size(), 14u) << "every cut-out and landscape has its place";
  EXPECT_GE(boxes.size(), 70u) << "each picture is drawn on its own";
  EXPECT_THROW(compose_dataset({{sources.cutouts[0]}, sources.landscapes}, options, folder / "few"), Error);
}

struct DefaultSet : ::testing::Test {
  test::Folder folder;
  DefaultPlaces places{folder / "share/tuxpaint/stamps", folder / "share/backgrounds"};
  ComposeOptions options;
  DefaultSet() { options.count = 10, options.width = 96, options.height = 54; }
  // Drawn stand-ins where the packages would put their files.
  void install() const {
    const Sources real = draw_sources(folder / "sources");
    for (const char* kind : {"animals/x", "animals/cartoon", "vehicles"}) fs::create_directories(places.stamps / kind);
    for (int i = 0; i < 60; ++i)
      fs::copy_file(real.cutouts[static_cast<size_t>(i) % 8].path,
                    places.stamps / (i % 2 ? "vehicles" : "animals/x") / (std::to_string(i) + ".png"));
    fs::copy_file(real.cutouts[0].path, places.stamps / "animals/cartoon/drawn.png");
    fs::copy_file(real.cutouts[0].path, places.stamps / "vehicles/1_mirror.png");
    fs::create_directories(places.backgrounds / "mate/nature");
    for (const char* file :
         {"Bridge_by_Sander_Klootwijk", "aitzgorri_by_Aitzol_Berasategi", "life_by_Aitzol_Berasategi",
          "picosdeeuropa_by_Aitzol_Berasategi", "seeding_by_Clements_Engelhardt", "sunset_by_Aitzol_Berasategi",
          "mate/nature/Blinds", "mate/nature/Dune", "mate/nature/FreshFlower", "mate/nature/Garden", "mate/nature/GreenMeadow",
          "mate/nature/RainDrops", "mate/nature/Storm", "mate/nature/TwoWings", "mate/nature/Wood", "mate/nature/YellowFlower"})
      fs::copy_file(real.landscapes[0].path, places.backgrounds / (std::string(file) + ".jpg"));
  }
  MadeSet make() const { return make_default_set(folder / "set", options, {}, places); }
};

TEST_F(DefaultSet, MissingPackagesAreNamedWithTheCommand) {
  try {
    make();
    FAIL();
  } catch (const Error& e) {
    for (const char* package : {"tuxpaint-stamps-default", "lomiri-wallpapers-16.04", "mate-backgrounds"}) {
      EXPECT_NE(e.problem.find(package), std::string::npos);
      EXPECT_NE(e.hint.find(package), std::string::npos);
    }
    EXPECT_NE(e.hint.find("apt-get install"), std::string::npos);
  }
  EXPECT_FALSE(fs::exists(folder / "set"));
}

TEST_F(DefaultSet, MadeOnceReusedAndRemade) {
  install();
  EXPECT_EQ(default_sources(places).cutouts.size(), 60u) << "no drawings, no mirrored copies";
  const MadeSet first = make();
  EXPECT_FALSE(first.reused);
  EXPECT_EQ(read_dataset(first.folder).train.size(), 10u);
  const auto bytes = contents(first.folder);
  EXPECT_TRUE(make().reused);
  fs::rename(places.stamps, folder / "gone");
  EXPECT_TRUE(make().reused) << "complete and of the same options: the packages are not needed";
  options.seed = 5;
  EXPECT_THROW(make(), Error);
  fs::rename(folder / "gone", places.stamps);
  EXPECT_FALSE(make().reused);
  EXPECT_NE(contents(first.folder), bytes);
  options.seed = 1;
  EXPECT_FALSE(make().reused);
  EXPECT_EQ(contents(first.folder), bytes);
  size_t entries = 0;
  for (const auto& entry : fs::directory_iterator(folder.path())) entries += entry.path().filename().string().starts_with("set");
  EXPECT_EQ(entries, 1u) << "nothing temporary is left";
}

TEST_F(DefaultSet, KeepsOutOfForeignFoldersAndClearsWhatAKilledRunLeft) {
  install();
  fs::create_directories(folder / "set");
  write_plain(folder / "set/holiday.jpg", "precious");
  EXPECT_THROW(make(), Error);
  EXPECT_EQ(base::read_file(folder / "set/holiday.jpg"), "precious");
  fs::remove_all(folder / "set");
  fs::create_directories(folder / "set.part.4194303/train");  // no such process
  make();
  EXPECT_FALSE(fs::exists(folder / "set.part.4194303"));
}

TEST(PackDataset, HoldsTheResizedPictures) {
  const test::Folder folder;
  test::write_shapes(folder / "set", 12, 4);
  const Dataset d = read_dataset(folder / "set");
  pack_dataset(d.train, 40, 64, folder / "train.pack", {d.hash, "train"}, {}, 2);
  const Pack pack(folder / "train.pack");
  ASSERT_EQ(pack.count(), static_cast<int>(d.train.size()));
  for (int i = 0; i < pack.count(); ++i) {
    const Item& item = d.train[static_cast<size_t>(i)];
    const auto expected = resize_planar(read_image(item.path), 40, 64);
    ASSERT_EQ(std::vector<uint8_t>(pack.pixels(i), pack.pixels(i) + pack.picture_bytes()), expected);
    EXPECT_FLOAT_EQ(pack.box(i)[0], static_cast<float>(item.box.x0));
    EXPECT_FLOAT_EQ(pack.box(i)[3], static_cast<float>(item.box.y1));
    if (i > 0) {
      EXPECT_EQ(pack.sequence(i) == pack.sequence(i - 1), item.sequence == d.train[static_cast<size_t>(i) - 1].sequence);
    }
  }
  const Json note = base::read_json(folder / "train.pack.json");
  EXPECT_EQ(note["hash"], d.hash);
  EXPECT_EQ(note["pictures"].size(), d.train.size());
  // A picture that breaks after it was listed ends the packing and leaves no pack.
  const std::string bytes = base::read_file(d.train[3].path);
  write_plain(d.train[3].path, bytes.substr(0, bytes.size() / 2));
  EXPECT_THROW(pack_dataset(d.train, 40, 64, folder / "b.pack", {d.hash, "train"}), Error);
  EXPECT_FALSE(fs::exists(folder / "b.pack"));
}

TEST(Sheet, ShowsEveryPictureWithItsBox) {
  const test::Folder folder;
  test::write_shapes(folder / "set", 12, 4);
  const Dataset d = read_dataset(folder / "set");
  const auto items = spread(d.test, 3);
  ASSERT_EQ(items.size(), 3u);
  const Image sheet = contact_sheet(items, 2, 160);
  EXPECT_GT(sheet.width, 320);
  int yellow = 0;
  for (size_t i = 0; i < sheet.rgb.size(); i += 3)
    yellow += sheet.rgb[i] == kYellow[0] && sheet.rgb[i + 1] == kYellow[1] && sheet.rgb[i + 2] == kYellow[2];
  EXPECT_GT(yellow, 3 * 2 * 2 * 20);
  EXPECT_EQ(spread(d.test, 100).size(), d.test.size());
}

TEST(Photo, BlurKeepsLightAndSpreadsAnEdge) {
  Image image = flat(40, 20, 100);
  blur(image, 1.3);
  for (uint8_t v : image.rgb) ASSERT_EQ(v, 100);
  for (int x = 20; x < 40; ++x)
    for (int y = 0; y < 20; ++y) image.at(x, y)[1] = 200;
  blur(image, 1.0);
  EXPECT_GT(image.at(19, 10)[1], 110);
  EXPECT_EQ(image.at(19, 10)[0], 100);
  EXPECT_EQ(image.at(10, 10)[1], 100);
}

TEST(Photo, NoiseHasItsDeviation) {
  Image image = flat(200, 100, 128);
  Rng rng(1);
  add_noise(image, 5, rng);
  double sum = 0, square = 0;
  for (uint8_t v : image.rgb) sum += v - 128, square += (v - 128) * (v - 128);
  const double n = static_cast<double>(image.rgb.size());
  EXPECT_NEAR(sum / n, 0, 0.15);
  EXPECT_NEAR(std::sqrt(square / n), 5, 0.2);
}

}  // namespace
}  // namespace duet::data
