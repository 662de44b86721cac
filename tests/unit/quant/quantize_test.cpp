#include "quant/quantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/files.h"
#include "quant/float_run.h"
#include "support/naive.h"

namespace duet::quant {
namespace {

namespace fs = std::filesystem;

net::Network small_network(const std::string& bundle, bool down = true) {
  net::Network network;
  network.name = "small";
  network.bundle = net::parse_bundle(bundle);
  network.input = {3, 10, 14};
  network.replications = {{6, down}, {9, false}};
  return network;
}

Pictures one(const std::vector<uint8_t>& picture) {
  return [&picture](size_t) { return std::span<const uint8_t>(picture); };
}

template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void set(Tensors& tensors, const std::string& name, std::vector<float> values) {
  const std::vector<int64_t> shape = tensors.at(name).shape;
  tensors[name] = make_tensor<float>(shape, std::span<const float>(values));
}

// The folded layers, run as plain convolutions in double, give what the float network gives.
TEST(Fold, KeepsTheNetworksFunction) {
  Rng rng(1);
  for (const std::string bundle : {"conv3-bn", "dw3-conv1-bn-relu-max", "conv1-dw5-relu4-avg", "conv5-conv1-bn-relu8-max"}) {
    const net::Network network = small_network(bundle, bundle.find("max") != std::string::npos);
    const Tensors tensors = random_tensors(to_graph(network), rng);
    const std::vector<uint8_t> picture = test::random_picture(network, rng);
    std::vector<FloatMap> maps;
    run_float(to_graph(network), tensors, picture, [&](size_t, const FloatMap& map) { maps.push_back(map); });
    const FoldedLayer first = fold(network, tensors)[0];
    const FloatMap& in = maps[0];
    const FloatMap& out = maps[first.map_node];
    for (int c = 0; c < first.out_channels; ++c)
      for (int y = 0; y < in.shape.height; ++y)
        for (int x = 0; x < in.shape.width; ++x) {
          double sum = first.bias[c];
          const int fan = first.in_channels / first.groups, k = first.kernel;
          for (int i = 0; i < fan; ++i)
            for (int ky = 0; ky < k; ++ky)
              for (int kx = 0; kx < k; ++kx) {
                const int channel = first.groups > 1 ? c : i, yy = y + ky - k / 2, xx = x + kx - k / 2;
                if (yy < 0 || xx < 0 || yy >= in.shape.height || xx >= in.shape.width) continue;
                sum += first.weights[((c * fan + i) * k + ky) * k + kx] *
                       in.values[(channel * in.shape.height + yy) * in.shape.width + xx];
              }
          if (first.relu) sum = std::max(sum, 0.0);
          if (first.clip > 0) sum = std::min(sum, first.clip);
          ASSERT_NEAR(out.values[(c * in.shape.height + y) * in.shape.width + x], sum, 1e-4) << bundle;
        }
  }
}

// Float maps against numbers worked out by hand, for what Fold does not reach.
TEST(FloatRun, PoolsAndHead) {
  net::Network network = small_network("conv1-max");
  network.input = {1, 2, 3};
  network.replications = {{1, true}};
  network.anchors = {{0.1, 0.1}};
  Rng rng(2);
  Tensors tensors = random_tensors(to_graph(network), rng);
  set(tensors, "b0.l0.weight", {2});
  set(tensors, "b0.l0.bias", {-1});
  set(tensors, "head.weight", {1, 2, 3, 4, 5});
  set(tensors, "head.bias", {0, 0, 0, 0, 1});
  const std::vector<uint8_t> picture{0, 64, 255, 128, 32, 255};
  EXPECT_THAT(run_float(to_graph(network), tensors, picture).values,
              testing::ElementsAre(0, 0, 0, 0, 1));  // max 2 * 128 / 256 - 1
  network.bundle.pool = net::Pool::average;
  const float mean = 2 * (0 + 64 + 128 + 32) / 4 / 256.0f - 1;
  EXPECT_THAT(run_float(to_graph(network), tensors, picture).values,
              testing::ElementsAre(mean, 2 * mean, 3 * mean, 4 * mean, 5 * mean + 1));
}

TEST(Calibrate, FindsTheRangeAndRespectsTheClip) {
  Rng rng(3);
  const net::Network network = small_network("dw3-conv1-bn-relu4-max");
  const Tensors tensors = random_tensors(to_graph(network), rng);
  const std::vector<uint8_t> picture = test::random_picture(network, rng);
  std::map<std::string, double> largest;
  const net::Graph graph = to_graph(network);
  run_float(graph, tensors, picture, [&](size_t node, const FloatMap& map) {
    for (float v : map.values) largest[graph.nodes[node].name] = std::max(largest[graph.nodes[node].name], std::abs(double{v}));
  });
  const Ranges fine = calibrate(network, tensors, one(picture), 1, {8, 11}),
               coarse = calibrate(network, tensors, one(picture), 1, {8, 3});
  ASSERT_EQ(fine.max.size(), 5u);
  EXPECT_DOUBLE_EQ(fine.max.at("head"), 2 * largest["head"]);
  for (const std::string layer : {"b0.l0", "b0.l1", "b1.l0", "b1.l1"}) {
    EXPECT_LE(fine.max.at(layer), 4) << layer;
    EXPECT_NEAR(fine.max.at(layer), largest[layer + ".act"], 0.05 * largest[layer + ".act"]) << layer;
    EXPECT_LT(coarse.max.at(layer), fine.max.at(layer)) << "three bits should clip " << layer;
  }
  const Ranges again = calibrate(network, tensors, one(picture), 3, {8, 11}, 3);  // threads and repetition change nothing
  EXPECT_EQ(again.max, fine.max);
  const Ranges roomy = calibrate(network, tensors, one(picture), 1, {8, 12});
  for (const std::string layer : {"b0.l0", "b1.l1"})
    EXPECT_DOUBLE_EQ(roomy.max.at(layer), std::min(4.0, 2 * largest[layer + ".act"])) << layer;
}

TEST(Calibrate, OrderOfBrightAndDarkPicturesChangesNothing) {
  Rng rng(9);
  const net::Network network = small_network("conv3-relu-max");
  const Tensors tensors = random_tensors(to_graph(network), rng);
  std::vector<std::vector<uint8_t>> pictures(9, std::vector<uint8_t>(network.input.size()));
  for (size_t i = 0; i < pictures.size(); ++i)
    for (uint8_t& byte : pictures[i]) byte = static_cast<uint8_t>(rng.below(i == 0 ? 256 : 16));
  const auto forward = [&](size_t i) { return std::span<const uint8_t>(pictures[i]); };
  const auto backward = [&](size_t i) { return std::span<const uint8_t>(pictures[pictures.size() - 1 - i]); };
  for (int bits : {2, 3, 4, 8})
    EXPECT_EQ(calibrate(network, tensors, forward, 9, {8, bits}).max, calibrate(network, tensors, backward, 9, {8, bits}).max)
        << bits;
}

TEST(AccumulatorBits, AreTheFewestThatHoldTheBound) {
  layer::IntParameters p{{3, -2}, {{-100, 128, 7}}, {0, 255}};
  EXPECT_EQ(accumulator_bits(p, {0, 255}), 12);  // 100 + 5 * 255 = 1375 < 2^11
  p.requant[0].bias = 2047 - 1275;
  EXPECT_EQ(accumulator_bits(p, {0, 255}), 12);
  p.requant[0].bias = -(2048 - 1275);
  EXPECT_EQ(accumulator_bits(p, {0, 255}), 13);  // 2048 is not below 2^11
  p.requant[0].bias = 0;
  EXPECT_EQ(accumulator_bits(p, {-128, 127}), 11);  // 5 * 128 = 640
}

// Random numbers of the float network, layer by layer through the integers: the error of each map stays near what its step
// allows.
TEST(Quantize, IntegersFollowTheFloatNetwork) {
  Rng rng(4);
  for (int i = 0; i < 40; ++i) {
    const net::Network network = test::random_network(rng);
    const Tensors tensors = random_tensors(to_graph(network), rng);
    const std::vector<uint8_t> picture = test::random_picture(network, rng);
    const QuantizedNetwork q = quantize_network(network, tensors, one(picture), 1, {.weight_bits = 15, .feature_bits = 16});
    const FloatMap head = run_float(to_graph(network), tensors, picture);
    const test::Map integers = test::naive_run(q, picture).back();
    double signal = 0, noise = 0;
    for (size_t k = 0; k < head.values.size(); ++k) {
      const double real = integers.v[k] * q.layers.back().output_scale;
      signal += head.values[k] * head.values[k], noise += (head.values[k] - real) * (head.values[k] - real);
    }
    EXPECT_GT(signal, 1e5 * noise) << name(network.bundle);
    EXPECT_LE(accumulator_bits(q), 40);
  }
}

TEST(Quantize, WeightScalesAreWhatMultiplierAndShiftDefine) {
  Rng rng(5);
  const net::Network network = small_network("dw3-conv1-bn-relu-max");
  const QuantizedNetwork q = random_quantized(network, {.weight_bits = 5, .feature_bits = 6}, rng);
  double s_in = kPictureScale;
  for (const QuantizedLayer& layer : q.layers) {
    for (size_t c = 0; c < layer.weight_scale.size(); ++c) {
      const fixed::Requant& r = layer.parameters.requant[c];
      EXPECT_DOUBLE_EQ(layer.weight_scale[c], std::ldexp(r.multiplier, -r.shift) * layer.output_scale / s_in);
    }
    for (int w : layer.parameters.weights) EXPECT_LE(std::abs(w), 15);
    s_in = layer.output_scale;
  }
  EXPECT_EQ(q.layers.front().parameters.output, (fixed::Range{0, 63}));
  EXPECT_EQ(q.layers.back().parameters.output, (fixed::Range{-32768, 32767}));
}

TEST(Quantize, LayersMayHaveWidthsOfTheirOwn) {
  Rng rng(10);
  net::Network network = small_network("dw3-conv1-bn-relu-max");
  const QuantizedNetwork q = random_quantized(
      network, {.weight_bits = 6, .feature_bits = 5, .layers = {{"b0.l1", {9, 3}}, {"b1.l0", {2, 11}}, {"head", {4, 7}}}}, rng);
  const auto widths = [](const QuantizedNetwork& of) {
    std::vector<std::pair<int, int>> all;
    for (const QuantizedLayer& layer : of.layers) {
      all.emplace_back(layer.weight_bits, layer.output_bits);
      for (int w : layer.parameters.weights) EXPECT_LE(std::abs(w), fixed::weight_limit(layer.weight_bits)) << layer.node;
      EXPECT_EQ(layer.parameters.output, fixed::feature_range(layer.output_bits, layer.output_signed));
    }
    return all;
  };
  using testing::ElementsAre;
  using testing::Pair;
  EXPECT_THAT(widths(q), ElementsAre(Pair(6, 5), Pair(9, 3), Pair(2, 11), Pair(6, 5), Pair(4, 16)));
  EXPECT_EQ(q.weight_bits, 9);
  EXPECT_EQ(q.feature_bits, 11);
  // Maps side by side: that which goes around b1 and what b1 makes.
  network.input = {3, 12, 16};
  network.replications = {{6, true}, {9, false}, {7, false}};
  network.bypass = net::Bypass{0, 2};
  const QuantizedNetwork side = random_quantized(network, {.layers = {{"b0.l1", {8, 4}}, {"b1.l1", {8, 6}}}}, rng);
  EXPECT_THAT(widths(side), ElementsAre(Pair(8, 8), Pair(8, 6), Pair(8, 8), Pair(8, 6), Pair(8, 8), Pair(8, 8), Pair(8, 16)));
  EXPECT_EQ(side.layers[1].output_scale, side.layers[3].output_scale);
  const auto problem = [&](const QuantizeOptions& options) { return message_of([&] { layer_widths(network, options); }); };
  EXPECT_THAT(problem({.layers = {{"b1.l2", {8, 8}}}}), testing::HasSubstr("did you mean b1.l"));
  EXPECT_THAT(problem({.layers = {{"something", {8, 8}}}}), testing::HasSubstr("the layers are b0.l0, b0.l1,"));
  EXPECT_THAT(problem({.layers = {{"b1.l1", {8, 1}}}}), testing::HasSubstr("feature_bits of b1.l1 is 1"));
}

// A dead channel has weights of almost nothing and a large bias: its output must still be right.
TEST(Quantize, ChannelsOfZerosKeepTheirBias) {
  Rng rng(6);
  const net::Network network = small_network("conv1-relu-max");
  Tensors tensors = random_tensors(to_graph(network), rng);
  std::vector<float> weights(18, 0.0f), bias{0.5, 1, 2, 3, 0.25, 0};
  for (int i = 3; i < 9; ++i) weights[i] = 1e-20f;
  set(tensors, "b0.l0.weight", weights);
  set(tensors, "b0.l0.bias", bias);
  const std::vector<uint8_t> picture = test::random_picture(network, rng);
  const QuantizedNetwork q = quantize_network(network, tensors, one(picture), 1, {.weight_bits = 8, .feature_bits = 8});
  const test::Map map = test::naive_run(q, picture)[1];
  for (int c = 0; c < 6; ++c) EXPECT_NEAR(map.get(c, 0, 0) * q.layers[0].output_scale, bias[c], 3.0 / 255) << c;
}

TEST(Quantize, WhatCannotBeDoneIsNamed) {
  Rng rng(7);
  const net::Network network = small_network("dw3-conv1-bn-relu-max");
  Tensors tensors = random_tensors(to_graph(network), rng);
  const std::vector<uint8_t> picture = test::random_picture(network, rng);
  const Ranges ranges = calibrate(network, tensors, one(picture), 1, {});
  const auto quantized = [&](const Tensors& t, const Ranges& r, QuantizeOptions o) {
    return message_of([&] { quantize(network, t, r, o); });
  };
  EXPECT_EQ(quantized(tensors, ranges, {}), "");
  EXPECT_THAT(quantized(tensors, ranges, {.weight_bits = 1}), testing::HasSubstr("weight_bits is 1"));
  EXPECT_THAT(quantized(tensors, ranges, {.feature_bits = 17}), testing::HasSubstr("feature_bits is 17"));
  EXPECT_THAT(quantized(tensors, ranges, {.weight_bits = 16, .feature_bits = 16, .accumulator_bits = 24}),
              testing::ContainsRegex("layer 'b.*channel .*the accumulator has 24"));
  Ranges wrong = ranges;
  wrong.max.erase("b1.l0");
  EXPECT_THAT(quantized(tensors, wrong, {}), testing::HasSubstr("layer 'b1.l0'"));
  wrong.max["b1.l0"] = NAN;
  EXPECT_THAT(quantized(tensors, wrong, {}), testing::HasSubstr("has the range"));
  Tensors nan = tensors;
  set(nan, "b1.l0.bn.bias", {0, 0, NAN, 0, 0, 0});
  EXPECT_THAT(quantized(nan, ranges, {}), testing::HasSubstr("layer 'b1.l0', channel 2: a weight is not a number"));
  tensors.erase("b0.l1.bn.running_var");
  EXPECT_THAT(quantized(tensors, ranges, {}), testing::HasSubstr("b0.l1.bn.running_var"));
}

TEST(Quantized, IsReadBackAsItWasSavedAndDamageIsNamed) {
  Rng rng(8);
  const fs::path folder = fs::temp_directory_path() / ("duet_quantized_" + std::to_string(getpid()));
  for (int i = 0; i < 20; ++i) {
    const int w = i < 19 ? static_cast<int>(rng.between(2, 16)) : 8, f = static_cast<int>(rng.between(2, 16));
    const QuantizedNetwork q = random_quantized(test::random_network(rng), {.weight_bits = w, .feature_bits = f}, rng);
    save(q, folder / "quantized");
    const QuantizedNetwork read = load_quantized(folder / "quantized");
    EXPECT_EQ(read.network, q.network);
    EXPECT_EQ(read.weight_bits, w);
    EXPECT_EQ(read.feature_bits, f);
    ASSERT_EQ(read.layers.size(), q.layers.size());
    for (size_t l = 0; l < q.layers.size(); ++l) {
      EXPECT_EQ(read.layers[l].parameters.weights, q.layers[l].parameters.weights);
      EXPECT_EQ(read.layers[l].parameters.requant, q.layers[l].parameters.requant);
      EXPECT_EQ(read.layers[l].parameters.output, q.layers[l].parameters.output);
      EXPECT_EQ(read.layers[l].output_scale, q.layers[l].output_scale);
      EXPECT_EQ(read.layers[l].weight_scale, q.layers[l].weight_scale);
    }
  }
  const Json good = base::read_json(folder / "quantized.json");
  const auto broken = [&](const std::function<void(Json&)>& change) {
    Json json = good;
    change(json);
    base::write_json(folder / "quantized.json", json);
    return message_of([&] { load_quantized(folder / "quantized"); });
  };
  EXPECT_EQ(broken([](Json&) {}), "");
  EXPECT_THAT(broken([](Json& j) { j["layers"].erase(0); }), testing::HasSubstr("list of"));
  EXPECT_THAT(broken([](Json& j) { j["layers"][0]["node"] = "x"; }), testing::HasSubstr("layer 'x'"));
  EXPECT_THAT(broken([](Json& j) {
                j["layers"][0]["weight_bits"] = 2;
                j["layers"].back()["weight_bits"] = 2;
              }),
              testing::HasSubstr("exceeds its bits"));
  EXPECT_THAT(broken([](Json& j) { j["network"]["bundel"] = 1; }), testing::HasSubstr("did you mean 'bundle'"));
  EXPECT_THAT(broken([](Json& j) { j["network"]["replications"][0]["channels"] = 333; }), testing::HasSubstr("weight_scale"));
  Tensors tensors = load_safetensors(folder / "quantized.safetensors");
  tensors.erase("head.shift");
  save_safetensors(tensors, folder / "quantized.safetensors");
  EXPECT_THAT(broken([](Json&) {}), testing::HasSubstr("'head.shift' is missing"));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace duet::quant
