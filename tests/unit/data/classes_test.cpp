#include "data/classes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <map>

#include "base/error.h"
#include "base/files.h"
#include "data/image.h"
#include "data/pack.h"
#include "support/folder.h"

namespace duet::data {
namespace {

using testing::HasSubstr;

// Pictures of one grey each, which tells class and number.
int grey_of(int of_class, int number) { return 40 * of_class + number; }

void write_folders(const std::filesystem::path& root, int train, int test) {
  for (int c = 0; c < 3; ++c)
    for (const auto& [part, count] : std::map<std::string, int>{{"train", train}, {"test", test}}) {
      const auto folder = root / part / ("class" + std::to_string(c));
      std::filesystem::create_directories(folder);
      for (int i = 0; i < count; ++i) {
        Image image(8, 8);
        std::fill(image.rgb.begin(), image.rgb.end(), static_cast<uint8_t>(grey_of(c, i)));
        write_image(folder / (std::to_string(i) + ".png"), image);
      }
    }
}

void write_idx(const std::filesystem::path& file, const std::vector<int>& sizes, const std::vector<uint8_t>& bytes,
               bool compressed) {
  std::string text{0, 0, 8, static_cast<char>(sizes.size())};
  for (int size : sizes)
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(size >> shift);
  text.append(bytes.begin(), bytes.end());
  if (!compressed) return base::write_file(file, text);
  gzFile out = gzopen((file.string() + ".gz").c_str(), "wb");
  gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  gzclose(out);
}

void write_idx_set(const std::filesystem::path& root, int train, int test) {
  for (const auto& [part, count] : std::map<std::string, int>{{"train", train}, {"t10k", test}}) {
    std::vector<uint8_t> pixels, labels;
    for (int i = 0; i < count; ++i) {
      labels.push_back(static_cast<uint8_t>(i % 3));
      pixels.insert(pixels.end(), 64, static_cast<uint8_t>(grey_of(i % 3, i / 3)));
    }
    write_idx(root / (part + "-images-idx3-ubyte"), {count, 8, 8}, pixels, true);
    write_idx(root / (part + "-labels-idx1-ubyte"), {count}, labels, part == "train");
  }
}

// Every picture once, in one part, with its class.
void expect_whole(const std::filesystem::path& folder) {
  std::map<int, int> seen;
  for (const char* part : {"train", "validation"}) {
    const Pack pack(folder / (std::string(part) + ".pack"));
    for (int i = 0; i < pack.count(); ++i) {
      const int grey = pack.pixels(i)[0];
      EXPECT_EQ(pack.sequence(i), static_cast<uint32_t>(grey / 40)) << part << " " << i;
      ++seen[grey];
    }
  }
  EXPECT_EQ(seen.size(), 60u);
  for (const auto& [grey, times] : seen) EXPECT_EQ(times, 1) << grey;
}

TEST(Classes, FoldersBecomePacks) {
  test::Folder root, out;
  write_folders(root.path(), 20, 4);
  const ClassPacks packs = pack_classes(root.path(), 8, 8, 0, 1, out.path(), {});
  EXPECT_EQ(packs.names, (std::vector<std::string>{"class0", "class1", "class2"}));
  EXPECT_EQ(packs.train, 54);
  EXPECT_EQ(packs.validation, 6);
  EXPECT_EQ(packs.test, 12);
  expect_whole(out.path());
}

TEST(Classes, IdxFilesBecomePacks) {
  test::Folder root, out;
  write_idx_set(root.path(), 60, 9);
  const ClassPacks packs = pack_classes(root.path(), 8, 8, 0, 1, out.path(), {});
  EXPECT_EQ(packs.names.size(), 3u);
  EXPECT_EQ(packs.test, 9);
  expect_whole(out.path());
}

TEST(Classes, SaysWhichFileIsWrong) {
  test::Folder root, out;
  const auto expect = [&](const std::string& what, const std::string& where) {
    try {
      pack_classes(root.path(), 8, 8, 0, 1, out.path(), {});
      ADD_FAILURE() << what;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(what));
      EXPECT_THAT(error.what(), HasSubstr(where));
    }
  };
  expect("no pictures of classes", root.path().filename());
  write_idx_set(root.path(), 60, 9);
  write_idx(root / "t10k-images-idx3-ubyte", {9, 8, 8}, std::vector<uint8_t>(9 * 64 - 1), false);
  expect("ends too early", "t10k-images");
  write_idx(root / "t10k-images-idx3-ubyte", {8, 8, 8}, std::vector<uint8_t>(8 * 64), false);
  expect("differ in number", "t10k-images");
  test::Folder folders;
  write_folders(folders.path(), 20, 4);
  std::filesystem::remove_all(folders / "test/class1");
  EXPECT_THROW(pack_classes(folders.path(), 8, 8, 0, 1, out.path(), {}), Error);
}

}  // namespace
}  // namespace duet::data
