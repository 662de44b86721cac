#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/rng.h"

namespace duet {
namespace {

TEST(Rng, BelowIsUniform) {
  Rng rng(1);
  int count[7] = {};
  for (int i = 0; i < 70000; ++i) ++count[rng.below(7)];
  for (int n : count) EXPECT_NEAR(n, 10000, 400);
}

TEST(Nearest, FindsAMisspeltWord) {
  EXPECT_EQ(base::nearest("devcie", std::vector<std::string>{"data", "device", "targets"}), "device");
  EXPECT_EQ(base::nearest("zzzzzz", std::vector<std::string>{"data", "device", "targets"}), "");
}

TEST(Files, Sha256MatchesThePublishedVector) {
  EXPECT_EQ(base::sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4
}

TEST(Files, WritingLeavesOnlyTheWholeFile) {
  const auto folder = std::filesystem::temp_directory_path() / "duet_base_test";
  std::filesystem::remove_all(folder);
  base::write_file(folder / "deep" / "file", "one");
  base::write_file(folder / "deep" / "file", "two");
  EXPECT_EQ(base::read_file(folder / "deep" / "file"), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "deep"), {}), 1);
  EXPECT_THROW(base::read_file(folder / "absent"), Error);
  EXPECT_THROW(base::write_file("/dev/full/x", "y"), Error);
}

TEST(Process, ReportsOutputExitCodeAndTimeout) {
  std::vector<std::string> lines;
  base::ProcessOptions options;
  options.on_line = [&](const std::string& line) { lines.push_back(line); };
  const auto result = base::run_process({"sh", "-c", "echo a; echo b >&2; exit 3"}, options);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(lines, (std::vector<std::string>{"a", "b"}));
  options.timeout = std::chrono::seconds(1);
  EXPECT_TRUE(base::run_process({"sh", "-c", "sleep 30 & sleep 30"}, options).timed_out);
  EXPECT_THROW(base::run_process({"no-such-program-here"}), Error);
}

}  // namespace
}  // namespace duet
