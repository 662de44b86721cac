// SkyNet's bypass in Verilator against the golden model, on engines of several kinds.
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "model/random_runs.h"

namespace duet::simulate {
namespace {

TEST(Bypass, Maximum) { run_bypasses(engine_of("dw3-conv1-bn-relu-max", 4, 8, 2, 8, 8), 1, 4); }
TEST(Bypass, SignedMaximum) { run_bypasses(engine_of("dw3-conv1-bn-max", 6, 4, 1, 8, 8), 2, 4); }
TEST(Bypass, SixteenBits) { run_bypasses(engine_of("dw3-conv1-bn-relu-max", 4, 8, 2, 8, 16), 3, 3); }
TEST(Bypass, Average) { run_bypasses(engine_of("dw5-conv1-bn-avg", 4, 8, 2, 8, 8), 4, 4); }
TEST(Bypass, CopiedLayers) { run_bypasses(engine_of("conv3-conv1-bn-relu-max", 4, 6, 0, 8, 8), 5, 4); }
TEST(Bypass, DiagonalLayers) { run_bypasses(engine_of("dw3-conv3-bn-relu-max", 6, 10, 2, 8, 8), 6, 4); }
TEST(Bypass, BeforeADepthwiseLayer) { run_bypasses(engine_of("conv1-dw3-bn-relu-max", 4, 8, 2, 8, 8), 7, 4); }
TEST(Bypass, Streamed) { EXPECT_GT(run_bypasses(engine_of("dw3-conv1-bn-relu-max", 4, 4, 2, 8, 8), 8, 5, true), 1); }

TEST(Bypass, QuadsOfOtherNetworks) {
  engine::Engine engine = engine_of("dw3-conv1-bn-relu-max", 12, 6, 3, 8, 8);
  ASSERT_TRUE(engine::quads(engine));
  run_bypasses(engine, 9, 4);
}

TEST(Bypass, FourProductsInNibblesAndUnits) {
  engine::Engine engine = engine_of("dw3-conv1-bn-relu-max", 24, 18, 12, 4, 4);
  engine.products = 4, engine.unit_groups = 2;
  ASSERT_TRUE(engine::nibbles(engine));
  run_bypasses(engine, 10, 4);
}

}  // namespace
}  // namespace duet::simulate
