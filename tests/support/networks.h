#pragma once
// Small networks and pictures, and engines that run several. Link the room `program`.

#include <algorithm>
#include <vector>

#include "base/rng.h"
#include "layer/layer.h"
#include "net/network.h"
#include "program/program.h"

namespace duet::test {

inline layer::IntMap random_picture(const net::Shape& shape, Rng& rng) {
  layer::IntMap picture{shape, {}};
  for (int64_t i = 0; i < shape.size(); ++i) picture.values.push_back(static_cast<int32_t>(rng.below(256)));
  return picture;
}

inline net::Network small_network(net::Shape input, std::vector<net::Replication> replications,
                                  const net::Bundle& bundle = engine::Engine{}.bundle) {
  net::Network network;
  network.name = "small";
  network.input = input;
  network.bundle = bundle;
  network.replications = std::move(replications);
  return network;
}

inline net::Network random_network(Rng& rng, const net::Bundle& bundle = engine::Engine{}.bundle) {
  net::Network network =
      small_network({3, static_cast<int>(rng.between(5, 26)), static_cast<int>(rng.between(5, 33))}, {}, bundle);
  int height = network.input.height, width = network.input.width;
  for (int i = 0, n = static_cast<int>(rng.between(1, 4)); i < n; ++i) {
    const bool pool = height >= 6 && width >= 6 && rng.chance(0.5) && bundle.pool != net::Pool::none;
    network.replications.push_back({static_cast<int>(rng.between(1, 30)), pool});
    if (pool) height /= 2, width /= 2;
  }
  return network;
}

/// With a bypass between replications of its own choice, of so many channels that they fill the engine's beats.
inline net::Network random_bypass(Rng& rng, const engine::Engine& engine) {
  const auto draw = [&](int lo, int hi) { return static_cast<int>(rng.between(lo, hi)); };
  net::Network network = small_network({3, 2 * draw(1, 6), 2 * draw(1, 8)}, {}, engine.bundle);  // the size that is bypassed
  const int beat = engine::beat_lanes(engine), count = draw(1, 4), from = draw(0, count - 1), to = draw(from + 1, count);
  network.bypass = net::Bypass{from, to};
  int height = network.input.height / 2, width = network.input.width / 2;
  for (int i = 0; i < count; ++i) {
    bool pool = rng.chance(0.5) && (i < from || (i >= to && height >= 2 && width >= 2));
    if (i < from && pool)
      network.input.height = 2 * network.input.height + draw(0, 1), network.input.width = 2 * network.input.width + draw(0, 1);
    if (i >= to && pool) height /= 2, width /= 2;
    network.replications.push_back({i == from ? beat * draw(1, std::max(1, 30 / beat)) : draw(1, 30), pool || i == from});
  }
  return network;
}

/// One elaborated engine runs them all: its memories hold the largest.
inline engine::Engine hold_all(engine::Engine engine, const std::vector<net::Network>& networks) {
  engine::Buffers& most = engine.buffers;
  most = {1, 0, 1, 1, 1, 1, 1, 1, 1, 1};
  for (const net::Network& network : networks) {
    const engine::Buffers b = program::size_for(engine, network).buffers;
    for (int engine::Buffers::*size :
         {&engine::Buffers::line_words, &engine::Buffers::side_words, &engine::Buffers::tile_words, &engine::Buffers::psum_words,
          &engine::Buffers::result_words, &engine::Buffers::pw_weight_words, &engine::Buffers::dw_weight_words,
          &engine::Buffers::pw_param_words, &engine::Buffers::dw_param_words, &engine::Buffers::layers})
      most.*size = std::max(most.*size, b.*size);
  }
  return engine;
}

/// With the least room for weights with which all of them still run: as much as can be is streamed.
inline engine::Engine stream_all(engine::Engine engine, const std::vector<net::Network>& networks) {
  const auto fits = [&] {
    return std::all_of(networks.begin(), networks.end(),
                       [&](const net::Network& network) { return program::unfit_because(network, engine).empty(); });
  };
  int& words = engine.buffers.pw_weight_words;
  for (int too_few = 0, enough = words; enough - too_few > 1;) {
    words = (too_few + enough) / 2;
    (fits() ? enough : too_few) = words;
    words = enough;
  }
  return engine;
}

}  // namespace duet::test
