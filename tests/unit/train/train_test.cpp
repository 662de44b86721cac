#include "train/train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <map>

#include "base/error.h"
#include "base/files.h"
#include "golden/golden.h"
#include "quant/float_run.h"
#include "quant/quantize.h"
#include "support/square_pack.h"
#include "train/plan.h"

namespace duet::train {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Train : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "duet-train-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    test::write_square_pack(folder_ / "train.pack", 160, 48, 64, 1);
    test::write_square_pack(folder_ / "validation.pack", 40, 48, 64, 2);
    test::write_square_pack(folder_ / "test.pack", 40, 48, 64, 3);
  }
  void TearDown() override { fs::remove_all(folder_); }

  TrainSpec spec(int epochs) const {
    TrainSpec spec;
    spec.network.input = {3, 48, 64};
    spec.network.bundle = net::parse_bundle("dw3-conv1-bn-relu-max");
    spec.network.replications = {{8, true}, {16, true}, {24, false}};
    spec.train_pack = folder_ / "train.pack", spec.validation_pack = folder_ / "validation.pack";
    spec.epochs = epochs, spec.batch = 8, spec.learning_rate = 0.01, spec.ema = 0.9;
    return spec;
  }
  double iou(const std::string& name, Runner runner) const {
    return to_json(score(folder_ / name, folder_ / "test.pack", runner, 1, {}))["iou"].get<double>();
  }

  fs::path folder_;
};

// OpenBLAS 0.3.21 takes a newer processor for a Prescott.
TEST(Library, MultipliesWithTheWidestInstructions) {
  const std::string blas = library().at("blas");
  if (blas.empty()) GTEST_SKIP() << "the BLAS is not OpenBLAS";
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
    EXPECT_EQ(blas, "SkylakeX");
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    EXPECT_EQ(blas, "Haswell");
}

TEST_F(Train, LearnsWhatAnUntrainedNetworkDoesNotKnow) {
  TrainSpec untrained = spec(1);
  untrained.learning_rate = 1e-9;
  untrained.network.bypass = net::Bypass{1, 2};
  train(untrained, folder_ / "untrained", {});
  TrainSpec long_enough = spec(16);
  long_enough.network.bypass = untrained.network.bypass;
  const Json result = train(long_enough, folder_ / "trained", {});
  const double before = iou("untrained", Runner::floating), after = iou("trained", Runner::floating);
  EXPECT_LT(before, 0.2);
  EXPECT_GT(after, 0.5);
  EXPECT_GT(result["iou_validation"].get<double>(), 0.5);
  EXPECT_EQ(result["curve"].size(), 16u);
  EXPECT_EQ(result["stopped"], "");
  EXPECT_LT(result["curve"][15]["loss"].get<double>(), result["curve"][0]["loss"].get<double>());

  // Then to integers: close to float, and golden and simulation agree in every picture.
  QuantizeSpec q;
  q.network = folder_ / "trained", q.train_pack = folder_ / "train.pack", q.validation_pack = folder_ / "validation.pack";
  q.epochs = 1, q.batch = 8;
  const Json quantised = quantize(q, folder_ / "integers", {});
  EXPECT_NEAR(iou("integers", Runner::golden), after, 0.08);
  const auto golden = score(folder_ / "integers", folder_ / "validation.pack", Runner::golden, 2, {});
  const auto simulated = score(folder_ / "integers", folder_ / "validation.pack", Runner::simulated, 1, {});
  ASSERT_EQ(golden.size(), simulated.size());
  double mean = 0;
  for (size_t i = 0; i < golden.size(); ++i) {
    EXPECT_EQ(golden[i].predicted, simulated[i].predicted) << i;
    mean += golden[i].iou / static_cast<double>(golden.size());
  }
  // What fine-tuning saw in single precision is what the integers do.
  EXPECT_NEAR(mean, quantised["iou_validation"].get<double>(), 0.01);
}

TEST_F(Train, FineTuningMendsNarrowWidths) {
  train(spec(12), folder_ / "trained", {});
  QuantizeSpec q;
  q.network = folder_ / "trained", q.train_pack = folder_ / "train.pack", q.validation_pack = folder_ / "validation.pack";
  q.epochs = 4, q.batch = 8, q.weight_bits = 4, q.feature_bits = 4, q.learning_rate = 0.003, q.ema = 0.9;
  for (const char* method : {"straight-through", "admm"}) {
    q.method = method;
    const Json result = quantize(q, folder_ / method, {});
    EXPECT_GT(result["iou_validation"].get<double>(), result["iou_validation_start"].get<double>()) << method;
    EXPECT_GT(iou(method, Runner::golden), 0.35) << method;
  }
}

// Learned scales reach the integers as the fine-tuning used them.
TEST_F(Train, FeatureScalesLearn) {
  TrainSpec s = spec(12);
  s.network.bypass = net::Bypass{1, 2};
  train(s, folder_ / "trained", {});
  QuantizeSpec q;
  q.network = folder_ / "trained", q.train_pack = folder_ / "train.pack", q.validation_pack = folder_ / "validation.pack";
  q.epochs = 4, q.batch = 8, q.weight_bits = 4, q.feature_bits = 4, q.learning_rate = 0.003, q.ema = 0.9;
  quantize(q, folder_ / "kept", {});
  q.learn_ranges = true;
  const double seen = quantize(q, folder_ / "learned", {})["iou_validation"];
  const auto golden = score(folder_ / "learned", folder_ / "validation.pack", Runner::golden, 2, {});
  double mean = 0;
  for (const Scored& one : golden) mean += one.iou / static_cast<double>(golden.size());
  EXPECT_NEAR(seen, mean, 0.01);
  const auto kept = quant::load_quantized(folder_ / "kept" / "quantized").layers;
  const auto learned = quant::load_quantized(folder_ / "learned" / "quantized").layers;
  for (size_t i = 0; i + 1 < kept.size(); ++i) {
    EXPECT_GT(std::abs(learned[i].output_scale / kept[i].output_scale - 1), 1e-4) << kept[i].node;
    EXPECT_LT(std::abs(std::log(learned[i].output_scale / kept[i].output_scale)), 1) << kept[i].node;
  }
  EXPECT_EQ(learned.back().output_scale, kept.back().output_scale);
}

// A layer of two bits spoils the network, in the fine-tuning's eyes as in the integers'.
TEST_F(Train, LayersMayHaveWidthsOfTheirOwn) {
  train(spec(12), folder_ / "trained", {});
  QuantizeSpec q;
  q.network = folder_ / "trained", q.train_pack = folder_ / "train.pack", q.validation_pack = folder_ / "validation.pack";
  q.epochs = 0, q.layers = {{"b1.l1", {2, 2}}};
  EXPECT_EQ(to_json(quantize_spec_from_json(to_json(q), "here")), to_json(q));
  const double seen = quantize(q, folder_ / "spoilt", {})["iou_validation"];
  const auto golden = score(folder_ / "spoilt", folder_ / "validation.pack", Runner::golden, 2, {});
  double mean = 0;
  for (const Scored& one : golden) mean += one.iou / static_cast<double>(golden.size());
  EXPECT_NEAR(seen, mean, 0.01);
  q.layers.clear();
  EXPECT_LT(seen, quantize(q, folder_ / "whole", {})["iou_validation"].get<double>() - 0.05);
  const quant::QuantizedNetwork integers = quant::load_quantized(folder_ / "spoilt" / "quantized");
  for (const quant::QuantizedLayer& layer : integers.layers) EXPECT_EQ(layer.weight_bits, layer.node == "b1.l1" ? 2 : 8);
}

// A child is killed with -9 in mid-training; the same call then ends in the same bytes as one left alone.
TEST_F(Train, ResumedEqualsUninterrupted) {
  TrainSpec s = spec(3);
  s.checkpoint_seconds = 0;
  const pid_t child = fork();
  if (child == 0) {
    train(s, folder_ / "killed", [](double done, double, const std::string&) {
      if (done >= 33) ::raise(SIGKILL);
    });
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_FALSE(fs::exists(folder_ / "killed" / "result.json"));
  double first = -1;
  const Json resumed = train(s, folder_ / "killed", [&](double done, double, const std::string&) {
    if (first < 0) first = done;
  });
  EXPECT_GE(first, 33);
  const Json whole = train(s, folder_ / "whole", {});
  EXPECT_EQ(base::read_file(folder_ / "killed" / "weights.safetensors"),
            base::read_file(folder_ / "whole" / "weights.safetensors"));
  EXPECT_EQ(resumed["iou_validation"], whole["iou_validation"]);
  for (size_t i = 0; i < whole["curve"].size(); ++i) EXPECT_EQ(resumed["curve"][i]["loss"], whole["curve"][i]["loss"]);
  // Another specification does not go on from that checkpoint.
  s.seed = 2;
  train(s, folder_ / "killed", {});
  EXPECT_NE(base::read_file(folder_ / "killed" / "weights.safetensors"),
            base::read_file(folder_ / "whole" / "weights.safetensors"));
}

TEST_F(Train, StopsWhereTheLossIsNoNumber) {
  TrainSpec s = spec(2);
  s.keep_anchors = true;
  train(s, folder_ / "start", {});
  quant::Tensors tensors = quant::load_safetensors(folder_ / "start" / "weights.safetensors");
  std::vector<float> bias(10, std::nanf(""));
  tensors["head.bias"] = quant::make_tensor<float>({10}, std::span<const float>(bias));
  quant::save_safetensors(tensors, folder_ / "start" / "weights.safetensors");
  s.start = folder_ / "start";
  EXPECT_THAT(train(s, folder_ / "nan", {})["stopped"].get<std::string>(), HasSubstr("learning_rate"));
}

struct Kind {
  const char* bundle;
  std::optional<net::Bypass> bypass;
};

class Bundles : public testing::TestWithParam<Kind> {};

net::Network random_network(const Kind& kind) {
  net::Network network;
  network.bypass = kind.bypass;
  network.input = {3, 40, 56};
  network.bundle = net::parse_bundle(kind.bundle);
  network.replications = {{12, true}, {20, true}, {24, false}};
  return network;
}

std::vector<uint8_t> noise(const net::Network& network, uint64_t seed) {
  Rng rng(seed);
  std::vector<uint8_t> picture(static_cast<size_t>(network.input.size()));
  for (uint8_t& v : picture) v = static_cast<uint8_t>(rng.below(256));
  return picture;
}

TEST_P(Bundles, FloatRunsAgree) {
  const net::Network network = random_network(GetParam());
  Rng rng(4);
  const net::Graph graph = net::to_graph(network);
  const quant::Tensors tensors = quant::random_tensors(graph, rng);
  const std::vector<uint8_t> picture = noise(network, 8);
  const std::vector<float> torch = library_core().forward(make_plan(network), to_weights(tensors), picture.data(), 1, 1);
  const quant::FloatMap own = quant::run_float(graph, tensors, picture);
  ASSERT_EQ(torch.size(), own.values.size());
  float largest = 0;
  for (float v : own.values) largest = std::max(largest, std::abs(v));
  EXPECT_GT(largest, 0.01f);
  for (size_t i = 0; i < torch.size(); ++i) ASSERT_NEAR(torch[i], own.values[i], 1e-4 * std::max(1.0f, largest)) << i;
}

TEST_P(Bundles, SimulationEqualsGoldenInEveryInteger) {
  const net::Network network = random_network(GetParam());
  Rng rng(5);
  const quant::Tensors tensors = quant::random_tensors(net::to_graph(network), rng);
  const std::vector<uint8_t> picture = noise(network, 9);
  for (const auto [w, f] : {std::pair{8, 8}, {16, 16}, {4, 5}}) {
    quant::QuantizeOptions options;
    options.weight_bits = w, options.feature_bits = f;
    const auto integers = quant::quantize_network(
        network, tensors, [&](size_t) { return std::span<const uint8_t>(picture); }, 1, options);
    std::vector<core::IntegerLayer> layers;
    for (const auto& layer : integers.layers) {
      layers.push_back(
          {layer.node, layer.parameters.weights, {}, {}, {}, layer.parameters.output.lo, layer.parameters.output.hi});
      for (const auto& q : layer.parameters.requant)
        layers.back().bias.push_back(q.bias), layers.back().multiplier.push_back(q.multiplier),
            layers.back().shift.push_back(q.shift);
    }
    std::map<std::string, std::vector<int32_t>> maps;
    library_core().simulate(make_plan(network), layers, picture.data(), 1, 1,
                            [&](const std::string& name, const std::vector<int32_t>& values) { maps[name] = values; });
    golden::Runner(integers).run(picture, [&](const net::Node& node, const layer::IntMap& map) {
      if (node.name == "input") return;
      EXPECT_EQ(maps[node.name], map.values) << node.name << " " << w << " " << f;
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Bundles,
                         testing::Values(Kind{"dw3-conv1-bn-relu-max", {}}, Kind{"conv3-bn-relu4-avg", {}},
                                         Kind{"conv1-dw5-bn-relu-avg", net::Bypass{1, 3}}, Kind{"conv5-relu-max", {}},
                                         Kind{"dw7-conv1-bn-max", {}}, Kind{"dw3-conv1-bn-relu-max", net::Bypass{1, 2}}));

// The finalists' way: a first training takes the decay's first part, a second one the rest.
TEST_F(Train, TwoTrainingsShareOneDecay) {
  TrainSpec first = spec(2), second = spec(2);
  first.cosine_end = second.cosine_begin = 0.4;
  second.start = folder_ / "first";
  const Json before = train(first, folder_ / "first", {}), after = train(second, folder_ / "second", {});
  const auto rate = [](const Json& result, size_t epoch) { return result["curve"][epoch]["learning_rate"].get<double>(); };
  const auto expected = [](double x) { return 0.01 * (0.01 + 0.99 * (1 + std::cos(3.14159265 * x)) / 2); };
  EXPECT_NEAR(rate(before, 1), expected(0.4), 2e-4);
  EXPECT_GT(rate(before, 0), rate(before, 1));
  EXPECT_LT(rate(after, 0), rate(before, 1));
  EXPECT_NEAR(rate(after, 1), expected(1), 2e-4);
}

std::string problem_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& e) {
    return e.problem + " | " + e.where + " | " + e.hint;
  }
  return "no Error";
}

TEST_F(Train, SaysWhatIsWrong) {
  Json json = to_json(spec(2));
  EXPECT_EQ(to_json(train_spec_from_json(json, "here")), json);
  json["epoch"] = 3;
  EXPECT_THAT(problem_of([&] { train_spec_from_json(json, "here"); }), HasSubstr("epochs"));
  json.erase("epoch");
  json["learning_rate"] = 0;
  EXPECT_THAT(problem_of([&] { train_spec_from_json(json, "here"); }), HasSubstr("learning_rate"));
  TrainSpec other = spec(2);
  other.network.input = {3, 40, 64};
  EXPECT_THAT(problem_of([&] { train(other, folder_ / "x", {}); }), HasSubstr("64x48"));
  other = spec(2);
  other.validation_pack = folder_ / "absent.pack";
  EXPECT_THAT(problem_of([&] { train(other, folder_ / "x", {}); }), HasSubstr("absent.pack"));
  EXPECT_THAT(problem_of([&] { score(folder_ / "x", folder_ / "test.pack", Runner::golden, 1, {}); }),
              HasSubstr("duet quantize"));
  EXPECT_THAT(problem_of([&] { score(folder_ / "x", folder_ / "test.pack", Runner::floating, 1, {}); }), HasSubstr("duet train"));
}

}  // namespace
}  // namespace duet::train
