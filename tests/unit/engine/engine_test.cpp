#include "engine/engine.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace duet::engine {
namespace {

TEST(Engine, JsonKeepsEveryField) {
  Engine engine;
  engine.in_lanes = 12, engine.out_lanes = 16, engine.weight_bits = 11, engine.acc_bits = 30;
  engine.buffers.tile_words = 77, engine.buffers.layers = 5;
  EXPECT_EQ(engine_from_json(to_json(engine), "test"), engine);
}

TEST(Engine, MisspeltKeyIsNamed) {
  Json json = to_json(Engine{});
  json["in_lane"] = 4;
  EXPECT_THROW(engine_from_json(json, "test"), Error);
}

TEST(Engine, BeatsCarryWholeChannels) {
  Engine engine;
  EXPECT_EQ(beat_lanes(engine), 8);
  EXPECT_EQ(head_lanes(engine), 4);
  engine.feature_bits = 9;
  EXPECT_EQ(beat_lanes(engine), 4);
  engine.out_lanes = 6;
  EXPECT_EQ(beat_lanes(engine), 2);
  EXPECT_EQ(head_lanes(engine), 2);
}

TEST(Engine, NibblesDoubleABeat) {
  Engine engine;
  engine.weight_bits = engine.feature_bits = 4;
  engine.in_lanes = 24, engine.out_lanes = 18, engine.dw_lanes = 6;
  EXPECT_FALSE(nibbles(engine));  // one bank of depth-wise lanes
  EXPECT_EQ(beat_lanes(engine), 6);
  engine.unit_groups = 2, engine.dw_lanes = 12;
  EXPECT_TRUE(nibbles(engine));
  EXPECT_EQ(beat_lanes(engine), 12);
  EXPECT_EQ(stored_bits(engine), 4);
  EXPECT_EQ(illegal_because(engine), "");
  engine.feature_bits = 5;
  EXPECT_FALSE(nibbles(engine));
  EXPECT_NE(illegal_because(engine), "");  // more depth-wise lanes than a beat of bytes has
}

TEST(Engine, RefusesLanesThatDoNotDivide) {
  Engine engine;
  EXPECT_EQ(illegal_because(engine), "");
  engine.dw_lanes = 3;
  EXPECT_NE(illegal_because(engine), "");
  engine.dw_lanes = 8, engine.in_lanes = 12;
  EXPECT_EQ(illegal_because(engine),
            "dw_lanes must divide the channels of a beat: as many as divide in_lanes and a unit's out_lanes, here 6");
}

TEST(Engine, HasWhatItsBundleNeeds) {
  Engine engine;
  engine.bundle = net::parse_bundle("conv3-conv1-bn-avg");
  EXPECT_EQ(illegal_because(engine), "dw_lanes must be 0 without a depth-wise layer in the Bundle, and at least 1 with one");
  engine.dw_lanes = 0;
  EXPECT_EQ(illegal_because(engine), "");
  EXPECT_EQ(array_kernel(engine), 3);
  EXPECT_TRUE(signed_features(engine));
  EXPECT_EQ(digits(engine), 2);  // of 7 bits: 8 are unsigned
  EXPECT_EQ(dsp_count(engine), 8 * 24);
  for (const MemoryBlock& memory : Memories(engine)) EXPECT_STRNE(memory.name, "line");
  engine.weight_bits = 16, engine.feature_bits = 4, engine.products = 2;
  EXPECT_EQ(illegal_because(engine),
            "the array takes one pixel at once where it convolves with more than one tap, or a row of them");
  engine = {};
  engine.bundle = net::parse_bundle("conv1-dw7-bn-relu-max");
  EXPECT_TRUE(diagonal(engine));
  EXPECT_EQ(dsp_count(engine), 8 * 24 + 49 * 2);
}

TEST(Engine, QuartersOfTheLanesTakeAPictureOfThreeChannels) {
  Engine engine;
  EXPECT_FALSE(quads(engine));  // a quarter of 8 lanes
  EXPECT_EQ(bank_lanes(engine), 2);
  engine.in_lanes = 12, engine.out_lanes = 36, engine.dw_lanes = 6;
  EXPECT_TRUE(quads(engine));
  EXPECT_EQ(bank_lanes(engine), 3);
  EXPECT_EQ(head_lanes(engine), 3);
  engine.products = 2, engine.weight_bits = 8, engine.feature_bits = 7;
  EXPECT_EQ(pair(engine).chain, 4);
  EXPECT_EQ(chain(engine), 3);  // not across a quarter's end
  engine.dw_lanes = 2;
  EXPECT_FALSE(quads(engine));
  EXPECT_EQ(chain(engine), 4);
}

// The one table of device/packing.h, of xc7 and unsigned features.
TEST(Engine, SharesADspAsManyTimesAsTheWidthsAllow) {
  for (int w = 2; w <= 16; ++w)
    for (int f = 2; f <= 16; ++f) {
      const int most = device::packing(device::Family::xc7, w, f, false).products;
      for (int products : {2, 4}) {
        Engine engine;
        engine.products = products, engine.weight_bits = w, engine.feature_bits = f;
        EXPECT_EQ(illegal_because(engine).empty(), products <= most) << "W" << w << " F" << f << " " << products;
        EXPECT_EQ(pair(engine).products, products <= most ? products : 0) << "W" << w << " F" << f;
      }
    }
}

TEST(Engine, JoinsTwoPixelsWhereTwoChannelsDoNotFit) {
  Engine engine;
  engine.products = 2, engine.weight_bits = 16, engine.feature_bits = 4;
  EXPECT_EQ(pixels(engine), 2);
  EXPECT_EQ(pair(engine).weights, 1);
  engine.out_lanes = 9, engine.in_lanes = 9, engine.dw_lanes = 1;
  EXPECT_EQ(illegal_because(engine), "");
  engine.weight_bits = 8;
  EXPECT_EQ(pixels(engine), 1);
  EXPECT_EQ(illegal_because(engine), "joined weights need an even number of out_lanes");
}

TEST(Engine, BlockMemoriesAreCutCheapest) {
  const auto blocks = [](int width, int depth) { return cut_ram(device::Family::xc7, width, depth).blocks; };
  EXPECT_EQ(blocks(36, 512), 1);
  EXPECT_EQ(blocks(37, 512), 2);
  EXPECT_EQ(blocks(36, 513), 2);
  EXPECT_EQ(blocks(18, 1024), 1);
  EXPECT_EQ(blocks(16, 4320), 5);
  EXPECT_EQ(blocks(384, 4432), 97);
  EXPECT_EQ(blocks(48, 1100), 5);   // three of 1Kx18, two of 512x36
  EXPECT_EQ(blocks(48, 4320), 14);  // twelve of 4Kx4, two of 512x36
  EXPECT_EQ(cut_ram(device::Family::xc7, 48, 1100).rows, 2);
}

TEST(Engine, LatticeBlocksLieSideBySide) {
  const auto expect = [](device::Family family, int width, int depth, int blocks, int rows) {
    const RamCut cut = cut_ram(family, width, depth);
    EXPECT_EQ(cut.blocks, blocks) << width << " x " << depth;
    EXPECT_EQ(cut.rows, rows) << width << " x " << depth;
  };
  expect(device::Family::ecp5, 36, 512, 1, 1);
  expect(device::Family::ecp5, 37, 513, 3, 1);
  expect(device::Family::ecp5, 9, 4096, 3, 1);
  expect(device::Family::ecp5, 5, 16384, 5, 1);
  expect(device::Family::ecp5, 5, 16385, 10, 2);
  expect(device::Family::ice40, 17, 256, 2, 1);
  expect(device::Family::ice40, 17, 1000, 5, 1);
  expect(device::Family::ice40, 3, 4097, 6, 3);
}

TEST(Engine, EachFamilyHasItsOwnPacking) {
  Engine engine;
  engine.products = 2;
  EXPECT_EQ(pair(engine).products, 2);  // 8 x 8 bits: 25 bits hold two weights
  engine.family = device::Family::ecp5;
  EXPECT_NE(illegal_because(engine), "");  // 18 bits do not
  engine.weight_bits = engine.feature_bits = 4;
  EXPECT_EQ(illegal_because(engine), "");
  EXPECT_EQ(pair(engine), device::join(device::ports(device::Family::ecp5), {-7, 7}, {0, 15}, 2, 1));
  EXPECT_EQ(engine_from_json(to_json(engine), "test"), engine);
}

}  // namespace
}  // namespace duet::engine
