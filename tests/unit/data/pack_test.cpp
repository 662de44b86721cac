#include "data/pack.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/files.h"
#include "support/folder.h"

namespace duet::data {
namespace {

void write_pack(const std::filesystem::path& path) {
  PackWriter writer(path, 3, 2, 5);
  for (int i = 2; i >= 0; --i) {  // any order
    writer.set(i, {0.1f * i, 0.2f, 0.5f, 0.75f}, 7u + i);
    for (int b = 0; b < 30; ++b) writer.pixels(i)[b] = static_cast<uint8_t>(100 * i + b);
  }
  writer.finish();
}

TEST(Pack, RoundTrip) {
  const test::Folder folder;
  write_pack(folder / "a.pack");
  const Pack pack(folder / "a.pack");
  ASSERT_EQ(pack.count(), 3);
  EXPECT_EQ(pack.height(), 2);
  EXPECT_EQ(pack.width(), 5);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(pack.box(i), (PackBox{0.1f * i, 0.2f, 0.5f, 0.75f}));
    EXPECT_EQ(pack.sequence(i), 7u + i);
    for (int b = 0; b < 30; ++b) ASSERT_EQ(pack.pixels(i)[b], static_cast<uint8_t>(100 * i + b));
  }
}

// The layout is shared with programs on other machines: these bytes are the format.
TEST(Pack, BytesAreThoseOfTheDocumentedLayout) {
  const test::Folder folder;
  write_pack(folder / "a.pack");
  const std::string bytes = base::read_file(folder / "a.pack");
  ASSERT_EQ(bytes.size(), 28u + 3 * 20 + 3 * 30);
  EXPECT_EQ(bytes.substr(0, 28), std::string("DUETPACK\1\0\0\0\3\0\0\0\3\0\0\0\2\0\0\0\5\0\0\0", 28));
  EXPECT_EQ(bytes.substr(28 + 12, 4), std::string("\0\0\x40\x3f", 4));  // 0.75
  EXPECT_EQ(bytes.substr(28 + 20 + 16, 4), std::string("\x8\0\0\0", 4));
  EXPECT_EQ(static_cast<uint8_t>(bytes[28 + 60 + 30 + 4]), 104);
}

TEST(Pack, UnfinishedLeavesNothing) {
  const test::Folder folder;
  { PackWriter writer(folder / "a.pack", 3, 2, 5); }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Pack, BrokenFilesAreErrorsThatNameTheFile) {
  const test::Folder folder;
  write_pack(folder / "a.pack");
  const std::string good = base::read_file(folder / "a.pack");
  auto refused = [&](const std::string& bytes) {
    std::ofstream(folder / "b.pack", std::ios::binary) << bytes;
    try {
      Pack pack(folder / "b.pack");
    } catch (const Error& e) {
      EXPECT_EQ(e.where, (folder / "b.pack").string());
      EXPECT_NE(e.hint, "");
      return true;
    }
    return false;
  };
  EXPECT_FALSE(refused(good));
  for (size_t size : {size_t{0}, size_t{5}, size_t{27}, size_t{28}, good.size() - 1})
    EXPECT_TRUE(refused(good.substr(0, size))) << size;
  EXPECT_TRUE(refused(good + "x"));
  for (size_t at : {0, 8, 12, 16, 20, 24, 27}) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] + 1);
    EXPECT_TRUE(refused(bad)) << "byte " << at;
  }
  EXPECT_THROW(Pack(folder / "absent.pack"), Error);
  EXPECT_THROW(Pack{folder.path()}, Error);
  EXPECT_THROW(PackWriter("/proc/no/such", 1, 1, 1), Error);
  EXPECT_THROW(PackWriter(folder.path(), 1, 1, 1), Error) << "a folder is not replaced";
  EXPECT_THROW(PackWriter("/dev/null", 1, 1, 1), Error) << "nor is a device";
}

}  // namespace
}  // namespace duet::data
