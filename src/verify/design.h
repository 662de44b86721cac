#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "program/program.h"

namespace duet::verify {

/// Everything that decides what a design's simulation and synthesis give: a network on an engine behind a memory.
struct Design {
  net::Network network;
  int weight_bits = 8, feature_bits = 8;  ///< of the network's numbers; at most the engine's
  engine::Engine engine;
  program::Memory memory;
  uint64_t seed = 1;  ///< of weights, pictures and stalls
};

Json to_json(const Design& design);
/// Throws Error naming `where` and the key.
Design design_from_json(const Json& json, const std::string& where);

/// A line for a person: "12x18+3 W16F8 on 12x16+3 W16F9, quads, ..., latency 17".
std::string describe(const Design& design);
/// Whether the array takes four pixels of the picture at once: quads, and a first layer that pools.
bool runs_quads(const Design& design);
/// Multipliers of the point-wise array.
int multipliers(const Design& design);

}  // namespace duet::verify
