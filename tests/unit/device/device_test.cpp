#include "device/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"

namespace duet::device {
namespace fs = std::filesystem;
namespace {

using testing::Contains;
using testing::HasSubstr;

std::string pynq() { return base::read_file(fs::path(DUET_SOURCE_DIR) / "devices/pynq-z1.toml"); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// What reading a file with this text complains about.
std::string complaint(const std::string& text) {
  const fs::path file = fs::path(testing::TempDir()) / "board.toml";
  base::write_file(file, text);
  try {
    read_device(file);
  } catch (const Error& e) {
    EXPECT_THAT(e.where, HasSubstr("board.toml"));
    EXPECT_FALSE(e.hint.empty());
    return e.what();
  }
  return "";
}

TEST(Device, PynqHasTheFiguresOfItsDataSheet) {
  const Device d = find_device("pynq-z1");
  EXPECT_EQ(d.resources.lut, 53'200);
  EXPECT_EQ(d.resources.ff, 106'400);
  EXPECT_EQ(d.resources.dsp, 220);
  EXPECT_EQ(d.resources.bram36, 140);
  EXPECT_EQ(d.clock_mhz, 150);
  EXPECT_EQ(d.memory_bytes_per_second, 2.1e9);
  EXPECT_EQ(d.family, Family::xc7);
}

TEST(Device, EveryShippedFileReads) {
  EXPECT_THAT(device_names(), testing::IsSupersetOf({"pynq-z1", "ultra96", "icebreaker", "ulx3s-85f"}));
  for (const auto& name : device_names()) {
    const Device d = find_device(name);
    EXPECT_EQ(d.name, name);
    EXPECT_GT(d.resources.lut, 0) << name;
    EXPECT_THAT(d.synthesis, HasSubstr("synth_")) << name;
    EXPECT_LT(d.static_watts, 50) << name;
  }
}

TEST(Device, UnknownNameIsAnswredWithTheNearest) {
  try {
    find_device("pynq-z2");
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.hint, HasSubstr("pynq-z1"));
  }
}

TEST(Device, FileComplaintsNameKeyAndRemedy) {
  EXPECT_EQ(complaint(pynq()), "");
  EXPECT_THAT(complaint(replaced(pynq(), "clock_mhz", "clok_mhz")), HasSubstr("did you mean 'clock_mhz'?"));
  EXPECT_THAT(complaint(replaced(pynq(), "dsp = 220", "dps = 220")), HasSubstr("did you mean 'dsp'?"));
  EXPECT_THAT(complaint(replaced(pynq(), "dsp = 220", "")), HasSubstr("missing key 'dsp'"));
  EXPECT_THAT(complaint(replaced(pynq(), "dsp = 220", "dsp = \"220\"")), HasSubstr("not a whole number"));
  EXPECT_THAT(complaint(replaced(pynq(), "dsp = 220", "dsp = -1")), HasSubstr("negative"));
  EXPECT_THAT(complaint(replaced(pynq(), "clock_mhz = 150", "clock_mhz = 0")), HasSubstr("greater than 0"));
  EXPECT_THAT(complaint(replaced(pynq(), "\"xc7\"", "\"xc8\"")), HasSubstr("known families: xc7"));
  EXPECT_THAT(complaint(replaced(pynq(), "[power]", "[powr]")), HasSubstr("did you mean 'power'?"));
  EXPECT_THAT(complaint(replaced(pynq(), "[memory]", "[memory")), HasSubstr("board.toml:"));
  EXPECT_THAT(complaint(replaced(pynq(), "title = \"", "title = 3 # ")), HasSubstr("not text"));
}

TEST(Device, BoardsComplaintsNameKeyAndRemedy) {
  const std::string board = base::read_file(base::home() / "devices" / "ulx3s-85f.toml");
  EXPECT_EQ(complaint(board), "");
  EXPECT_THAT(complaint(board + "[memory]\nbytes_per_second = 1e9\n"), HasSubstr("no business"));
  EXPECT_THAT(complaint(replaced(board, "top = \"ulx3s\"", "top = \"ulx4s\"")), HasSubstr("no top module for: ulx4s"));
  EXPECT_THAT(complaint(replaced(board, "memory_bytes = 262_144", "memory_bytes = 262_143")), HasSubstr("power of two"));
  EXPECT_THAT(complaint(replaced(board, "baud = 1_000_000", "baud = 0")), HasSubstr("greater than 0"));
  EXPECT_THAT(complaint(replaced(board, "[board]", "[bord]")), HasSubstr("did you mean 'board'?"));
}

// A board's memory keeps up with its engine at any clock; another one has so many bytes a second.
TEST(Device, MemoryBytesPerCycle) {
  const Device board = find_device("ulx3s-85f"), pynq = find_device("pynq-z1");
  EXPECT_EQ(memory_bytes_per_cycle(board, 80), memory_bytes_per_cycle(board, 120));
  EXPECT_EQ(memory_bytes_per_cycle(board, 80) * 80e6, board.memory_bytes_per_second);
  EXPECT_DOUBLE_EQ(memory_bytes_per_cycle(pynq, 150), 14);
  EXPECT_DOUBLE_EQ(memory_bytes_per_cycle(pynq, 300), 7);
}

TEST(Device, MissingFileIsAnError) { EXPECT_THROW(find_device("/nowhere/x.toml"), Error); }

// 85 % of LUTs and FFs are usable, all DSPs and block memories.
TEST(Device, FitsComparesEveryCount) {
  const Resources device{100, 200, 10, 10.0};
  EXPECT_TRUE(fits({85, 170, 10, 10.0}, device));
  EXPECT_FALSE(fits({86, 0, 0, 0}, device));
  EXPECT_FALSE(fits({0, 171, 0, 0}, device));
  EXPECT_FALSE(fits({0, 0, 11, 0}, device));
  EXPECT_FALSE(fits({0, 0, 0, 10.5}, device));
}

}  // namespace
}  // namespace duet::device
