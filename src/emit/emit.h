#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "program/program.h"

namespace duet::emit {

/// A folder of rtl/vendor with multipliers and memories: a family's own, or behavioural ones for simulation.
inline constexpr const char* kGeneric = "generic";
/// The family's (of iCE40: for the compact engine), or kGeneric where it has none.
std::string vendor_of(device::Family family);
/// Throws Error where the family has none of its own, so that a design for it cannot be synthesised.
void require_vendor(device::Family family);

/// top.sv: one instance of duet_engine with the engine's parameters, or of duet_compact_board, and nothing else. Module
/// `duet_top`.
std::string top(const engine::Engine& engine);

/// The engine's RTL files in dependency order, vendor files first. Absolute paths under the project's rtl/.
std::vector<std::filesystem::path> rtl_files(const engine::Engine& engine, const std::string& vendor);

/// The files of an accelerator that write() left in `folder`, in dependency order.
std::vector<std::filesystem::path> emitted_files(const std::filesystem::path& folder);

/// What puts an engine on a board (rtl/board/board.f), in dependency order: serial line, memory, and `duet_board` around
/// `duet_top`. A compact engine brings all that itself.
std::vector<std::filesystem::path> board_files(const engine::Engine& engine);

/// Writes an accelerator: top.sv, rtl/ with files.f, engine.json, network.json, program.bin and program.hex (one 64-bit beat a
/// line), schedule.json (tiles, addresses) and README.md (register map, the host's sequence of calls). The folder appears whole
/// or not at all: it is written beside its place and renamed. Throws Error when `folder` exists and is not empty.
void write(const std::filesystem::path& folder, const program::Program& program, const quant::QuantizedNetwork& network,
           const std::string& vendor);

}  // namespace duet::emit
