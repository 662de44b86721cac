// The whole flow, small: from pictures to a simulated, synthesised accelerator; then killed with -9 at five moments.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "base/process.h"
#include "support/folder.h"
#include "tiny_flow.h"

namespace duet {
namespace {

namespace fs = std::filesystem;

class Run : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new test::Folder;
    test::write_tiny_flow(folder_->path());
  }
  static void TearDownTestSuite() { delete folder_; }
  static std::vector<std::string> command(const std::string& out, const std::string& store) {
    return {DUET_PROGRAM,
            "run",
            (*folder_ / "tiny.toml").string(),
            "--out",
            (*folder_ / out).string(),
            "--store",
            (*folder_ / store).string(),
            "--cores",
            "2"};
  }
  static base::ProcessResult run(const std::string& out, const std::string& store) {
    return base::run_process(command(out, store));
  }
  static double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  static test::Folder* folder_;
};
test::Folder* Run::folder_ = nullptr;

TEST_F(Run, EndsInAVerifiedAcceleratorAndAReport) {
  const auto ended = run("alone", "store1");
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  const fs::path out = *folder_ / "alone";
  const Json result = base::read_json(out / "result.json");
  SCOPED_TRACE(result.dump(2));
  for (const char* key : {"iou_float", "iou_quantized", "iou_golden", "images", "cycles_predicted", "cycles_simulated",
                          "bytes_compared", "bytes_differ", "clock_mhz", "fps", "mac_per_dsp_cycle"})
    EXPECT_TRUE(result.at(key).is_number()) << key;
  for (const char* counts : {"resources_predicted", "resources_synthesised"})
    for (const char* key : {"lut", "ff", "dsp", "bram36"})
      EXPECT_TRUE(result.at(counts).at(key).is_number()) << counts << " " << key;
  EXPECT_EQ(result.at("bytes_differ"), 0);
  EXPECT_GT(result.at("bytes_compared"), 5 * 10 * 8 * 12 * 2 - 1);  // at least the heads of five pictures
  EXPECT_EQ(result.at("images"), 12);
  EXPECT_EQ(result.at("cycles_predicted"), result.at("cycles_simulated"));
  EXPECT_EQ(result.at("iou_quantized"), result.at("iou_golden"));
  EXPECT_EQ(result.at("resources_predicted").at("dsp"), result.at("resources_synthesised").at("dsp"));
  EXPECT_EQ(result.at("proposals"), 220);
  EXPECT_EQ(result.at("finalists_trained"), 3);
  EXPECT_TRUE(result.at("problems").empty());
  ASSERT_EQ(result.at("designs").size(), 3u);
  for (const Json& design : result.at("designs")) {
    EXPECT_TRUE(!design.at("chosen").get<bool>() || design.at("pareto").get<bool>());  // chosen by IoU: none has more
    if (!design.at("pareto").get<bool>()) continue;
    for (const char* file : {"network/quantized/quantized.safetensors", "accelerator/top.sv"})
      EXPECT_TRUE(fs::exists(out / design.at("folder").get<std::string>() / file)) << design << file;
  }
  for (const char* file :
       {"report.html", "report.json", "plan.json", "bundles.json", "select.json", "scouts.json", "explore.json", "times.json",
        "network/float/weights.safetensors", "network/quantized/quantized.safetensors", "accelerator/top.sv"})
    EXPECT_TRUE(fs::exists(out / file)) << file;
  // Nothing of the machine or the clock in what is compared between runs.
  EXPECT_EQ(result.dump().find(folder_->path().string()), std::string::npos);
}

TEST_F(Run, ASecondRunThatChangesNothingTakesSeconds) {
  const std::string before = base::read_file(*folder_ / "alone" / "result.json");
  const auto start = std::chrono::steady_clock::now();
  const auto ended = run("alone", "store1");
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_LT(seconds_since(start), 20);
  EXPECT_EQ(base::read_file(*folder_ / "alone" / "result.json"), before);
}

TEST_F(Run, AnotherFlowDoesNotGetThisOnesDirectory) {
  base::write_file(*folder_ / "other.toml", base::read_file(*folder_ / "tiny.toml") + "\n# changed\n");
  auto arguments = command("alone", "store1");
  arguments[2] = (*folder_ / "other.toml").string();
  const auto ended = base::run_process(arguments);
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_NE(ended.output.find("another flow"), std::string::npos) << ended.output;
}

// A moment of a run: reached when `now` says so.
struct Moment {
  const char* name;
  std::function<bool(const fs::path& out, const fs::path& store)> now;
};

// An evaluation of this kind is at work.
bool working(const fs::path& store, const std::string& kind) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(store, ignored)) {
    if (entry.path().extension() != ".part" || !fs::exists(entry.path() / "spec.json")) continue;
    try {
      if (base::read_json(entry.path() / "spec.json").at("kind") == kind) return true;
    } catch (const std::exception&) {  // renamed meanwhile
    }
  }
  return false;
}

const Moment kMoments[] = {
    {"prototype training",
     [](const fs::path& out, const fs::path& store) { return !fs::exists(out / "select.json") && working(store, "train"); }},
    {"SCD", [](const fs::path& out, const fs::path&) { return fs::exists(out / "select.json"); }},
    {"final training",
     [](const fs::path& out, const fs::path& store) { return fs::exists(out / "explore.json") && working(store, "train"); }},
    {"simulation", [](const fs::path&, const fs::path& store) { return working(store, "simulate"); }},
    {"synthesis", [](const fs::path&, const fs::path& store) { return working(store, "synth"); }}};

TEST_F(Run, KilledAtFiveMomentsEndsWithTheSameResult) {
  ASSERT_TRUE(fs::exists(*folder_ / "alone" / "result.json"));
  const fs::path out = *folder_ / "killed", store = *folder_ / "store2";
  ::setenv("DUET_CACHE", (*folder_ / "simulators").c_str(), 1);  // built anew, so that the simulation can be met at it
  for (const Moment& moment : kMoments) {
    const auto arguments = command("killed", "store2");
    const pid_t child = ::fork();
    if (child == 0) {
      std::vector<char*> raw;
      for (const auto& argument : arguments) raw.push_back(const_cast<char*>(argument.c_str()));
      raw.push_back(nullptr);
      const int null = ::open("/dev/null", O_WRONLY);
      ::dup2(null, 1), ::dup2(null, 2);
      ::execv(raw[0], raw.data());
      ::_exit(127);
    }
    const auto start = std::chrono::steady_clock::now();
    int status = 0;
    while (!moment.now(out, store) && ::waitpid(child, &status, WNOHANG) == 0 && seconds_since(start) < 300) ::usleep(2000);
    ASSERT_EQ(::kill(child, SIGKILL), 0) << moment.name << ": it ended before";
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << moment.name << ": it ended before";
    EXPECT_FALSE(fs::exists(out / "result.json")) << moment.name;
  }
  const auto ended = run("killed", "store2");
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(base::read_file(out / "result.json"), base::read_file(*folder_ / "alone" / "result.json"));
  for (const auto& entry : fs::directory_iterator(store)) EXPECT_NE(entry.path().extension(), ".part") << entry.path();
}

}  // namespace
}  // namespace duet
