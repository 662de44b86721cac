// Engines of every kind of Bundle in Verilator against the golden model, as engine_test does it for DW-Conv3 + PW-Conv1.
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "model/random_runs.h"

namespace duet::simulate {
namespace {

TEST(Bundle, AveragePooling) { run_random(engine_of("dw3-conv1-bn-relu-avg", 4, 8, 2, 8, 8), 1, 4); }
TEST(Bundle, DepthwiseFive) { run_random(engine_of("dw5-conv1-bn-relu-max", 4, 8, 2, 8, 8), 2, 4); }
TEST(Bundle, DepthwiseSeven) { run_random(engine_of("dw7-conv1-bn-relu-max", 6, 4, 2, 8, 8), 3, 4); }
TEST(Bundle, PointwiseAlone) { run_random(engine_of("conv1-bn-relu-max", 4, 8, 0, 8, 8), 4, 4); }
TEST(Bundle, PointwiseTwiceInDigits) { run_random(engine_of("conv1-conv1-bn-relu-max", 4, 6, 0, 8, 5), 5, 4); }
TEST(Bundle, DepthwiseAfterPointwise) { run_random(engine_of("conv1-dw3-bn-relu-max", 6, 10, 2, 8, 8), 6, 4); }
TEST(Bundle, ConvolutionThree) { run_random(engine_of("conv3-bn-relu-max", 4, 8, 0, 8, 8), 7, 4); }
TEST(Bundle, ConvolutionFiveThenThree) { run_random(engine_of("conv5-conv3-bn-relu4-avg", 4, 6, 0, 6, 6), 8, 3); }
TEST(Bundle, DepthwiseThenConvolution) { run_random(engine_of("dw3-conv3-bn-relu-max", 6, 10, 2, 8, 8), 9, 4); }
TEST(Bundle, Signed) { run_random(engine_of("dw3-conv1-bn-max", 4, 8, 2, 8, 8), 10, 4); }
TEST(Bundle, SignedConvolutionsInDigits) { run_random(engine_of("conv3-conv1-bn-avg", 4, 6, 0, 8, 8), 11, 3); }
TEST(Bundle, ConvolutionsStreamed) { EXPECT_GT(run_random(engine_of("conv3-bn-relu-max", 4, 4, 0, 8, 8), 12, 4, true), 2); }

// Three taps of a kernel's row and two pixels of a map's row share a DSP.
engine::Engine rows_of(const char* bundle, int in, int out, int dw, int weight_bits, int feature_bits) {
  engine::Engine engine = engine_of(bundle, in, out, dw, weight_bits, feature_bits);
  engine.products = 6;
  return engine;
}

TEST(Bundle, RowsOfThree) { run_random(rows_of("conv3-bn-relu-max", 4, 6, 0, 4, 4), 14, 4); }
TEST(Bundle, RowsOfThreeUnpooled) { run_random(rows_of("conv3-bn-relu", 6, 5, 0, 3, 4), 15, 4); }
TEST(Bundle, RowsOfFiveAveraged) { run_random(rows_of("conv5-bn-relu-avg", 4, 6, 0, 4, 4), 16, 4); }
TEST(Bundle, RowsThenPoints) { run_random(rows_of("conv3-conv1-bn-relu-max", 5, 5, 0, 4, 3), 17, 3); }
TEST(Bundle, SignedRowsBehindDepthwise) { run_random(rows_of("dw3-conv3-bn-max", 6, 9, 3, 3, 4), 18, 4); }
TEST(Bundle, RowsBeforeDepthwise) { run_random(rows_of("conv5-dw3-bn-relu-max", 4, 6, 2, 4, 4), 19, 4); }
TEST(Bundle, RowsStreamedAroundABypass) { run_bypasses(rows_of("conv3-conv3-bn-relu-max", 4, 4, 0, 4, 4), 20, 4, true); }

// Pooling leaves out the last row of an odd height, so the last tile of the layer before is not needed; the layer after the next
// counts its own tiles all the same.
TEST(Bundle, TilesThatNobodyReads) {
  const engine::Engine engine = engine_of("conv3-conv1-bn-avg", 4, 6, 0, 8, 8);
  net::Network network;
  network.name = "odd", network.bundle = engine.bundle;
  Rng rng(13);
  std::vector<net::Network> networks;
  for (const net::Shape& input : {net::Shape{3, 3, 5}, net::Shape{3, 7, 4}}) {
    network.input = input;
    network.replications = {{20, true}, {24, false}};
    networks.push_back(network);
  }
  run_networks(engine, networks, rng);
}

}  // namespace
}  // namespace duet::simulate
