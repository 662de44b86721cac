// What a finding shows, and what many show together.
#include "verify/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace duet::verify {
namespace {

using testing::HasSubstr;

Finding good() {
  Finding f;
  f.bytes_compared = 100;
  f.frame_predicted = f.frame_simulated = 500;
  f.latency_predicted = f.latency_simulated = 600;
  const device::Resources counts{1000, 2000, 30, 4.5};
  f.counts = {counts, counts, {}};
  f.live = {{"b0.l0", 0.5}, {"head", 0.9}};
  return f;
}

Checked checked(const Finding& finding) { return {{}, finding, wrong_with(finding)}; }

TEST(Finding, ReadsWhatItWrites) {
  const Finding f = finding_from_json(to_json(good()), "test");
  EXPECT_EQ(to_json(f), to_json(good()));
}

TEST(Finding, EveryFaultIsSeen) {
  EXPECT_EQ(wrong_with(good()), "");
  Finding f = good();
  f.bytes_differ = 2, f.first_difference = "quiet memory: layer b0";
  EXPECT_THAT(wrong_with(f), HasSubstr("2 of 100 bytes differ: quiet memory: layer b0"));
  f = good(), f.bytes_compared = 0;
  EXPECT_NE(wrong_with(f), "");
  f = good(), f.frame_predicted = 501;
  EXPECT_THAT(wrong_with(f), HasSubstr("a frame takes 500 cycles, predicted are 501"));
  f = good(), f.latency_predicted = 599;
  EXPECT_THAT(wrong_with(f), HasSubstr("a single frame takes 600 cycles"));
  f = good(), f.fill_simulated = 1;
  EXPECT_THAT(wrong_with(f), HasSubstr("waiting for tiles takes 1 cycles"));
  f = good(), f.load_simulated = 2;
  EXPECT_EQ(cycles_off(f), 2);
  EXPECT_THAT(wrong_with(f), HasSubstr("waiting for rows takes 2 cycles, predicted are 0"));
  f = good(), f.store_simulated = 3;
  EXPECT_THAT(wrong_with(f), HasSubstr("waiting for room takes 3 cycles"));
  f = good(), f.read_simulated = 8;
  EXPECT_THAT(wrong_with(f), HasSubstr("the simulation reads 8 bytes, predicted are 0"));
  f = good(), f.written_predicted = 8;
  EXPECT_THAT(wrong_with(f), HasSubstr("the simulation writes 0 bytes, predicted are 8"));
  f = good(), f.counts->predicted.dsp = 31;
  EXPECT_THAT(wrong_with(f), HasSubstr("30 DSPs, predicted are 31"));
  f = good(), f.counts->predicted.bram36 = 5;
  EXPECT_THAT(wrong_with(f), HasSubstr("4.5 BRAM36, predicted are 5"));
  f = good(), f.counts->predicted.lut = 1151;
  EXPECT_THAT(wrong_with(f), HasSubstr("1000 LUTs"));
  f = good(), f.counts->predicted.ff = 1690;
  EXPECT_THAT(wrong_with(f), HasSubstr("2000 FFs"));
  f = good(), f.live[0].share = 0.29;
  EXPECT_THAT(wrong_with(f), HasSubstr("neither 0 nor clipped"));
}

TEST(Summary, TakesTheWorstAndTheMedian) {
  Finding second = good(), third = good();
  second.counts->predicted.lut = 1040, second.frame_predicted = 510, second.live[0].share = 0.4;
  third.counts->predicted.lut = 900, third.counts->predicted.ff = 2020, third.counts->predicted.bram36 = 4;
  const Summary s = summarise({checked(good()), checked(second), checked(third)});
  EXPECT_EQ(s.designs, 3);
  EXPECT_EQ(s.failed, 2);
  EXPECT_EQ(s.bytes_compared, 300);
  EXPECT_EQ(s.cycles_off_worst, 10);
  EXPECT_EQ(s.bram_off, 0.5);
  EXPECT_NEAR(s.lut_error_median, 0.04, 1e-9);
  EXPECT_NEAR(s.lut_error_worst, 0.1, 1e-9);
  EXPECT_NEAR(s.ff_error_worst, 0.01, 1e-9);
  EXPECT_EQ(s.live_outputs_worst, 0.4);
  EXPECT_FALSE(holds(s));
}

TEST(Summary, HoldsUnlessTheMedianIsOff) {
  Finding off = good();
  off.counts->predicted.lut = 1060;
  EXPECT_TRUE(holds(summarise({checked(good()), checked(good()), checked(off)})));
  EXPECT_FALSE(holds(summarise({checked(good()), checked(off), checked(off)})));
}

TEST(Summary, NeedsNoSynthesis) {
  Finding f = good();
  f.counts.reset();
  EXPECT_EQ(to_json(finding_from_json(to_json(f), "test")), to_json(f));
  const Summary s = summarise({checked(f), checked(good())});
  EXPECT_EQ(s.synthesised, 1);
  EXPECT_TRUE(holds(s));
}

TEST(Summary, TellsWhatWasDrawn) {
  Checked one = checked(good()), other = one;
  one.design.network.replications = other.design.network.replications = {{8, false}};
  other.design.engine.unit_groups = 2, other.design.engine.weight_bits = 5;
  other.design.memory.latency = 7, other.design.memory.gap_num = 1;
  const Json json = drawn({one, other, other});
  EXPECT_EQ(json.at("weight_bits"), (Json{{"5", 2}, {"8", 1}}));
  EXPECT_EQ(json.at("unit_groups"), (Json{{"1", 1}, {"2", 2}}));
  EXPECT_EQ(json.at("different_axi_latencies"), 2);
  EXPECT_EQ(json.at("memories_with_idle_cycles"), 2);
  EXPECT_EQ(json.at("axi_latency"), (Json{7, 60}));
}

TEST(Summary, CountsWhatDidNotEnd) {
  const Summary s = summarise({checked(good()), {{}, {}, "crashed: code 139"}});
  EXPECT_EQ(s.failed, 1);
  EXPECT_FALSE(holds(s));
}

}  // namespace
}  // namespace duet::verify
