#include "train/classify.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "data/pack.h"
#include "support/folder.h"
#include "train/plan.h"
#include "train/zoo.h"

namespace duet::train {
namespace {

// Two classes of noise: brighter above or brighter below.
void write_pack(const std::filesystem::path& path, int count, uint64_t seed) {
  Rng rng(seed);
  data::PackWriter writer(path, count, 16, 16);
  for (int i = 0; i < count; ++i) {
    writer.set(i, {0, 0, 1, 1}, static_cast<uint32_t>(i % 2));
    for (int p = 0; p < 3 * 256; ++p) {
      const bool above = p % 256 < 128;
      writer.pixels(i)[p] = static_cast<uint8_t>(rng.below(100) + (above == (i % 2 == 0) ? 80 : 0));
    }
  }
  writer.finish();
}

class Classify : public testing::Test {
 protected:
  void SetUp() override {
    write_pack(folder_ / "train.pack", 128, 1);
    write_pack(folder_ / "validation.pack", 32, 2);
    write_pack(folder_ / "test.pack", 32, 3);
  }
  ClassifySpec spec(const std::string& network) const {
    ClassifySpec spec;
    spec.network = network, spec.packs = folder_.path(), spec.classes = 2;
    spec.epochs = 4, spec.batch = 16;
    return spec;
  }
  test::Folder folder_;
};

TEST_F(Classify, BothNetworksTellTheClassesApart) {
  for (const char* network : {"alexnet", "resnet-20"}) {
    const Json result = classify(spec(network), folder_ / network, {});
    EXPECT_GT(result["accuracy_test"].get<double>(), 0.9) << network;
    EXPECT_EQ(result["weight_bytes"], result["float_weight_bytes"]);
    EXPECT_EQ(result["weight_bytes"].get<double>(), 4 * result["parameters"].get<double>());
  }
}

TEST_F(Classify, ResumedEqualsUninterruptedWithRounding) {
  ClassifySpec rounded = spec("alexnet");
  rounded.weight_levels = {255, 3, 2, 15}, rounded.feature_levels = 16;
  const Json whole = classify(rounded, folder_ / "whole", {});
  struct Stop {};
  const auto stop = [](double done, double, const std::string&) {
    if (done >= 13) throw Stop();  // in the second epoch
  };
  EXPECT_THROW(classify(rounded, folder_ / "parts", stop), Stop);
  EXPECT_EQ(classify(rounded, folder_ / "parts", {})["accuracy_validation"], whole["accuracy_validation"]);
  EXPECT_GT(whole["accuracy_test"].get<double>(), 0.9);
  // 255 and 15 levels take 8 and 4 bits, 3 take 2 and 2 one.
  EXPECT_LT(whole["weight_bytes"].get<double>(), whole["float_weight_bytes"].get<double>() / 15);
  EXPECT_EQ(whole["feature_bytes"].get<double>() * 8 - 8 * 4 * 2, (whole["float_feature_bytes"].get<double>() - 4 * 2));
}

// Weights that were drawn to rounded ones score as well rounded as others do in float, and a killed training goes on with its
// targets and multipliers.
TEST_F(Classify, AdmmDrawsWeightsToRoundedOnes) {
  ClassifySpec drawn = spec("alexnet");
  drawn.weight_levels = {255, 15, 15, 255}, drawn.admm = 0.01, drawn.epochs = 6;
  const Json whole = classify(drawn, folder_ / "admm", {});
  EXPECT_GT(whole["accuracy_test"].get<double>(), 0.9);
  struct Stop {};
  EXPECT_THROW(classify(drawn, folder_ / "admm_parts",
                        [](double done, double, const std::string&) {
                          if (done >= 21) throw Stop();
                        }),
               Stop);
  EXPECT_EQ(classify(drawn, folder_ / "admm_parts", {})["curve"], whole["curve"]);
}

TEST(Zoo, Resnet20HasTheParametersOfHeAndOthers) {
  // 0.27 M in table 6 of the paper, which has no 1x1 convolutions where maps are halved: 2,560 more here.
  const ZooNetwork network = zoo_network("resnet-20", 10, 32, 32);
  int64_t weights = 0;
  for (const core::Op& op : network.plan.ops)
    if (op.kind == core::Op::Kind::convolution) weights += int64_t{op.out_channels} * op.in_channels * op.kernel * op.kernel;
  EXPECT_EQ(weights, 432 + 6 * 2304 + 4608 + 5 * 9216 + 18432 + 5 * 36864 + 640 + 2560);
  EXPECT_EQ(network.parts.size(), 1 + 18 + 2 + 1u);
}

}  // namespace
}  // namespace duet::train
