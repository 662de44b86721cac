#pragma once
#include <filesystem>

#include "engine/engine.h"

namespace duet::simulate {

/// The simulator of an engine, built with Verilator unless the cache holds one of the same RTL, parameters, harness and tool
/// version. `wave`: with FST tracing (slower). Throws Error when Verilator is not installed or fails.
std::filesystem::path build(const engine::Engine& engine, const std::filesystem::path& cache, bool wave);

/// The simulator of a design as it was synthesised for a family: `netlist` is what synth::Request::netlist leaves, of a top
/// module `duet_top`. Built in `folder` and kept nowhere else. Throws Error when Verilator is not installed or fails.
std::filesystem::path build_netlist(const std::filesystem::path& netlist, device::Family family,
                                    const std::filesystem::path& folder);

/// The simulator of an engine on a board (rtl/board/duet_board.sv), which is spoken to over its serial line. `words`: of memory,
/// 64 bits each, a power of two.
std::filesystem::path build_board(const engine::Engine& engine, int64_t words, const std::filesystem::path& cache);
/// The same, of any engine, as a program whose line is a pseudo-terminal (harness/pty.cpp).
std::filesystem::path build_served_board(const engine::Engine& engine, int64_t words, const std::filesystem::path& cache);

/// The folder for built simulators: `asked`, else $DUET_CACHE, else build/simulators under the project.
std::filesystem::path cache_folder(const std::filesystem::path& asked);

}  // namespace duet::simulate
