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
}

TEST(CostVerbs, EstimateComplains) {
  expect_complaint({"estimate"}, "no arguments");
  expect_complaint({"estimate", "dnn-x"}, "did you mean");
  expect_complaint({"estimate", "nowhere.json"}, "nowhere.json");
  expect_complaint({"estimate", "dnn-a", "--widths", "1,8"}, "2..16");
  expect_complaint({"estimate", "dnn-a", "--device", "ultra69"}, "did you mean 'ultra96'?");
  expect_complaint({"estimate", "dnn-a", "--engine", "nowhere.json"}, "nowhere.json");
}

}  // namespace
}  // namespace duet
