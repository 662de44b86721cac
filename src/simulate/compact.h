#pragma once
// A compact engine, simulated through the line that its host speaks over (docs/compact.md): what simulate::run calls for one.

#include "simulate/simulate.h"

namespace duet::simulate {

/// As simulate::run. A frame begins when its picture has come over the line, so its latency is all there is; no maps are kept,
/// since later ones lie over them. Throws Error also for options of the AXI port that it does not have.
Result run_compact(const quant::QuantizedNetwork& network, const engine::Engine& engine,
                   const std::vector<layer::IntMap>& pictures, const Options& options, const Progress& progress);

}  // namespace duet::simulate
