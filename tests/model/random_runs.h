#pragma once
// Random networks on an engine in Verilator, against the golden model and the predicted cycles.
#include <vector>

#include "base/rng.h"
#include "engine/engine.h"

namespace duet::simulate {

/// An engine of few lanes, accumulators as wide as can be, for networks of dw3-conv1-bn-relu-max.
engine::Engine small_engine(int in, int out, int dw, int weight_bits, int feature_bits);
/// The same for another Bundle.
engine::Engine engine_of(const char* bundle, int in, int out, int dw, int weight_bits, int feature_bits);

/// Runs `count` random networks of the engine's Bundle on one engine of these lanes: with a quiet memory (cycles and waits as
/// predicted) and with random stalls (the same bytes). `stream`: with as little memory for weights as will do. Returns how many
/// layers' weights were streamed.
int run_random(const engine::Engine& lanes, uint64_t seed, int count, bool stream = false);

/// The same with networks that have a bypass; some of them without one.
int run_bypasses(engine::Engine lanes, uint64_t seed, int count, bool stream = false);

/// The same for these networks; weights, pictures, memories and stalls from `rng`.
int run_networks(const engine::Engine& lanes, const std::vector<net::Network>& networks, Rng& rng, bool stream = false);

}  // namespace duet::simulate
