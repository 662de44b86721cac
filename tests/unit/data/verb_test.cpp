// The verb `duet data` as a user calls it.
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "base/process.h"
#include "data/image.h"
#include "data/pack.h"
#include "support/folder.h"
#include "support/shapes.h"

namespace duet::data {
namespace {

namespace fs = std::filesystem;

struct Verb : ::testing::Test {
  test::Folder folder;
  std::string set = (folder / "set").string();
  Verb() { test::write_shapes(set, 16, 4); }
  base::ProcessResult duet(std::vector<std::string> words) const {
    words.insert(words.begin(), {DUET_PROGRAM, "data"});
    base::ProcessOptions options;
    options.environment["XDG_CACHE_HOME"] = (folder / "cache").string();
    return base::run_process(words, options);
  }
};

TEST_F(Verb, InfoAsJson) {
  const auto result = duet({"info", set, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const Json info = Json::parse(result.output);
  EXPECT_EQ(info["format"], "contest");
  EXPECT_EQ(info["train"]["pictures"].get<int>() + info["validation"]["pictures"].get<int>(), 16);
  EXPECT_EQ(info["test"]["pictures"], 4);
  EXPECT_EQ(info["hash"].get<std::string>().size(), 64u);
}

TEST_F(Verb, ShowAndPackWriteWhatTheyName) {
  const fs::path sheet = folder / "sheet.png", pack = folder / "test.pack";
  auto result = duet({"show", set, "--out", sheet, "--part", "test"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_GT(read_image(sheet).width, 300);
  result = duet({"pack", set, "--out", pack, "--part", "test", "--height", "45", "--width", "80"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(Pack(pack).count(), 4);
}

TEST_F(Verb, ClassAndSeveralChoose) {
  const fs::path label = fs::path(set) / "test/shape0/000000.xml";
  std::string text = base::read_file(label);
  const size_t begin = text.find("<object>"), end = text.find("</object>") + 9;
  base::write_file(label, text.insert(end, text.substr(begin, end - begin)));
  auto result = duet({"info", set});
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_NE(result.output.find("000000.xml: names 2 objects"), std::string::npos) << result.output;
  result = duet({"info", set, "--several", "largest"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  int all[2];
  for (int i = 0; const char* name : {"ellipse", "rectangle"}) {
    const size_t at = result.output.find(name + std::string(" "), result.output.find("classes: "));
    ASSERT_NE(at, std::string::npos) << result.output;
    all[i++] = std::stoi(result.output.substr(at + std::string(name).size()));
  }
  EXPECT_EQ(all[0] + all[1], 20);
  result = duet({"info", set, "--several", "largest", "--class", "ellipse", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find(std::to_string(all[1]) + " pictures without an object of class ellipse"), std::string::npos)
      << result.output;
  EXPECT_EQ(result.output.find("rectangle"), std::string::npos) << result.output;
}

TEST_F(Verb, BadInputIsOneLineAndExitCodeTwo) {
  const std::vector<std::vector<std::string>> bad = {{},
                                                     {"inof", set},
                                                     {"info"},
                                                     {"info", "/no/such/folder"},
                                                     {"info", set, "--split", "sequenc"},
                                                     {"info", set, "--class", "elipse"},
                                                     {"info", set, "--several", "all"},
                                                     {"info", set, "--column", "split"},
                                                     {"show", set, "--out", (folder / "sheet.gif").string()},
                                                     {"pack", set, "--out", folder.path().string()},
                                                     {"make", "--count", "0"}};
  for (const auto& words : bad) {
    const auto result = duet(words);
    EXPECT_EQ(result.exit_code, 2) << result.output;
    EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << result.output;
    EXPECT_EQ(result.output.substr(0, 6), "duet: ") << result.output;
  }
  EXPECT_NE(duet({"inof", set}).output.find("did you mean `duet data info`"), std::string::npos);
}

}  // namespace
}  // namespace duet::data
