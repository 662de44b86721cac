// Narrower numbers on a wider engine, and the folder that `emit` writes.
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "emit/emit.h"
#include "golden/golden.h"
#include "quant/quantize.h"
#include "simulate/simulate.h"
#include "support/folder.h"

namespace duet::simulate {
namespace {

net::Network network() {
  net::Network small = *net::find_known("dnn-a");
  small.input = {3, 12, 20};
  small.replications = {{8, true}, {12, false}};
  return small;
}

engine::Engine wide() {
  engine::Engine engine;
  engine.in_lanes = 6, engine.out_lanes = 10, engine.dw_lanes = 2;
  engine.weight_bits = 11, engine.feature_bits = 9, engine.acc_bits = 40;
  return program::size_for(engine, network());
}

quant::QuantizedNetwork numbers(std::map<std::string, quant::Widths> layers = {}) {
  quant::QuantizeOptions widths;
  widths.weight_bits = 7, widths.feature_bits = 6, widths.layers = std::move(layers);
  Rng rng(1);
  return quant::random_quantized(network(), widths, rng);
}

layer::IntMap picture() {
  Rng rng(2);
  layer::IntMap map{network().input, {}};
  for (int64_t i = 0; i < map.shape.size(); ++i) map.values.push_back(static_cast<int32_t>(rng.below(256)));
  return map;
}

TEST(Narrow, NumbersRunInWiderLanes) {
  const Result result = run(numbers(), wide(), {picture()}, {});
  const Comparison heads = compare({result.outputs[0]}, {golden::run(numbers(), picture())}, 16);
  EXPECT_EQ(heads.bytes_differ, 0) << heads.first;
  EXPECT_GT(heads.bytes_compared, 100);
}

TEST(Narrow, LayersMayHaveWidthsOfTheirOwn) {
  const auto mixed = numbers({{"b0.l0", {5, 9}}, {"b0.l1", {11, 3}}, {"b1.l1", {3, 8}}});
  const Result result = run(mixed, wide(), {picture()}, {});
  const Comparison heads = compare({result.outputs[0]}, {golden::run(mixed, picture())}, 16);
  EXPECT_EQ(heads.bytes_differ, 0) << heads.first;
  EXPECT_GT(heads.bytes_compared, 100);
}

TEST(Emit, WritesWholeFoldersOnly) {
  const test::Folder folder;
  const program::Program program = program::compile(network(), wide());
  emit::write(folder.path() / "out", program, numbers(), "xc7");
  for (const char* file :
       {"top.sv", "rtl/files.f", "rtl/duet_engine.sv", "engine.json", "network.json", "program.bin", "README.md"})
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "out" / file)) << file;
  EXPECT_EQ(engine::engine_from_json(base::read_json(folder.path() / "out" / "engine.json"), "test"), wide());
  EXPECT_THROW(emit::write(folder.path() / "out", program, numbers(), "xc7"), Error);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) EXPECT_EQ(entry.path().filename(), "out");
}

}  // namespace
}  // namespace duet::simulate
