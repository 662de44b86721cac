// Walks the registry: whatever kind is added, its facts must agree with each other.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "unit/layer/sample.h"

namespace duet::layer {
namespace {

namespace fs = std::filesystem;

class EveryKind : public testing::TestWithParam<std::string> {
 protected:
  const LayerKind& kind() { return *find_kind(GetParam()); }
  const net::Graph& graph() { return sample::registered().at(GetParam()); }
  void SetUp() override {
    ASSERT_TRUE(sample::registered().count(GetParam())) << "its test registers no sample";
    ASSERT_EQ(graph().nodes.back().kind, GetParam());
  }
};

TEST_P(EveryKind, HasItsFileAndItsTest) {
  EXPECT_EQ(kind().name(), GetParam());
  EXPECT_TRUE(fs::exists(fs::path(DUET_SOURCE_DIR) / "src/layer" / (GetParam() + ".cpp")));
  EXPECT_TRUE(fs::exists(fs::path(DUET_SOURCE_DIR) / "tests/unit/layer" / (GetParam() + "_test.cpp")));
}

TEST_P(EveryKind, HasShapeAndWork) {
  const std::vector<net::Shape> all = shapes(graph());
  EXPECT_GT(all.back().size(), 0);
  const Work own = work(graph()).back();
  EXPECT_GE(own.macs, 0);
  EXPECT_EQ(own.macs, own.weights * all.back().pixels());
}

TEST_P(EveryKind, FloatRunKeepsThePromisedShape) {
  Rng rng(1);
  const std::vector<uint8_t> picture(graph().input.size(), 100);
  const auto map = quant::run_float(graph(), quant::random_tensors(graph(), rng), picture);
  EXPECT_EQ(map.shape, shapes(graph()).back());
  for (float value : map.values) EXPECT_TRUE(std::isfinite(value));
}

// Whole weights, scale 1: the integers and the floats must be the same numbers (but for the rounding of an average).
TEST_P(EveryKind, IntegersAndFloatsAreOneFunction) {
  if (!kind().runs_in_integers()) return;
  Rng rng(2);
  quant::Tensors tensors = quant::random_tensors(graph(), rng);
  const std::vector<net::Shape> all = shapes(graph());
  std::vector<uint8_t> picture(graph().input.size());
  for (uint8_t& byte : picture) byte = static_cast<uint8_t>(rng.below(256));
  std::vector<IntMap> maps{{graph().input, {picture.begin(), picture.end()}}};
  for (size_t i = 1; i < graph().nodes.size(); ++i) {
    const net::Node& node = graph().nodes[i];
    IntParameters parameters;
    if (kind_of(node).float_operation(node, input_shapes(node, all)).kind == FloatOperation::Kind::convolution) {
      quant::Tensor& weights = tensors.at(node.name + ".weight");
      std::vector<float> whole(weights.size());
      for (float& w : whole) w = static_cast<float>(rng.between(-9, 9));
      weights = sample::tensor(weights.shape, whole);
      parameters = {{whole.begin(), whole.end()}, std::vector<fixed::Requant>(all[i].channels), {-1000000, 1000000}};
    }
    std::vector<IntMap> inputs;
    for (int input : node.inputs) inputs.push_back(maps[input]);
    maps.push_back(sample::run(node, parameters, inputs));
  }
  const auto real = quant::run_float(graph(), tensors, picture);
  ASSERT_EQ(maps.back().shape, real.shape);
  for (size_t i = 0; i < real.values.size(); ++i) ASSERT_NEAR(maps.back().values[i], real.values[i] * 256, 0.5) << i;
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryKind, testing::ValuesIn(kind_names()), [](const auto& info) { return info.param; });

TEST(Registry, NamesAreUniqueAndEverySampleHasAKind) {
  const std::vector<std::string> names = kind_names();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  for (const auto& [kind, graph] : sample::registered()) EXPECT_NE(find_kind(kind), nullptr) << kind;
  EXPECT_EQ(find_kind("no-such-kind"), nullptr);
}

}  // namespace
}  // namespace duet::layer
