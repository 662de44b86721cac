#include "golden/golden.h"

#include <gtest/gtest.h>

#include <ctime>

#include "layer/convolve.h"
#include "quant/quantize.h"
#include "support/naive.h"

namespace duet::golden {
namespace {

// Compares every map of a picture; returns the number of values.
size_t compare(const quant::QuantizedNetwork& network, const std::vector<uint8_t>& picture) {
  const std::vector<test::Map> expected = test::naive_run(network, picture);
  size_t next = 0, values = 0;
  Runner(network).run(picture, [&](const net::Node& node, const layer::IntMap& map) {
    ASSERT_LT(next, expected.size());
    const test::Map& want = expected[next++];
    ASSERT_EQ(map.shape, (net::Shape{want.channels, want.height, want.width})) << node.name;
    EXPECT_TRUE(std::equal(map.values.begin(), map.values.end(), want.v.begin(), want.v.end())) << node.name;
    values += map.values.size();
  });
  EXPECT_EQ(next, expected.size());
  return values;
}

TEST(Golden, EqualsTheNaiveModelForEveryPairOfWidths) {
  Rng rng(11);
  for (int w = 2; w <= 16; ++w)
    for (int f = 2; f <= 16; ++f) {
      const net::Network network = test::random_network(rng);
      const quant::QuantizedNetwork q = quant::random_quantized(network, {.weight_bits = w, .feature_bits = f}, rng);
      compare(q, test::random_picture(network, rng));
      if (HasFailure()) FAIL() << "W" << w << "F" << f << " " << to_json(network);
    }
}

// Extreme integers, which no calibrated network has: every value at the end of its range, sums close to the accumulator's bound.
TEST(Golden, EqualsTheNaiveModelAtTheEndsOfTheRanges) {
  Rng rng(12);
  for (int i = 0; i < 60; ++i) {
    const net::Network network = test::random_network(rng);
    quant::QuantizedNetwork q = quant::random_quantized(network, {.weight_bits = 16, .feature_bits = 16}, rng);
    for (quant::QuantizedLayer& layer : q.layers) {
      for (int16_t& w : layer.parameters.weights) w = rng.chance(0.5) ? 32767 : -32767;
      for (fixed::Requant& r : layer.parameters.requant)
        r = {rng.between(-(int64_t{1} << 37), int64_t{1} << 37), static_cast<uint8_t>(rng.below(256)),
             static_cast<uint8_t>(rng.between(1, 47))};
    }
    if (quant::accumulator_bits(q) > fixed::kMaxAccumulatorBits) continue;
    std::vector<uint8_t> picture(network.input.size(), 255);
    compare(q, picture);
  }
}

TEST(Golden, FastAndPlainConvolutionAgreeWithEveryAccumulatorAndInstructionSet) {
  Rng rng(13);
  for (int i = 0; i < 200; ++i) {
    const bool depthwise = rng.chance(0.4);
    const int in = static_cast<int>(rng.between(1, 9)), out = depthwise ? in : static_cast<int>(rng.between(1, 19));
    const int k = 2 * static_cast<int>(rng.between(0, 3)) + 1;
    const net::Shape shape{in, static_cast<int>(rng.between(1, 9)), static_cast<int>(rng.between(1, 40))};
    net::Node node{"c", depthwise ? "dwconv" : "conv", {0}, {{"kernel", k}}};
    if (!depthwise) node.attributes["channels"] = out;
    layer::IntMap x{shape, std::vector<int32_t>(shape.size())};
    for (int32_t& v : x.values) v = static_cast<int32_t>(rng.between(-128, 255));
    layer::IntParameters p{std::vector<int16_t>(int64_t{out} * (depthwise ? 1 : in) * k * k), {}, {-30000, 30000}};
    for (int16_t& w : p.weights) w = static_cast<int16_t>(rng.between(-127, 127));
    for (int c = 0; c < out; ++c)
      p.requant.push_back(
          {rng.between(-5000, 5000), static_cast<uint8_t>(rng.between(1, 255)), static_cast<uint8_t>(rng.between(1, 12))});
    const layer::IntMap* input = &x;
    const layer::IntMap want = layer::kind_of(node).run(node, p, {&input, 1});
    for (auto accumulator : {layer::Accumulator::int32, layer::Accumulator::int16_pairs, layer::Accumulator::float64})
      for (int set = 0; set <= static_cast<int>(layer::best_instructions()); ++set) {
        std::vector<int32_t> got(want.values.size());
        convolve({in, out, k, depthwise ? in : 1, shape.height, shape.width}, x.values.data(), p, accumulator, got.data(),
                 static_cast<layer::Instructions>(set));
        ASSERT_EQ(got, want.values) << "kernel " << k << " channels " << in << " " << out << " map " << shape.height << "x"
                                    << shape.width;
      }
  }
}

TEST(Golden, RunAllNamesItsMapsAndEndsWithTheHead) {
  Rng rng(14);
  const net::Network network = test::random_network(rng);
  const quant::QuantizedNetwork q = quant::random_quantized(network, {}, rng);
  const std::vector<uint8_t> picture = test::random_picture(network, rng);
  const layer::IntMap input{network.input, {picture.begin(), picture.end()}};
  const std::vector<NodeMap> all = run_all(q, input);
  EXPECT_EQ(all.front().node, "input");
  EXPECT_EQ(all.front().map.values, input.values);
  EXPECT_EQ(all.back().node, "head");
  EXPECT_EQ(all.back().map.values, run(q, input).values);
}

TEST(Golden, ABatchGivesWhatSingleRunsGive) {
  Rng rng(15);
  const net::Network network = test::random_network(rng);
  const Runner runner(quant::random_quantized(network, {}, rng));
  std::vector<std::vector<uint8_t>> pictures;
  for (int i = 0; i < 9; ++i) pictures.push_back(test::random_picture(network, rng));
  std::vector<std::vector<int32_t>> heads(pictures.size());
  run_batch(
      runner, pictures.size(), [&](size_t i) { return std::span<const uint8_t>(pictures[i]); }, 3,
      [&](size_t i, const layer::IntMap& head) { heads[i] = head.values; });
  for (size_t i = 0; i < pictures.size(); ++i) EXPECT_EQ(heads[i], runner.run(pictures[i]).values) << i;
}

// Not a limit, since machines differ: the figure is printed and recorded.
TEST(Golden, SpeedOfDnnA) {
  Rng rng(16);
  const net::Network& network = *net::find_known("dnn-a");
  const std::vector<uint8_t> picture = test::random_picture(network, rng);
  for (const auto& [w, f] : {std::pair{8, 8}, {16, 8}, {16, 16}}) {
    const quant::QuantizedNetwork q = quant::random_quantized(network, {.weight_bits = w, .feature_bits = f}, rng);
    const Runner runner(q);
    const std::clock_t start = std::clock();  // processor time, since tests share the machine
    const int frames = 3;
    for (int i = 0; i < frames; ++i) runner.run(picture);
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    const std::string name = "W" + std::to_string(w) + "F" + std::to_string(f);
    RecordProperty("frames_per_second_" + name, std::to_string(frames / seconds));
    printf("DNN-A %s: %.1f frames a second of processor time, accumulator %d bits\n", name.c_str(), frames / seconds,
           quant::accumulator_bits(q));
  }
}

}  // namespace
}  // namespace duet::golden
