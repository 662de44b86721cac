#include "board/host.h"

#include <fmt/core.h>

#include <chrono>

#include "base/error.h"
#include "program/compact.h"

namespace duet::board {
namespace {

constexpr double kIdleCycles = 1 << 24;  // of silence, until half a command is forgotten (IdleBits of duet_board)
constexpr std::chrono::seconds kFramePatience{10};

const device::Board& board_of(const device::Device& device) {
  if (!device.board) throw Error("has no [board]", device.name, "choose a device with one (docs/boards.md)");
  return *device.board;
}

}  // namespace

Host::Places Host::places(const quant::QuantizedNetwork& network, const engine::Engine& engine) {
  Places p;
  if (engine::compact(engine)) {
    const program::compact::Plan plan = program::compact::plan(network.network);
    p.program = program::compact::image(plan, network);
    p.picture = 8 * plan.picture, p.head = 8 * plan.head, p.head_bytes = static_cast<size_t>(8 * plan.head_words);
    p.end = int64_t{8} * program::compact::kWords;
    p.pack = [plan](const layer::IntMap& picture) { return program::compact::pack_picture(picture, plan); };
    p.unpack = [plan](const std::vector<uint8_t>& head) { return program::compact::unpack_head(head, plan); };
    return p;
  }
  const program::Program program = program::compile(network.network, engine);
  p.program = program::image(program, network);
  p.picture = program::align(program.layout.end);
  p.head = program::align(p.picture + program.layout.picture_bytes),
  p.head_bytes = static_cast<size_t>(program.layout.head_bytes);
  p.end = p.head + program.layout.head_bytes;
  p.pack = [program](const layer::IntMap& picture) { return program::pack_picture(picture, program); };
  p.unpack = [last = program.layers.back()](const std::vector<uint8_t>& head) {
    return program::unpack_map(head, last.out, last.out_lanes, fixed::kHeadBits, true);
  };
  return p;
}

Host::Host(const std::string& port, const device::Device& device, const quant::QuantizedNetwork& network,
           const engine::Engine& engine)
    : places_(places(network, engine)), compact_(engine::compact(engine)), link_(port, board_of(device).baud) {
  if (places_.end > device.board->memory_bytes)
    throw Error(fmt::format("needs {} bytes of memory, the board has {}", places_.end, device.board->memory_bytes),
                network.network.name, "take a smaller picture or network");
  // What was said before is forgotten after this silence; a zero then ends an answer, or is skipped.
  link_.line.drain(std::chrono::milliseconds(1 + static_cast<int>(1.1 * kIdleCycles / device.clock_mhz / 1e3)));
  link_.line.send(0);
  link_.line.drain(std::chrono::milliseconds(10));
  link_.reset();
  if (link_.read_register(kControl) != kDuet) link_.line.fail("CONTROL does not read \"DUET\"");
  link_.write_memory(0, places_.program.data(), static_cast<uint32_t>(places_.program.size()));
  if (!compact_) link_.write_register(kProgram, 0);
}

void Host::check_error() {
  const uint32_t error = link_.read_register(kError);
  if (error == kErrorOtherEngine)
    throw Error("the bitstream on the board has another engine than the network's program was made for", "board",
                "give the engine.json of that bitstream's accelerator: --engine FILE");
  if (error)
    throw Error(fmt::format("the engine reports error {}", error), "board",
                "docs/registers.md lists the errors; try again, and with a slower clock if it comes again");
}

layer::IntMap Host::run(const layer::IntMap& picture) {
  const std::vector<uint8_t> packed = places_.pack(picture);
  link_.write_memory(static_cast<uint32_t>(places_.picture), packed.data(), static_cast<uint32_t>(packed.size()));
  if (!compact_) {
    link_.write_register(kPicture, static_cast<uint32_t>(places_.picture));
    link_.write_register(kHead, static_cast<uint32_t>(places_.head));
  }
  link_.write_register(kControl, 1);
  ++frames_;
  for (const auto start = std::chrono::steady_clock::now(); link_.read_register(kFrames) != frames_;) {
    if (!compact_) check_error();
    if (std::chrono::steady_clock::now() - start > kFramePatience)
      throw Error("the engine does not end a frame", "board",
                  "load the bitstream again; if it stays so, make one of a slower clock");
  }
  std::vector<uint8_t> head(places_.head_bytes);
  link_.read_memory(static_cast<uint32_t>(places_.head), head.data(), static_cast<uint32_t>(head.size()));
  return places_.unpack(head);
}

}  // namespace duet::board
