// Small engines as synthesised for each family: the netlist in Verilator against the golden model, byte by byte and cycle by
// cycle.
#include <gtest/gtest.h>

#include "base/process.h"
#include "support/folder.h"
#include "verify/check.h"

namespace duet::verify {
namespace {

struct Case {
  const char *name, *bundle;
  int in_lanes, out_lanes, dw_lanes, weight_bits, feature_bits;
  int products = 1;
};

// Every kind of computing layer, pooling, features with and without sign, products a DSP.
const Case kCases[] = {
#ifndef DUET_MANY
    {"DepthwiseThenPointwise", "dw3-conv1-bn-relu-max", 4, 4, 1, 8, 8},
#else
    {"Pairs", "dw3-conv1-bn-relu-avg", 4, 8, 1, 4, 4, 2},
    {"DepthwiseFive", "dw5-conv1-bn-max", 4, 4, 1, 6, 6},
    {"DepthwiseSeven", "dw7-bn-relu", 2, 4, 1, 4, 8},
    {"PointwiseInDigits", "conv1-conv1-bn-relu-max", 4, 4, 0, 8, 5},
    {"DepthwiseAfterPointwise", "conv1-dw3-bn-avg", 4, 4, 1, 5, 8},
    {"ConvolutionThree", "conv3-bn-relu-max", 4, 4, 0, 8, 8},
    {"ConvolutionsSigned", "conv5-conv3-bn-avg", 2, 4, 0, 4, 6},
    {"DepthwiseThenConvolution", "dw3-conv3-bn-relu", 4, 4, 1, 8, 4},
    {"Wide", "dw3-conv1-bn-relu-max", 4, 2, 1, 16, 16},
#endif
};

net::Network network_of(const Case& c) {
  net::Network network;
  network.name = "small";
  network.bundle = net::parse_bundle(c.bundle);
  network.input = {3, 12, 16};
  network.replications = {{8, network.bundle.pool != net::Pool::none}, {12, false}};
  network.anchors = {{0.2, 0.3}};
  return network;
}

Design design_of(const Case& c, device::Family family) {
  Design design;
  design.network = network_of(c);
  design.weight_bits = c.weight_bits, design.feature_bits = c.feature_bits;
  engine::Engine& e = design.engine;
  e.family = family, e.bundle = design.network.bundle;
  e.in_lanes = c.in_lanes, e.out_lanes = c.out_lanes, e.dw_lanes = c.dw_lanes;
  e.weight_bits = c.weight_bits, e.feature_bits = c.feature_bits, e.products = c.products;
  e.acc_bits = 40;
  e = program::size_for(e, design.network);
  design.memory.latency = 20;
  return design;
}

// What synthesis and the netlist's simulation must give.
void expect_equal(const Design& design, const device::Device& device) {
  ASSERT_EQ(engine::illegal_because(design.engine), "");
  const test::Folder folder;
  Finding finding;
  run_synthesis(design, device, folder.path(), true, finding);
  ASSERT_TRUE(finding.counts && finding.replay);
  EXPECT_EQ(finding.counts->synthesised.dsp, engine::dsp_count(design.engine));
  EXPECT_EQ(finding.counts->synthesised.bram36, engine::bram36_count(design.engine));
  EXPECT_GE(finding.counts->synthesised.dsp, 8);
  EXPECT_GT(finding.counts->synthesised.bram36, 0);
  EXPECT_GT(finding.replay->bytes_compared, 500);
  EXPECT_EQ(finding.replay->bytes_differ, 0) << finding.replay->first_difference;
  const program::Program program = program::compile(design.network, design.engine);
  EXPECT_EQ(finding.replay->frame_cycles, program::predict(program, design.memory).frame);
}

class NetlistOf : public testing::TestWithParam<std::tuple<const char*, Case>> {};

TEST_P(NetlistOf, EqualsTheGoldenModel) {
  if (!base::have_program("yosys")) GTEST_SKIP() << "yosys is not installed";
  const auto& [board, kase] = GetParam();
  const device::Device device = device::find_device(board);
  expect_equal(design_of(kase, device.family), device);
}

#ifndef DUET_MANY
TEST(Netlist, OfTheCompactEngineEqualsTheGoldenModel) {
  if (!base::have_program("yosys")) GTEST_SKIP() << "yosys is not installed";
  Design design;
  design.network = network_of(kCases[0]);
  design.engine = engine::compact_engine(design.network.bundle, 8, 8);
  expect_equal(design, device::find_device("icebreaker"));
}
#endif

INSTANTIATE_TEST_SUITE_P(Board, NetlistOf, testing::Combine(testing::Values("pynq-z1", "ulx3s-85f"), testing::ValuesIn(kCases)),
                         [](const auto& info) {
                           std::string board = std::get<0>(info.param);
                           std::erase(board, '-');
                           return board + std::get<1>(info.param).name;
                         });

}  // namespace
}  // namespace duet::verify
