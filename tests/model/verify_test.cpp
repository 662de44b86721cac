// Random designs, each simulated and synthesised; how many and which, tests/CMakeLists.txt says.
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/process.h"
#include "support/folder.h"

namespace duet {
namespace {

TEST(Verify, RandomDesignsAreAsPredicted) {
  const test::Folder store;
  const auto ran = base::run_process({"sh", "-c", "exec \"$0\" \"$@\" 2>/dev/null", DUET_PROGRAM, "verify", "--random",
                                      DUET_VERIFY_DESIGNS, "--synth", DUET_VERIFY_SYNTHESISED, "--seed", DUET_VERIFY_SEED,
                                      "--store", store.path().string(), "--json"});
  const Json result = Json::parse(ran.output, nullptr, false);
  ASSERT_FALSE(result.is_discarded()) << ran.output;
  EXPECT_EQ(result.at("designs"), std::stoi(DUET_VERIFY_DESIGNS));
  EXPECT_EQ(result.at("synthesised"), std::stoi(DUET_VERIFY_SYNTHESISED));
  EXPECT_EQ(result.at("first_failure"), nullptr);
  EXPECT_EQ(result.at("failed"), 0);
  EXPECT_GT(result.at("bytes_compared"), 100'000);
  EXPECT_EQ(result.at("bytes_differ"), 0);
  EXPECT_EQ(result.at("cycles_off_worst"), 0);
  EXPECT_EQ(result.at("dsp_off"), 0);
  EXPECT_EQ(result.at("bram_off"), 0);
  EXPECT_LE(result.at("lut_error_median"), 0.05);
  EXPECT_LE(result.at("lut_error_worst"), 0.15);
  EXPECT_LE(result.at("ff_error_median"), 0.05);
  EXPECT_LE(result.at("ff_error_worst"), 0.15);
  EXPECT_GE(result.at("live_outputs_worst"), 0.3);
  EXPECT_GE(4 * result.at("designs_64_multipliers").get<int>(), std::stoi(DUET_VERIFY_DESIGNS));
  EXPECT_GE(4 * result.at("designs_3_bundles_32_channels").get<int>(), std::stoi(DUET_VERIFY_DESIGNS));
  EXPECT_EQ(ran.exit_code, 0);
}

}  // namespace
}  // namespace duet
