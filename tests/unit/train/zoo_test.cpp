#include "train/zoo.h"

#include <gtest/gtest.h>

#include <map>

#include "base/rng.h"
#include "data/pack.h"
#include "support/folder.h"
#include "support/square_pack.h"
#include "train/plan.h"
#include "train/zoo_training.h"

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

class ZooTraining : public testing::Test {
 protected:
  void SetUp() override {
    write_pack(folder_ / "train.pack", 128, 1);
    write_pack(folder_ / "validation.pack", 32, 2);
    write_pack(folder_ / "test.pack", 32, 3);
  }
  ZooSpec spec(const std::string& network) const {
    ZooSpec spec;
    spec.network = network, spec.packs = folder_.path(), spec.classes = 2;
    spec.epochs = 4, spec.batch = 16;
    return spec;
  }
  test::Folder folder_;
};

TEST_F(ZooTraining, BothNetworksTellTheClassesApart) {
  for (const char* network : {"alexnet", "resnet-20"}) {
    const Json result = train_zoo(spec(network), folder_ / network, {});
    EXPECT_GT(result["score_test"].get<double>(), 0.9) << network;
    EXPECT_EQ(result["weight_bytes"], result["float_weight_bytes"]);
    EXPECT_EQ(result["weight_bytes"].get<double>(), 4 * result["parameters"].get<double>());
  }
}

TEST_F(ZooTraining, ResumedEqualsUninterruptedWithRounding) {
  ZooSpec rounded = spec("alexnet");
  rounded.weight_levels = {255, 3, 2, 15}, rounded.feature_levels = 16;
  const Json whole = train_zoo(rounded, folder_ / "whole", {});
  struct Stop {};
  const auto stop = [](double done, double, const std::string&) {
    if (done >= 13) throw Stop();  // in the second epoch
  };
  EXPECT_THROW(train_zoo(rounded, folder_ / "parts", stop), Stop);
  EXPECT_EQ(train_zoo(rounded, folder_ / "parts", {})["score_validation"], whole["score_validation"]);
  EXPECT_GT(whole["score_test"].get<double>(), 0.9);
  // 255 and 15 levels take 8 and 4 bits, 3 take 2 and 2 one.
  EXPECT_LT(whole["weight_bytes"].get<double>(), whole["float_weight_bytes"].get<double>() / 15);
  EXPECT_EQ(whole["feature_bytes"].get<double>() * 8 - 8 * 4 * 2, (whole["float_feature_bytes"].get<double>() - 4 * 2));
}

// Weights that were drawn to rounded ones score as well rounded as others do in float, and a killed training goes on with its
// targets and multipliers.
TEST_F(ZooTraining, AdmmDrawsWeightsToRoundedOnes) {
  ZooSpec drawn = spec("alexnet");
  drawn.weight_levels = {255, 15, 15, 255}, drawn.admm = 0.01, drawn.epochs = 6;
  const Json whole = train_zoo(drawn, folder_ / "admm", {});
  EXPECT_GT(whole["score_test"].get<double>(), 0.9);
  struct Stop {};
  EXPECT_THROW(train_zoo(drawn, folder_ / "admm_parts",
                         [](double done, double, const std::string&) {
                           if (done >= 21) throw Stop();
                         }),
               Stop);
  EXPECT_EQ(train_zoo(drawn, folder_ / "admm_parts", {})["curve"], whole["curve"]);
}

// A small box detector of the zoo learns what duet's own learn, with anchors from the boxes.
TEST_F(ZooTraining, BoxesToo) {
  test::Folder boxes;
  for (const auto& [part, count] : std::map<std::string, int>{{"train", 96}, {"validation", 16}, {"test", 16}})
    test::write_square_pack(boxes / (part + ".pack"), count, 64, 96, static_cast<uint64_t>(count));
  ZooSpec detector = spec("dnn-a");
  detector.packs = boxes.path(), detector.classes = 0, detector.epochs = 6, detector.learning_rate = 0.005;
  const Json result = train_zoo(detector, folder_ / "boxes", {});
  EXPECT_GT(result["score_test"].get<double>(), 0.3);
  EXPECT_GT(result["macs"].get<double>(), 1e6);
}

// Without their fully-connected layers: 11.18, 21.28, 23.51 and 14.71 million parameters, norms among them.
TEST(Zoo, BackbonesHaveTheParametersOfTheirPapers) {
  for (const auto& [name, want] : std::map<std::string, int64_t>{
           {"resnet-18", 11'176'512}, {"resnet-34", 21'284'672}, {"resnet-50", 23'508'032}, {"vgg-16", 14'710'464 + 2 * 4224}}) {
    const ZooNetwork network = zoo_network(name, 0, 96, 224);
    int64_t count = 0;
    for (const core::Op& op : network.plan.ops) {
      if (op.name == "boxes") continue;
      if (op.kind == core::Op::Kind::convolution)
        count += int64_t{op.out_channels} * (op.in_channels / op.groups) * op.kernel * op.kernel;
      if (op.kind == core::Op::Kind::batch_norm) count += 2 * int64_t{op.out_channels};
    }
    EXPECT_EQ(count, want) << name;
    EXPECT_EQ(map_sizes(network.plan).back(), (std::array{3, 7})) << name;
  }
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
