// The verbs devices and estimate as a user meets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/process.h"
#include "support/folder.h"

namespace duet {
namespace {

using testing::HasSubstr;

base::ProcessResult duet(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), DUET_PROGRAM);
  return base::run_process(arguments);
}

void expect_complaint(const std::vector<std::string>& arguments, const std::string& part) {
  const auto result = duet(arguments);
  EXPECT_EQ(result.exit_code, 2) << part;
  EXPECT_THAT(result.output, HasSubstr(part));
}

TEST(CostVerbs, Devices) {
  EXPECT_THAT(duet({"devices"}).output, HasSubstr("pynq-z1"));
  const Json json = Json::parse(duet({"devices", "pynq-z1", "--json"}).output);
  EXPECT_EQ(json["devices"][0]["resources"]["dsp"], 220);
  expect_complaint({"devices", "pynk-z1"}, "did you mean 'pynq-z1'?");
}

TEST(CostVerbs, EstimateWritesAnEngineThatItReadsAgain) {
  test::Folder folder;
  const std::string file = folder / "engine.json";
  const Json first = Json::parse(duet({"estimate", "dnn-a", "--widths", "8,8", "--json", "--out", file}).output);
  const Json again = Json::parse(duet({"estimate", "dnn-a", "--engine", file, "--json"}).output);
  EXPECT_EQ(first["designs"][0], again["designs"][0]);
  EXPECT_GT(first["designs"][0]["estimate"]["fps"], 60);
  expect_complaint({"estimate", "dnn-a", "--engine", file, "--device", "ulx3s-85f"}, "made of xc7's multipliers");
}

TEST(CostVerbs, EstimateComplains) {
  expect_complaint({"estimate"}, "no arguments");
  expect_complaint({"estimate", "dnn-x"}, "did you mean");
  expect_complaint({"estimate", "nowhere.json"}, "nowhere.json");
  expect_complaint({"estimate", "dnn-a", "--widths", "1,8"}, "2..16");
  expect_complaint({"estimate", "dnn-a", "--device", "ultra69"}, "did you mean 'ultra96'?");
  expect_complaint({"estimate", "dnn-a", "--engine", "nowhere.json"}, "nowhere.json");
}

TEST(CostVerbs, BundlesNamesEachOnesEngine) {
  const std::vector<std::string> command{"bundles",  "--device",          "pynq-z1",  "--draw",
                                         "2",        "--input",           "64",       "64",
                                         "--bundle", "conv3-bn-relu-max", "--bundle", "dw3-conv1-bn-relu-max"};
  const std::string table = duet(command).output;
  EXPECT_THAT(table, HasSubstr("conv3-bn-relu-max "));
  EXPECT_THAT(table, HasSubstr(" a DSP, "));
  EXPECT_THAT(table, HasSubstr(" depth-wise lane"));
  auto with_json = command;
  with_json.push_back("--json");
  const Json bundles = Json::parse(duet(with_json).output)["bundles"];
  ASSERT_EQ(bundles.size(), 2u);
  for (const Json& bundle : bundles) {
    EXPECT_EQ(bundle["engine"]["bundle"], bundle["name"]);
    EXPECT_EQ(bundle["fits"], true);
    EXPECT_GT(bundle["fps"], 0);
  }
}

TEST(CostVerbs, BitstreamComplains) {
  test::Folder folder;
  expect_complaint({"bitstream"}, "no arguments");
  expect_complaint({"bitstream", "nowhere"}, "nowhere/engine.json");
  const std::string accelerator = folder / "accelerator";
  ASSERT_EQ(duet({"emit", "dnn-a", "--device", "pynq-z1", "--lanes", "4,8,1", "--widths", "8,8", "--out", accelerator}).exit_code,
            0);
  expect_complaint({"bitstream", accelerator, "--device", "ulx3s-85f"}, "made of xc7's multipliers");
  expect_complaint({"bitstream", accelerator, "--device", "pynq-z1"}, "no [board]");
  expect_complaint({"simulate", "dnn-a", "--device", "pynq-z1", "--board"}, "no [board]");
}

TEST(CostVerbs, SynthComplains) {
  expect_complaint({"synth"}, "no arguments");
  expect_complaint({"synth", "--out", "x"}, "neither a folder nor a network");
  expect_complaint({"synth", "nowhere"}, "nowhere/rtl/files.f");
  expect_complaint({"synth", "--network", "dnn-a", "--device", "ultra96"}, "no multipliers and memories of this family");
  test::Folder folder;
  // A PATH without Yosys: a missing tool is named.
  base::ProcessOptions options;
  options.environment["PATH"] = folder.path().string();
  const auto missing = base::run_process({DUET_PROGRAM, "synth", "--network", "dnn-a", "--out", folder / "out"}, options);
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.output, HasSubstr("yosys"));
  base::write_file(folder / "yosys", "#!/bin/sh\necho 'Yosys 0.9 (git sha1 1979e0b)'\n");
  std::filesystem::permissions(folder / "yosys", std::filesystem::perms::owner_all);
  const auto old = base::run_process({DUET_PROGRAM, "synth", "--network", "dnn-a", "--out", folder / "out"}, options);
  EXPECT_EQ(old.exit_code, 2);
  EXPECT_THAT(old.output, HasSubstr("0.9 is too old"));
}

// A row takes minutes, so only what comes before it.
TEST(CostVerbs, Bench) {
  EXPECT_THAT(duet({"bench", "--help"}).output, HasSubstr("--only"));
  expect_complaint({"bench"}, "no arguments");
  expect_complaint({"bench", "speed"}, "called accelerator");
  expect_complaint({"bench", "accelerator", "--only", "dnn-a:9,9"}, "dnn-a:16,8 dnn-b:16,16 dnn-c:11,8 dnn-a:8,8 dnn-a:4,4");
}

}  // namespace
}  // namespace duet
