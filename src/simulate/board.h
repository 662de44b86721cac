#pragma once
// An engine on its board, simulated through the line that the host speaks over (docs/boards.md).

#include "simulate/simulate.h"

namespace duet::simulate {

/// Frames that take less do not follow one another: the line needs about so many cycles to ask for the last one and start the
/// next.
inline constexpr int64_t kBackToBack = 5'200;

struct BoardResult {
  std::vector<layer::IntMap> outputs;  ///< head's map of every frame
  int64_t frame_cycles = 0;            ///< as the engine's register tells: between the last two done interrupts
  int64_t cycles = 0;                  ///< simulated, the line's included
};

/// Writes program and pictures over the line, starts the frames back to back, reads the heads: `frames` of them, pictures again
/// and again. A bit of the line takes 8 cycles here, not as many as on the board. Frames follow one another only where one takes
/// kBackToBack. Throws Error when the board's memory is
/// too small, Verilator is absent or fails, or the board answers wrongly, late or with an error.
BoardResult run_board(const quant::QuantizedNetwork& network, const engine::Engine& engine, const device::Board& board,
                      const std::vector<layer::IntMap>& pictures, int frames, const std::filesystem::path& cache = {},
                      const Progress& progress = {});

/// Runs the board with a pseudo-terminal for its line until the process ends; `open` is told the terminal's path, once a host may
/// open it. Throws Error when Verilator is absent or fails, or the machine has no pseudo-terminals.
void serve_board(const engine::Engine& engine, const device::Board& board, const std::filesystem::path& cache,
                 const std::function<void(const std::string& path)>& open);

}  // namespace duet::simulate
