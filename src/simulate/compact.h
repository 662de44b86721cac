#pragma once
// A compact engine on its board, simulated through the line that the host speaks over (docs/compact.md).

#include <filesystem>
#include <vector>

#include "base/progress.h"
#include "quant/quantized.h"

namespace duet::simulate {

struct CompactResult {
  std::vector<layer::IntMap> outputs;  ///< head's map of every frame
  std::vector<int64_t> frame_cycles;   ///< of every frame, as the engine's register tells
  int64_t cycles = 0;                  ///< simulated, the line's included
};

/// Writes the program and, for each of `frames` frames, a picture over the line (pictures again and again), starts it, waits, reads
/// the head. `simulator`: one that build_compact_netlist made; empty: the RTL's, from `cache` (as simulate::Options). Throws Error
/// when the network does not fit, Verilator is absent or fails, or the board answers wrongly or late.
CompactResult run_compact(const quant::QuantizedNetwork& network, const std::vector<layer::IntMap>& pictures, int frames,
                          const std::filesystem::path& simulator = {}, const std::filesystem::path& cache = {},
                          const Progress& progress = {});

}  // namespace duet::simulate
