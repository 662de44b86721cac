// The compact engine against the golden model, through its line: every byte of the heads, every cycle.
#include "program/compact.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "golden/golden.h"
#include "quant/quantize.h"
#include "simulate/simulate.h"
#include "support/networks.h"

namespace duet {
namespace {

net::Network network_of(const std::string& bundle, net::Shape input, std::vector<net::Replication> replications) {
  net::Network network = test::small_network(input, std::move(replications));
  network.bundle = net::parse_bundle(bundle);
  return network;
}

// Runs two pictures, the first one again, and compares.
void expect_equal(const net::Network& network, const quant::QuantizeOptions& options, uint64_t seed) {
  SCOPED_TRACE(net::name(network.bundle) + " of " + std::to_string(network.input.width) + " columns");
  ASSERT_EQ(program::compact::unfit_because(network), "");
  Rng rng(seed);
  const auto quantized = quant::random_quantized(network, options, rng);
  const std::vector<layer::IntMap> pictures{test::random_picture(network.input, rng), test::random_picture(network.input, rng)};
  const auto engine = engine::compact_engine(network.bundle, options.weight_bits, options.feature_bits);
  const auto ran = simulate::run(quantized, engine, pictures, {});
  std::vector<layer::IntMap> expected;
  for (int i : {0, 1, 0}) expected.push_back(golden::run(quantized, pictures[static_cast<size_t>(i)]));
  const auto compared = simulate::compare(ran.outputs, expected, 16);
  EXPECT_GT(compared.bytes_compared, 0);
  EXPECT_EQ(compared.bytes_differ, 0) << compared.first;
  EXPECT_EQ(ran.frame_cycles, program::predict(program::compile(network, engine), {}).frame);
}

TEST(Compact, EqualsTheGoldenModel) {
  expect_equal(network_of("dw3-conv1-bn-relu-max", {3, 16, 24}, {{12, true}, {20, true}, {9, false}}), {8, 8}, 1);
  expect_equal(network_of("dw3-conv1-bn-relu-max", {3, 8, 10}, {{17, false}, {8, false}}), {8, 8}, 2);
  expect_equal(network_of("dw3-conv1-relu4-max", {3, 32, 16}, {{33, true}, {40, true}, {70, false}}), {4, 6}, 3);
}

TEST(Compact, RunsOtherBundlesOf1x1AndDepthWise) {
  expect_equal(network_of("conv1-bn-relu-max", {3, 16, 8}, {{10, true}, {24, true}}), {8, 8}, 4);
  expect_equal(network_of("conv1-dw3-bn-relu", {3, 6, 7}, {{10, false}, {13, false}}), {8, 8}, 5);
  expect_equal(network_of("conv1-conv1-bn-relu-max", {3, 12, 6}, {{9, true}, {16, false}}), {7, 5}, 6);
}

TEST(Compact, SaysWhatDoesNotFit) {
  const auto why = [](const std::string& bundle, net::Shape input, std::vector<net::Replication> replications) {
    return program::compact::unfit_because(network_of(bundle, input, std::move(replications)));
  };
  EXPECT_NE(why("conv3-bn-relu-max", {3, 16, 16}, {{8, true}}).find("no 1x1"), std::string::npos);
  EXPECT_NE(why("dw5-conv1-bn-relu-max", {3, 16, 16}, {{8, true}}).find("5x5"), std::string::npos);
  EXPECT_NE(why("dw3-conv1-bn-max", {3, 16, 16}, {{8, true}}).find("sign"), std::string::npos);
  EXPECT_NE(why("dw3-conv1-bn-relu-avg", {3, 16, 16}, {{8, true}}).find("average"), std::string::npos);
  EXPECT_NE(why("dw3-conv1-bn-relu-max", {3, 10, 16}, {{8, true}}).find("odd"), std::string::npos);
  EXPECT_NE(why("dw3-conv1-bn-relu-max", {3, 16, 128}, {{40, false}, {8, false}}).find("u_tile"), std::string::npos);
  EXPECT_NE(why("dw3-conv1-bn-relu-max", {3, 160, 160}, {{16, true}}).find("memory"), std::string::npos);
  EXPECT_NE(why("dw3-conv1-bn-relu-max", {3, 16, 16}, {{249, true}}).find("248"), std::string::npos);
  EXPECT_THROW(program::compact::plan(network_of("conv3-bn-relu-max", {3, 16, 16}, {{8, true}})), Error);
  Rng rng(1);
  const net::Network network = network_of("dw3-conv1-bn-relu-max", {3, 16, 16}, {{8, true}});
  EXPECT_THROW(program::compact::image(program::compact::plan(network), quant::random_quantized(network, {9, 8}, rng)), Error);
}

}  // namespace
}  // namespace duet
