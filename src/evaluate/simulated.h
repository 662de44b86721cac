#pragma once
#include <vector>

#include "base/progress.h"
#include "data/pack.h"
#include "engine/engine.h"
#include "program/program.h"
#include "quant/quantized.h"

namespace duet::evaluate {

/// A packed picture as a network's input.
layer::IntMap picture(const data::Pack& pack, int i);

/// Verilator runs the network on the engine, the pictures back to back and again until there are three frames; every byte is
/// compared with the golden model: the head's maps of all frames, and the maps between layers of the last one. Cycles and
/// bytes, simulated and predicted, as the result of an evaluation. Throws Error when there is no simulation.
Json simulated(const quant::QuantizedNetwork& network, const engine::Engine& engine, const std::vector<layer::IntMap>& pictures,
               const program::Memory& memory, const Progress& progress);

}  // namespace duet::evaluate
