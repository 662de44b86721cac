// The paper's networks at full size: the table of docs/architecture.md, and one simulator for several.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/files.h"
#include "base/process.h"
#include "base/rng.h"
#include "support/folder.h"

namespace duet {
namespace {

// 1210505 -> "1,210,505", as the documents write it.
std::string grouped(int64_t value) {
  std::string text = std::to_string(value);
  for (int place = static_cast<int>(text.size()) - 3; place > 0; place -= 3) text.insert(static_cast<size_t>(place), ",");
  return text;
}

using Arguments = std::vector<std::string>;

// Runs `duet simulate` and expects no byte and no cycle to differ. Returns what it printed.
Json simulated(const Arguments& arguments) {
  Arguments command{"sh", "-c", "exec \"$0\" \"$@\" 2>/dev/null", DUET_PROGRAM, "simulate", "--json"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto ran = base::run_process(command);
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  if (ran.exit_code) return {};
  const Json result = Json::parse(ran.output);
  EXPECT_GT(result.at("bytes_compared").get<int64_t>(), 0);
  EXPECT_EQ(result.at("bytes_differ").get<int64_t>(), 0);
  EXPECT_EQ(result.at("cycles_simulated"), result.at("cycles_predicted"));
  return result;
}

class Paper : public testing::TestWithParam<Arguments> {};

TEST_P(Paper, EqualsTheGoldenModelAndTheDocumentedCycles) {
  const Json result = simulated(GetParam());
  ASSERT_FALSE(result.is_null());
  const std::string page = base::read_file(std::filesystem::path(DUET_SOURCE_DIR) / "docs/architecture.md");
  const std::string cycles = grouped(result.at("cycles_simulated").get<int64_t>());
  EXPECT_NE(page.find("| " + cycles + " |"), std::string::npos) << cycles << " is not in the table of docs/architecture.md";
}

INSTANTIATE_TEST_SUITE_P(Table, Paper,
                         testing::Values(Arguments{"dnn-a", "--widths", "16,8", "--lanes", "12,18,3", "--dw-in-luts"},
                                         Arguments{"dnn-a", "--widths", "16,8", "--lanes", "8,24,2"},
                                         Arguments{"dnn-b", "--widths", "16,16", "--lanes", "12,18,3", "--dw-in-luts"},
                                         Arguments{"dnn-c", "--widths", "11,8", "--lanes", "12,18,3", "--dw-in-luts"},
                                         Arguments{"dnn-a", "--widths", "8,8", "--lanes", "24,18,6", "--products", "2",
                                                   "--dw-in-luts"},
                                         Arguments{"dnn-a", "--widths", "4,4"}));

// One elaborated engine, made for DNN-C, whose last layer's weights it streams.
TEST(OneSimulator, RunsOtherNetworksByTheirMemoryAlone) {
  const test::Folder folder;
  const std::string engine = (folder.path() / "engine.json").string(), network = (folder.path() / "network.json").string();
  ASSERT_EQ(base::run_process({DUET_PROGRAM, "estimate", "dnn-c", "--widths", "11,8", "--out", engine}).exit_code, 0);
  Rng rng(5);
  Json replications = Json::array();
  for (int i = 0; i < 3; ++i) replications.push_back({{"channels", rng.between(1, 96)}, {"downsample", i > 0}});
  const Json shape{3, rng.between(8, 60), rng.between(8, 90)}, anchors{{0.1, 0.1}};
  base::write_json(network, {{"name", "random"},
                             {"input", shape},
                             {"bundle", "dw3-conv1-bn-relu-max"},
                             {"anchors", anchors},
                             {"replications", replications}});
  setenv("DUET_CACHE", folder.path().c_str(), 1);
  simulated({"dnn-c", "--widths", "11,8", "--engine", engine});
  simulated({"dnn-a", "--widths", "11,8", "--engine", engine});
  simulated({"dnn-a", "--widths", "7,5", "--engine", engine});
  simulated({network, "--widths", "11,8", "--engine", engine});
  unsetenv("DUET_CACHE");
  const std::filesystem::directory_iterator simulators(folder.path() / "simulators");
  EXPECT_EQ(std::distance(begin(simulators), end(simulators)), 1);
}

// Its exit code tells whether every row keeps its ceilings: cycles, ratio, levels of logic, the device.
TEST(Bench, KeepsItsCeilings) {
  const test::Folder store;
  const auto ran = base::run_process({DUET_PROGRAM, "bench", "accelerator", "--store", store.path().string()});
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
}

}  // namespace
}  // namespace duet
