#include <gtest/gtest.h>

#include "base/error.h"
#include "program/order.h"

namespace duet::program {
namespace {

engine::Engine big() {
  engine::Engine engine;
  engine.weight_bits = 16;
  return size_for(engine, *net::find_known("dnn-a"));
}

TEST(Program, SizedEngineRunsItsNetwork) {
  EXPECT_EQ(unfit_because(*net::find_known("dnn-a"), big()), "");
  const Program program = compile(*net::find_known("dnn-a"), big());
  ASSERT_EQ(program.layers.size(), 5u);
  EXPECT_EQ(program.layers[0].tiles, 80);
  EXPECT_EQ(program.layers[1].pixels, 360);
  EXPECT_EQ(program.layers[4].out_row_beats, 3 * 45);
}

TEST(Program, SaysWhichBufferIsTooSmall) {
  engine::Engine small = big();
  small.buffers.psum_words -= 1;
  EXPECT_EQ(unfit_because(*net::find_known("dnn-a"), small), "the network needs psum_words = 360, the engine has 359");
  EXPECT_THROW(compile(*net::find_known("dnn-a"), small), Error);
  EXPECT_NE(unfit_because(*net::find_known("dnn-c"), big()), "");
}

// Refused before an image of it is asked for.
TEST(Program, SaysWhichNumberADescriptorCannotHold) {
  net::Network network = *net::find_known("dnn-a");
  network.input = {3, 8, 8};
  network.replications = {{300, true}, {300, false}};
  engine::Engine one;
  one.in_lanes = one.out_lanes = one.dw_lanes = 1;
  EXPECT_EQ(unfit_because(network, size_for(one, network)),
            "point-wise passes of a tile of layer b1: 90000, where the engine's descriptors have room for 65535");
  network.replications = {{255, true}, {257, false}};  // 65535 passes
  EXPECT_EQ(unfit_because(network, size_for(one, network)), "");
  network.replications = {{256, true}, {256, false}};
  EXPECT_NE(unfit_because(network, size_for(one, network)), "");
}

TEST(Program, SaysWhenMapsLieBeyondWhatAddressesReach) {
  net::Network network = *net::find_known("dnn-a");
  network.input = {3, 4096, 1024};
  engine::Engine engine;
  engine.in_lanes = engine.out_lanes = 64, engine.dw_lanes = 8;
  network.replications.assign(15, {64, false});  // a map takes 4096 x 1024 x 8 beats
  EXPECT_EQ(unfit_because(network, size_for(engine, network)), "");
  network.replications.assign(16, {64, false});
  EXPECT_EQ(unfit_because(network, size_for(engine, network)),
            "its program and maps end at byte 4295064064 of memory, where the engine's addresses have 32 bits");
}

// Every tile once, each layer's in a row, and never one whose rows have not been made before.
TEST(Program, OrderKeepsWhatTilesNeed) {
  for (int replications = 1; replications <= 5; ++replications)
    for (int height = 5; height < 40; ++height) {
      net::Network network = *net::find_known("dnn-a");
      network.input = {3, height, 24};
      network.replications.clear();
      for (int i = 0; i < replications; ++i) network.replications.push_back({8, (height + i) % 3 == 0 && height >> i > 12});
      engine::Engine engine;
      engine = size_for(engine, network);
      const std::vector<Layer> layers = compile(network, engine).layers;
      std::vector<int> made(layers.size());
      const auto run = [&](const Step& step) {
        const auto l = static_cast<size_t>(step.layer);
        ASSERT_EQ(step.tile, made[l]++);
        if (l == 0) return;
        const int rows = std::min(layers[l].in.height, 2 * step.tile + (layers[l].copy ? 2 : 3));
        ASSERT_GE(made[l - 1] * (layers[l - 1].pool ? 1 : 2), rows) << "layer " << l << " tile " << step.tile;
      };
      for (size_t l = 0; l < layers.size(); l += 1 + layers[l].ahead)
        in_turns(layers, static_cast<int>(l), run, [](const Step&) { return 0; });
      for (size_t l = 0; l < layers.size(); ++l) EXPECT_EQ(made[l], layers[l].tiles);
    }
}

TEST(Program, MapsGoToMemoryAndBack) {
  layer::IntMap map{{5, 3, 4}, {}};
  for (int i = 0; i < 60; ++i) map.values.push_back(i * 7 - 100);
  EXPECT_EQ(unpack_map(pack_map(map, 4, 16), map.shape, 4, 16, true).values, map.values);
  const std::vector<uint8_t> bytes = pack_map(map, 2, 8);
  EXPECT_EQ(bytes.size(), 8u * 3 * 12);
  EXPECT_EQ(bytes[8 + 1], static_cast<uint8_t>(map.values[12 + 1]));  // column 1, channel 1
}

TEST(Program, NibblesLieSixteenABeatAndPicturesTwoColumns) {
  layer::IntMap map{{18, 1, 2}, {}};
  for (int i = 0; i < 36; ++i) map.values.push_back(i % 16);
  const std::vector<uint8_t> bytes = pack_map(map, 16, 4);
  EXPECT_EQ(bytes.size(), 8u * 2 * 2);
  EXPECT_EQ(bytes[8 + 1], map.values[2 * 2 + 1] | map.values[3 * 2 + 1] << 4);  // column 1, channels 2 and 3
  EXPECT_EQ(unpack_map(bytes, map.shape, 16, 4, false).values, map.values);

  engine::Engine engine;
  engine.in_lanes = engine.out_lanes = engine.dw_lanes = 12, engine.weight_bits = engine.feature_bits = 4;
  net::Network network = *net::find_known("dnn-a");
  network.input = {3, 8, 9}, network.replications = {{12, true}};
  const layer::IntMap picture{network.input, std::vector<int32_t>(3 * 8 * 9, 7)};
  const std::vector<uint8_t> pooled = pack_picture(picture, compile(network, size_for(engine, network)));
  EXPECT_EQ(pooled.size(), 8u * 8 * 5);
  EXPECT_EQ(std::vector<uint8_t>(pooled.begin() + 24, pooled.begin() + 40),  // columns 6 and 7, then 8 alone
            (std::vector<uint8_t>{7, 7, 7, 7, 7, 7, 0, 0, 7, 7, 7, 0, 0, 0, 0, 0}));
  network.replications = {{12, false}};
  const std::vector<uint8_t> plain = pack_picture(picture, compile(network, size_for(engine, network)));
  EXPECT_EQ(std::vector<uint8_t>(plain.begin(), plain.begin() + 8), (std::vector<uint8_t>{7, 7, 7, 0, 0, 0, 0, 0}));
}

TEST(Program, CyclesAreNearTheArraysBound) {
  Memory memory = memory_of(device::find_device("pynq-z1"), 150);
  const Cycles cycles = predict(compile(*net::find_known("dnn-a"), big()), memory);
  EXPECT_GT(cycles.frame, 1195200);
  EXPECT_LT(cycles.frame, 1260000);
}

}  // namespace
}  // namespace duet::program
