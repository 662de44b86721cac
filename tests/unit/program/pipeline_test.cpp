#include <gtest/gtest.h>

#include "device/device.h"
#include "program/predict.h"
#include "support/networks.h"

namespace duet::program {
namespace {

struct Drawn {
  net::Network network;
  engine::Engine engine;
  Memory memory;
};

// Of any Bundle, large enough that tiles and units repeat; now and then with streamed weights, a bypass, a memory of its own.
std::optional<Drawn> draw(Rng& rng) {
  const auto between = [&](int lo, int hi) { return static_cast<int>(rng.between(lo, hi)); };
  Drawn d;
  d.engine.bundle = net::draw_bundle(rng);
  d.engine.in_lanes = between(1, 5) * 4, d.engine.out_lanes = between(1, 6) * 4;
  d.engine.dw_lanes = engine::dw_kernel(d.engine) ? 1 << between(0, 2) : 0;
  d.engine.weight_bits = between(3, 8), d.engine.feature_bits = between(3, 9);
  d.engine.products = 1 << between(0, 2);
  const bool pools = d.engine.bundle.pool != net::Pool::none;
  if (pools && rng.chance(0.2)) {
    d.engine.bypass = 1;
    d.network = test::random_bypass(rng, d.engine);
    d.network.input.height *= 4, d.network.input.width *= 4;
  } else {
    d.network = test::small_network({3, between(5, 170), between(5, 200)}, {}, d.engine.bundle);
    for (int i = 0, n = between(1, 6); i < n; ++i)
      d.network.replications.push_back({between(1, 300), rng.chance(0.4) && i < 4 && pools});
  }
  if (!engine::illegal_because(d.engine).empty()) return std::nullopt;
  d.engine = size_for(d.engine, d.network);
  if (!unfit_because(d.network, d.engine).empty()) return std::nullopt;
  if (rng.chance(0.3)) d.engine = test::stream_all(d.engine, {d.network});
  if (rng.chance(0.3))
    d.engine.buffers.result_words = compile(d.network, d.engine).needs.result_words + between(0, rng.chance(0.5) ? 200 : 6000);
  if (rng.chance(0.3)) d.engine.buffers.tile_words = compile(d.network, d.engine).needs.tile_words + between(0, 500);
  d.memory.latency = between(0, rng.chance(0.5) ? 60 : 200);
  if (rng.chance(0.2)) d.memory.outstanding = between(1, 16);
  if (rng.chance(0.7)) d.memory.gap_den = between(1, 1000), d.memory.gap_num = between(0, rng.chance(0.9) ? 1000 : 20000);
  return d;
}

void expect_same(const LayerCycles& got, const LayerCycles& want, const std::string& what) {
  EXPECT_EQ(got.total, want.total) << what;
  EXPECT_EQ(got.compute, want.compute) << what;
  EXPECT_EQ(got.fill, want.fill) << what;
  EXPECT_EQ(got.load, want.load) << what;
  EXPECT_EQ(got.store, want.store) << what;
}

TEST(Pipeline, WhatRepeatsTakesWhatItTakesOneByOne) {
  Rng rng(5);
  Predictor repeats, plain(true);
  int drawn = 0, streams = 0;
  for (int trial = 0; trial < 3000 && !HasFailure(); ++trial) {
    const std::optional<Drawn> d = draw(rng);
    if (!d) continue;
    ++drawn;
    const Program program = compile(d->network, d->engine);
    for (const Layer& layer : program.layers) streams += layer.stream;
    const Cycles &got = repeats(program, d->memory), &want = plain(program, d->memory);
    const std::string what = "trial " + std::to_string(trial) + " " + net::to_json(d->network).dump() +
                             engine::to_json(d->engine).dump() + " latency " + std::to_string(d->memory.latency) +
                             " outstanding " + std::to_string(d->memory.outstanding) + " gap " +
                             std::to_string(d->memory.gap_num) + "/" + std::to_string(d->memory.gap_den);
    EXPECT_EQ(got.frame, want.frame) << what;
    EXPECT_EQ(got.latency, want.latency) << what;
    expect_same(got.all, want.all, what);
    for (size_t i = 0; i < program.layers.size(); ++i)
      expect_same(got.layers[i], want.layers[i], program.layers[i].part.name() + " of " + what);
  }
  EXPECT_GT(drawn, 500);
  EXPECT_GT(streams, 100);
}

}  // namespace
}  // namespace duet::program
