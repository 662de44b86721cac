#include "model/random_runs.h"

#include <gtest/gtest.h>

#include "golden/golden.h"
#include "quant/quantize.h"
#include "simulate/simulate.h"
#include "support/networks.h"

namespace duet::simulate {
namespace {

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
  for (int i = 0; i < 3; ++i) pictures.push_back(test::random_picture(c.network.input, rng));
  for (const layer::IntMap& picture : pictures) expected.push_back(golden::run(network, picture));
  Options options;
  options.keep_maps = true;
  options.memory = c.memory;
  options.stall_seed = c.stall_seed;
  const Result result = run(network, c.engine, pictures, options);
  const std::vector<golden::NodeMap> maps = golden::run_all(network, pictures.back());
  for (const LayerMap& got : result.maps) {
    const Comparison one = compare({got.map}, {golden::map_of(maps, got.node)}, engine::stored_bits(c.engine));
    EXPECT_EQ(one.bytes_differ, 0) << got.node << ": " << one.first;
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

}  // namespace

engine::Engine small_engine(int in, int out, int dw, int weight_bits, int feature_bits) {
  engine::Engine engine;
  engine.in_lanes = in, engine.out_lanes = out, engine.dw_lanes = dw;
  engine.weight_bits = weight_bits, engine.feature_bits = feature_bits;
  engine.acc_bits = 40;
  return engine;
}

engine::Engine engine_of(const char* bundle, int in, int out, int dw, int weight_bits, int feature_bits) {
  engine::Engine engine = small_engine(in, out, dw, weight_bits, feature_bits);
  engine.bundle = net::parse_bundle(bundle);
  return engine;
}

int run_random(const engine::Engine& lanes, uint64_t seed, int count, bool stream) {
  Rng rng(seed);
  std::vector<net::Network> networks;
  for (int i = 0; i < count; ++i) networks.push_back(test::random_network(rng, lanes.bundle));
  return run_networks(lanes, networks, rng, stream);
}

int run_bypasses(engine::Engine lanes, uint64_t seed, int count, bool stream) {
  Rng rng(seed);
  lanes.bypass = 1;
  std::vector<net::Network> networks{test::random_network(rng, lanes.bundle)};
  while (static_cast<int>(networks.size()) < count) networks.push_back(test::random_bypass(rng, lanes));
  return run_networks(lanes, networks, rng, stream);
}

int run_networks(const engine::Engine& lanes, const std::vector<net::Network>& networks, Rng& rng, bool stream) {
  engine::Engine engine = test::hold_all(lanes, networks);
  if (stream) engine = test::stream_all(engine, networks);
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

}  // namespace duet::simulate
