// `duet simulate` as a user meets it, on a network and an engine that build in seconds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/process.h"
#include "data/draw.h"
#include "data/image.h"
#include "net/network.h"
#include "quant/quantize.h"
#include "support/folder.h"

namespace duet {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

// One folder for all: its built simulator serves several tests.
class SimulateVerb : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new test::Folder;
    net::Network network = *net::find_known("dnn-a");
    network.name = "tiny", network.input = {3, 16, 24}, network.replications = {{6, true}, {8, true}};
    base::write_json(file("tiny.json"), net::to_json(network));
  }
  static void TearDownTestSuite() { delete folder_; }

  static std::string file(const std::string& name) { return (*folder_ / name).string(); }
  static base::ProcessResult simulate(const std::vector<std::string>& options, const std::string& cache = "cache") {
    std::vector<std::string> command{DUET_PROGRAM, "simulate", file("tiny.json"), "--widths", "8,8", "--lanes", "4,4,1"};
    command.insert(command.end(), options.begin(), options.end());
    base::ProcessOptions how;
    how.environment["DUET_CACHE"] = file(cache);
    return base::run_process(command, how);
  }
  // Puts a shell command behind the simulator that the cache holds: "$3" is the file of the memory at the end.
  static void tamper(const std::string& cache, const std::string& run) {
    for (const auto& entry : fs::recursive_directory_iterator(file(cache))) {
      if (entry.path().filename() != "sim") continue;
      const fs::path real = entry.path().string() + ".real";
      fs::rename(entry.path(), real);
      base::write_file(entry.path(), "#!/bin/sh\nset -e\nreal=" + real.string() + "\n" + run + "\n");
      fs::permissions(entry.path(), fs::perms::owner_all);
      return;
    }
    FAIL() << "no simulator in the cache";
  }

 private:
  static inline test::Folder* folder_ = nullptr;
};

int green_pixels(const std::string& path) {
  const data::Image image = data::read_image(path);
  int count = 0;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) count += std::equal(data::kGreen.begin(), data::kGreen.end(), image.at(x, y));
  return count;
}

TEST_F(SimulateVerb, RunsPicturesAndDrawsTheirBoxes) {
  const data::Image grey(48, 32);
  data::write_image(file("grey.png"), grey);
  const auto ran = simulate({"--image", file("grey.png"), "--out", file("drawn"), "--latency", "0"});
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("3 frames, 0 of"));
  EXPECT_THAT(ran.output, HasSubstr("grey.png: box"));
  EXPECT_EQ(green_pixels(file("grey.png")), 0);
  EXPECT_GT(green_pixels(file("drawn/grey.png")), 4);
}

TEST_F(SimulateVerb, DetectFindsTheSameBoxesInTheGoldenModelAndTheRtl) {
  Rng rng(3);
  const net::Network tiny = net::network_from_json(base::read_json(file("tiny.json")), "tiny");
  base::write_json(file("integers/network.json"), net::to_json(tiny));
  quant::save(quant::random_quantized(tiny, {}, rng), file("integers/quantized"));
  data::Image picture(48, 32);
  data::draw_box(picture, {0.2, 0.3, 0.6, 0.7}, data::kGreen, 3);
  data::write_image(file("thing.png"), picture);
  data::draw_box(picture, {0.5, 0.1, 0.9, 0.4}, data::kGreen, 3);
  data::write_image(file("other.png"), picture);
  base::ProcessOptions how;
  how.environment["DUET_CACHE"] = file("cache");
  const auto detect = [&](const std::vector<std::string>& options) {
    std::vector<std::string> command{DUET_PROGRAM, "detect", file("thing.png"), "--network", file("integers"), "--json"};
    command.insert(command.end(), options.begin(), options.end());
    const auto ran = base::run_process(command, how);
    EXPECT_EQ(ran.exit_code, 0) << ran.output;
    return Json::parse(ran.output.substr(ran.output.find('{')));
  };
  const Json golden = detect({}), simulated = detect({"--simulate"});
  EXPECT_EQ(golden["runner"], "golden");
  EXPECT_EQ(simulated["runner"], "simulated");
  EXPECT_EQ(simulated["box"], golden["box"]);
  EXPECT_EQ(simulated["confidence"], golden["confidence"]);
  EXPECT_GT(simulated["simulated"]["cycles"].get<int64_t>(), 100);
  const Json two = detect({file("other.png"), "--out", file("boxes")});
  EXPECT_EQ(two["pictures"][0]["box"], golden["box"]);
  EXPECT_EQ(two["pictures"][1]["out"], file("boxes/other.png"));
  EXPECT_TRUE(fs::exists(file("boxes/thing.png")) && fs::exists(file("boxes/other.png")));
  EXPECT_EQ(detect({file("other.png"), "--simulate"})["pictures"][1]["box"], two["pictures"][1]["box"]);
}

TEST_F(SimulateVerb, WritesAWaveform) {
  const auto ran = simulate({"--wave", file("run.fst")});
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_GT(fs::file_size(file("run.fst")), 1000u);
}

TEST_F(SimulateVerb, StallsAreNoError) {
  const auto ran = simulate({"--stalls", "5"});
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
}

TEST_F(SimulateVerb, BytesThatDifferAreAnErrorBehindTheResult) {
  ASSERT_EQ(simulate({}, "wrong_bytes").exit_code, 0);
  // The memory's last 256 bytes are the last frame's head.
  tamper("wrong_bytes", "\"$real\" \"$@\"\ntruncate -s -256 \"$3\"\ntruncate -s +256 \"$3\"");
  const auto ran = simulate({}, "wrong_bytes");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.output, HasSubstr("cycles a frame simulated"));
  EXPECT_THAT(ran.output, HasSubstr("bytes differ from the golden model: map 2, channel"));
}

TEST_F(SimulateVerb, CyclesThatDifferAreAnErrorBehindTheResult) {
  ASSERT_EQ(simulate({}, "wrong_cycles").exit_code, 0);
  tamper("wrong_cycles", "\"$real\" \"$@\" | sed 's/^loaded .*/loaded 1/'");
  const auto ran = simulate({}, "wrong_cycles");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.output, HasSubstr("cycles a frame simulated"));
  EXPECT_THAT(ran.output, testing::ContainsRegex("a single frame takes [0-9]+ cycles, predicted are [0-9]+"));
}

// What the engine's registers say against what the memory saw.
TEST_F(SimulateVerb, BeatsThatTheEngineDoesNotCountAreAnError) {
  ASSERT_EQ(simulate({}, "wrong_beats").exit_code, 0);
  tamper("wrong_beats", "\"$real\" \"$@\" | sed 's/^bus [0-9]*/bus 7/'");
  const auto ran = simulate({}, "wrong_beats");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.output, HasSubstr("the engine counts BEATS_READ = "));
}

}  // namespace
}  // namespace duet
