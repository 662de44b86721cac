#include "estimate/estimate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/rng.h"
#include "estimate/power.h"
#include "estimate/schedule_bound.h"
#include "layer/layer.h"
#include "program/program.h"

namespace duet::estimate {
namespace {

using testing::HasSubstr;

const net::Network& dnn_a() { return *net::find_known("dnn-a"); }
device::Device pynq() { return device::find_device("pynq-z1"); }

net::Network small(const std::string& bundle) {
  net::Network n;
  n.name = "small";
  n.input = {3, 32, 48};
  n.bundle = net::parse_bundle(bundle);
  n.replications = {{16, n.bundle.pool != net::Pool::none}, {32, false}};
  return n;
}

// A board's memory is a resource like the others.
TEST(Estimate, NetworksFitTheBoardsMemory) {
  device::Device board = device::find_device("ulx3s-85f");
  const net::Network n = small("dw3-conv1-bn-relu-max");
  const auto fit = designs(n, board, 8, 8);
  ASSERT_FALSE(fit.empty());
  EXPECT_EQ(fit[0].excess, 0);
  const int64_t needs = fit[0].estimate.memory_bytes;
  EXPECT_GE(needs, 8 * n.input.pixels());  // a picture alone
  board.board->memory_bytes = needs / 2;
  const auto too_large = designs(n, board, 8, 8);
  ASSERT_FALSE(too_large.empty());
  EXPECT_NEAR(too_large[0].excess, 1, 0.05);
}

// Engines of few lanes would need more words for this Bundle's tiles than a memory may have: they are passed over.
TEST(Estimate, MemoriesThatWouldBeTooDeepAreNoDesigns) {
  net::Network n = small("conv1-relu4");
  n.input = {3, 80, 160};
  n.replications = {{32, true}, {48, true}, {72, true}, {108, false}};
  for (const Design& design : designs(n, device::find_device("ulx3s-85f"), 8, 8, 3))
    EXPECT_EQ(engine::illegal_because(design.engine), "");
}

TEST(Estimate, SaysWhyNoEngineCanBe) {
  net::Network deep = dnn_a();
  deep.replications.assign(80, {8, false});
  ASSERT_TRUE(designs(deep, pynq(), 8, 8).empty());
  EXPECT_EQ(impossible_because(deep, pynq(), 8, 8), "no engine can run it: layers must be 1..32");
  EXPECT_EQ(impossible_because(deep, device::find_device("icebreaker"), 8, 8),
            "the compact engine cannot run it: b0: a map of 160 x 360");
}

TEST(Estimate, HardwaresCyclesAreTheSchedules) {
  const auto engines = best_engines(dnn_a(), pynq(), 8, 8);
  ASSERT_EQ(engines.size(), 1u);
  const Estimate e = estimate(dnn_a(), engines[0], pynq());
  const auto program = program::compile(dnn_a(), engines[0]);
  const auto cycles = program::predict(program, program::memory_of(pynq(), 150));
  EXPECT_EQ(e.cycles, cycles.frame);
  EXPECT_EQ(e.resources.dsp, engine::dsp_count(engines[0]));
  EXPECT_EQ(e.resources.bram36, engine::bram36_count(engines[0]));
  EXPECT_EQ(e.layers.size(), 5u);
  EXPECT_EQ(e.macs, layer::total_work(net::to_graph(dnn_a())).macs);
}

// The roofline: no design does more than one MAC per multiplier and cycle, nor moves more than the memory's bandwidth.
TEST(Estimate, NothingBeatsTheRoofline) {
  for (int width : {4, 8, 16}) {
    for (const Design& d : designs(dnn_a(), pynq(), width, width, 5)) {
      EXPECT_GE(d.estimate.cycles * d.estimate.resources.dsp * d.engine.products, d.estimate.macs);
      const double seconds = static_cast<double>(d.estimate.cycles) / 150e6;
      EXPECT_LE(static_cast<double>(d.estimate.bytes_read + d.estimate.bytes_written), seconds * 2.1e9 * 1.001);
    }
  }
}

TEST(Estimate, BestEnginesFitAndAreSortedFastestFirst) {
  const auto found = designs(dnn_a(), pynq(), 8, 8, 10);
  ASSERT_EQ(found.size(), 10u);
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].excess, 0);
    EXPECT_TRUE(device::fits(found[i].estimate.resources, pynq().resources));
    if (i) {
      EXPECT_GE(found[i].estimate.cycles, found[i - 1].estimate.cycles);
    }
  }
  EXPECT_GT(found[0].estimate.fps(150), 60);  // the paper's network on the paper's board
}

// Two 8 x 8 products share a DSP, 16 x 8 ones do not.
TEST(Estimate, NarrowProductsShareDsps) {
  const Design narrow = designs(dnn_a(), pynq(), 8, 8)[0], wide = designs(dnn_a(), pynq(), 16, 8)[0];
  EXPECT_EQ(narrow.engine.products, 2);
  EXPECT_EQ(wide.engine.products, 1);
  EXPECT_LT(static_cast<double>(narrow.estimate.cycles), 0.75 * static_cast<double>(wide.estimate.cycles));
  EXPECT_LE(narrow.estimate.resources.dsp, 220);
}

TEST(Estimate, WhereNothingFitsTheNearestDesignsAreNamed) {
  device::Device tiny = pynq();
  tiny.resources = {800, 800, 8, 3};
  EXPECT_TRUE(best_engines(dnn_a(), tiny, 8, 8, 3).empty());
  const auto near = designs(dnn_a(), tiny, 8, 8, 3);
  ASSERT_EQ(near.size(), 3u);
  EXPECT_GT(near[0].excess, 0);
  EXPECT_LE(near[0].excess, near[1].excess + 0.1);
  EXPECT_NEAR(near[0].excess, excess(near[0].estimate.resources, tiny.resources), 1e-9);
}

TEST(Estimate, ExcessIsTheWorstResources) {
  EXPECT_EQ(excess({85, 85, 10, 1}, {100, 100, 10, 1}), 0);  // 85 % of LUTs and FFs are usable
  EXPECT_NEAR(excess({102, 85, 10, 1}, {100, 100, 10, 1}), 0.2, 1e-12);
  EXPECT_NEAR(excess({110, 100, 15, 1}, {100, 100, 10, 1}), 0.5, 1e-12);
  EXPECT_GT(excess({0, 0, 1, 0}, {1, 1, 0, 1}), 1e6);
}

TEST(Estimate, EveryBundleOfThePoolHasAnEstimate) {
  for (const net::Bundle& bundle : net::all_bundles()) {
    const net::Network network = small(net::name(bundle));
    const auto found = designs(network, pynq(), 8, 8);
    ASSERT_EQ(found.size(), 1u) << net::name(bundle);
    const Estimate& e = found[0].estimate;
    EXPECT_EQ(e.macs, layer::total_work(net::to_graph(network)).macs) << net::name(bundle);
    EXPECT_GT(e.cycles, 0);
    EXPECT_GT(e.resources.lut, 0);
    EXPECT_GE(e.cycles * (e.resources.dsp * found[0].engine.products + e.lut_multipliers), e.macs) << net::name(bundle);
  }
}

TEST(Estimate, MoreLanesAreNeverSlowerAndNeverSmaller) {
  const net::Network network = small("conv3-conv1-bn-relu-max");
  engine::Engine e;
  e.bundle = network.bundle;
  e.dw_lanes = 0;
  e.in_lanes = 2, e.out_lanes = 2;
  Estimate before = estimate(network, program::size_for(e, network), pynq());
  for (int lanes : {4, 8, 16}) {
    e.in_lanes = e.out_lanes = lanes;
    const Estimate now = estimate(network, program::size_for(e, network), pynq());
    EXPECT_LE(now.cycles, before.cycles);
    EXPECT_GT(now.resources.dsp, before.resources.dsp);
    EXPECT_GT(now.resources.lut, before.resources.lut);
    EXPECT_GT(now.watts, 0);
    before = now;
  }
}

TEST(Estimate, TheRankingAgreesWithTheSchedule) {
  for (const char* name : {"dnn-a", "dnn-c"}) {
    const net::Network& network = *net::find_known(name);
    const std::vector<program::Pass> passes = program::passes(network);
    for (auto [in, out, dw] :
         {std::tuple{4, 8, 2}, {8, 24, 2}, {8, 16, 8}, {16, 8, 4}, {4, 48, 2}, {12, 16, 4}, {12, 16, 1}, {24, 8, 2}}) {
      engine::Engine e;
      e.in_lanes = in, e.out_lanes = out, e.dw_lanes = dw;
      e = program::size_for(e, network);
      const int64_t exact = estimate(network, e, pynq()).cycles;
      const int64_t bound = schedule_bound(passes, e, rates(pynq()));
      EXPECT_NEAR(static_cast<double>(bound) / static_cast<double>(exact), 1, 0.08)
          << name << " " << in << " x " << out << ", " << dw;
    }
  }
}

net::Network random_network(Rng& rng) {
  net::Network n = dnn_a();
  n.input = {3, static_cast<int>(rng.between(40, 200)), static_cast<int>(rng.between(40, 360))};
  n.replications.clear();
  int channels = static_cast<int>(rng.between(8, 48));
  for (int64_t i = rng.between(2, 5); i > 0; --i) {
    n.replications.push_back({channels, i > 1 && rng.chance(0.6)});
    channels = std::min<int>(400, channels * static_cast<int>(rng.between(10, 20)) / 10);
  }
  return n;
}

// The search looks at few candidates exactly; a wider look must not find a clearly better one.
TEST(Estimate, TheShortListHoldsTheBest) {
  Rng rng(7);
  for (int trial = 0; trial < 12; ++trial) {
    const net::Network n = random_network(rng);
    const int width = trial % 2 ? 8 : 16;
    const auto one = designs(n, pynq(), width, 8, 1), many = designs(n, pynq(), width, 8, 60);
    ASSERT_FALSE(one.empty());
    EXPECT_LE(static_cast<double>(one[0].estimate.cycles), 1.01 * static_cast<double>(many[0].estimate.cycles)) << trial;
  }
}

TEST(Estimate, AnEngineThatIsTooSmallSaysWhichLimit) {
  engine::Engine e = best_engines(small("dw3-conv1-bn-relu-max"), pynq(), 8, 8)[0];
  try {
    estimate(dnn_a(), e, pynq());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("words"));
  }
}

TEST(Estimate, PowerGrowsWithWhatIsUsed) {
  const Power idle = power({}, pynq(), 0, 0);
  EXPECT_EQ(idle.total(), pynq().static_watts);
  const Power busy = power({30000, 40000, 200, 100}, pynq(), 100, 3'000'000);
  EXPECT_GT(busy.dsp, 0.1);
  EXPECT_NEAR(busy.memory, 3e6 * 100 * 0.5e-9, 1e-9);
  EXPECT_LT(busy.total(), 5);
}

TEST(Estimate, JsonHoldsTheFigures) {
  const auto d = designs(dnn_a(), pynq(), 8, 8)[0];
  const Json json = to_json(d.estimate, pynq());
  EXPECT_EQ(json["cycles"], d.estimate.cycles);
  EXPECT_EQ(json["resources"]["dsp"], d.estimate.resources.dsp);
  EXPECT_NEAR(json["mac_per_dsp_cycle"].get<double>(),
              static_cast<double>(d.estimate.macs) / static_cast<double>(d.estimate.cycles * d.estimate.resources.dsp), 1e-9);
}

}  // namespace
}  // namespace duet::estimate
