// The whole engine in Verilator against the golden model: every byte of every map.
#include <gtest/gtest.h>

#include "golden/golden.h"
#include "quant/quantize.h"
#include "simulate/simulate.h"
#include "support/networks.h"

namespace duet::simulate {
namespace {

using test::hold_all;
using test::random_network;
using test::random_picture;
using test::stream_all;

engine::Engine small_engine(int in, int out, int dw, int weight_bits, int feature_bits) {
  engine::Engine engine;
  engine.in_lanes = in, engine.out_lanes = out, engine.dw_lanes = dw;
  engine.weight_bits = weight_bits, engine.feature_bits = feature_bits;
  engine.acc_bits = 40;
  return engine;
}

// The golden model's map of each layer of the program, in the order of Result::maps.
std::vector<layer::IntMap> golden_maps(const quant::QuantizedNetwork& network, const layer::IntMap& picture) {
  std::vector<layer::IntMap> maps;
  const std::vector<golden::NodeMap> all = golden::run_all(network, picture);
  for (size_t i = 0; i <= network.network.replications.size(); ++i) {
    const std::string name = "b" + std::to_string(i);
    const layer::IntMap* last = nullptr;
    for (const golden::NodeMap& node : all)
      if (node.node == name + ".l1" || node.node == name + ".pool") last = &node.map;
    maps.push_back(last ? *last : all.back().map);
  }
  return maps;
}

struct Case {
  net::Network network;
  engine::Engine engine;
  uint64_t seed = 1;
  program::Memory memory;
  uint64_t stall_seed = 0;
};

void expect_equal(const Case& c, Result* out = nullptr) {
  Rng rng(c.seed);
  quant::QuantizeOptions widths;
  widths.weight_bits = c.engine.weight_bits, widths.feature_bits = c.engine.feature_bits;
  widths.accumulator_bits = c.engine.acc_bits;
  const quant::QuantizedNetwork network = quant::random_quantized(c.network, widths, rng);
  std::vector<layer::IntMap> pictures, expected;
  for (int i = 0; i < 3; ++i) pictures.push_back(random_picture(c.network.input, rng));
  for (const layer::IntMap& picture : pictures) expected.push_back(golden::run(network, picture));
  Options options;
  options.keep_maps = true;
  options.memory = c.memory;
  options.stall_seed = c.stall_seed;
  const Result result = run(network, c.engine, pictures, options);
  const std::vector<layer::IntMap> maps = golden_maps(network, pictures.back());
  for (size_t i = 0; i + 1 < maps.size(); ++i) {
    const Comparison layer = compare({result.maps[0][i]}, {maps[i]}, engine::stored_bits(c.engine));
    EXPECT_EQ(layer.bytes_differ, 0) << "layer b" << i << ": " << layer.first;
  }
  const Comparison heads = compare(result.outputs, expected, 16);
  EXPECT_GT(heads.bytes_compared, 0);
  EXPECT_EQ(heads.bytes_differ, 0) << heads.first;
  if (out) *out = result;
}

void expect_bytes(const Result& result, const program::Cycles& predicted) {
  const auto frames = static_cast<int64_t>(result.outputs.size());
  EXPECT_EQ(result.bytes_read, frames * predicted.bytes_read);
  EXPECT_EQ(result.bytes_written, frames * predicted.bytes_written);
}

// Random networks on one engine: quiet memory (cycles as predicted) and random stalls (same bytes). Returns how many layers'
// weights were streamed.
int run_random(const engine::Engine& lanes, uint64_t seed, int count, bool stream = false) {
  Rng rng(seed);
  std::vector<net::Network> networks;
  for (int i = 0; i < count; ++i) networks.push_back(random_network(rng));
  engine::Engine engine = hold_all(lanes, networks);
  if (stream) engine = stream_all(engine, networks);
  int streamed = 0;
  for (const net::Network& network : networks) {
    SCOPED_TRACE(net::to_json(network).dump());
    Case c{network, engine, rng.bits()};
    c.memory.latency = static_cast<int>(rng.below(201));
    if (rng.chance(0.5)) c.memory.gap_num = 1, c.memory.gap_den = static_cast<int>(rng.between(1, 9));
    Result quiet;
    expect_equal(c, &quiet);
    const program::Program program = program::compile(network, engine);
    for (const program::Layer& layer : program.layers) streamed += layer.stream;
    const program::Cycles predicted = program::predict(program, c.memory);
    EXPECT_EQ(quiet.frame_cycles, predicted.frame)
        << "latency " << c.memory.latency << " gap " << c.memory.gap_num << '/' << c.memory.gap_den;
    EXPECT_EQ(quiet.latency_cycles, predicted.latency);
    EXPECT_EQ(quiet.counters.wait_fill, predicted.all.fill);
    EXPECT_EQ(quiet.counters.wait_store, predicted.all.store);
    EXPECT_EQ(quiet.counters.wait_load, predicted.all.load);
    expect_bytes(quiet, predicted);
    c.stall_seed = rng.bits() | 1;
    Result stalled;
    expect_equal(c, &stalled);
    expect_bytes(stalled, predicted);
  }
  return streamed;
}

TEST(Engine, W8F8) { run_random(small_engine(4, 4, 1, 8, 8), 1, 6); }
TEST(Engine, W16F16) { run_random(small_engine(4, 8, 2, 16, 16), 2, 6); }
TEST(Engine, W4F4) { run_random(small_engine(8, 8, 4, 4, 4), 3, 6); }
TEST(Engine, W11F9OddLanesDepthwiseInLuts) {
  engine::Engine engine = small_engine(6, 10, 2, 11, 9);
  engine.dw_in_luts = 1;
  run_random(engine, 4, 6);
}

// Two products a DSP: taken apart after every product, after chains that do and do not divide the lanes, and at the end.
engine::Engine pairs(engine::Engine engine) {
  engine.products = 2;
  return engine;
}
TEST(Pairs, W9F7DrainsEveryProduct) { run_random(pairs(small_engine(4, 8, 1, 9, 7)), 24, 4); }
TEST(Pairs, W8F8ChainsOfTwo) { run_random(pairs(small_engine(4, 8, 1, 8, 8)), 5, 4); }
TEST(Pairs, W8F7ChainsOfFour) { run_random(pairs(small_engine(6, 4, 2, 8, 7)), 6, 4); }
TEST(Pairs, W4F4OneChain) { run_random(pairs(small_engine(4, 6, 2, 4, 4)), 7, 4); }
TEST(Pairs, W16F4OfTwoPixels) { run_random(pairs(small_engine(4, 5, 1, 16, 4)), 24, 4); }
TEST(Pairs, W10F6OfTwoPixelsQuads) { run_random(pairs(small_engine(12, 6, 3, 10, 6)), 25, 4); }

// Four pixels of a pooled picture at once, in columns whose chains end inside, at and across quarters of the lanes.
TEST(Quads, W16F8) { run_random(small_engine(12, 6, 3, 16, 8), 8, 4); }
TEST(Quads, W16F16) { run_random(small_engine(16, 4, 4, 16, 16), 9, 4); }
TEST(Quads, PairsW8F8TwoBanksADepthwiseGroup) { run_random(pairs(small_engine(12, 12, 6, 8, 8)), 10, 4); }
TEST(Quads, PairsW8F7) { run_random(pairs(small_engine(12, 6, 3, 8, 7)), 11, 4); }

// Four products a DSP: two pixels at once, in chains of four and of one, with an odd number of columns and pooled ones.
engine::Engine fours(engine::Engine engine) {
  engine.products = 4;
  return engine;
}
TEST(Fours, W4F4ChainsOfFour) { run_random(fours(small_engine(6, 4, 2, 4, 4)), 15, 8); }
TEST(Fours, W4F6DrainsEveryProduct) { run_random(fours(small_engine(4, 8, 1, 4, 6)), 16, 6); }
TEST(Fours, W6F4ChannelsInsidePixels) { run_random(fours(small_engine(4, 6, 2, 6, 4)), 26, 4); }
TEST(Fours, W3F3Quads) { run_random(fours(small_engine(12, 6, 3, 3, 3)), 17, 8); }
TEST(Fours, Streamed) { EXPECT_GT(run_random(fours(small_engine(4, 4, 2, 4, 4)), 18, 6, true), 2); }

// Two output groups in a word of the result buffer, the last unit with one or two.
engine::Engine units(engine::Engine engine) {
  engine.unit_groups = 2;
  return engine;
}
TEST(Units, W8F8) { run_random(units(small_engine(4, 2, 2, 8, 8)), 19, 6); }
TEST(Units, FoursStreamed) { EXPECT_GT(run_random(units(fours(small_engine(4, 2, 2, 4, 4))), 20, 6, true), 2); }

// Maps as nibbles, pictures of two columns a beat (one where they are not pooled); windows of six lanes and of more.
engine::Engine of_nibbles(engine::Engine engine) {
  EXPECT_TRUE(engine::nibbles(engine));
  return engine;
}
TEST(Nibbles, W6F3) { run_random(of_nibbles(small_engine(12, 12, 12, 6, 3)), 21, 8); }
TEST(Nibbles, FoursW4F4SixLanes) { run_random(of_nibbles(fours(units(small_engine(12, 6, 6, 4, 4)))), 22, 8); }
TEST(Nibbles, FoursW4F4LanesNoBeatDivides) { run_random(of_nibbles(fours(units(small_engine(24, 18, 12, 4, 4)))), 23, 8); }

// Weights that come again for every tile: one beat a word and several, one pass an output group and many, narrow tiles.
TEST(Stream, W8F8) { EXPECT_GT(run_random(small_engine(4, 4, 1, 8, 8), 12, 8, true), 2); }
TEST(Stream, W11F8ThreeBeatsAWord) { EXPECT_GT(run_random(small_engine(6, 12, 2, 11, 8), 13, 8, true), 2); }
TEST(Stream, PairsW8F8) { EXPECT_GT(run_random(pairs(small_engine(2, 2, 1, 8, 8)), 14, 8, true), 2); }

}  // namespace
}  // namespace duet::simulate
