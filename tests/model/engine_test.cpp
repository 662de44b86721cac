// The whole engine in Verilator against the golden model: every byte of every map.
#include <gtest/gtest.h>

#include "model/random_runs.h"

namespace duet::simulate {
namespace {

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
