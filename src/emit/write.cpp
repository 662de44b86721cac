#include <fmt/core.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "emit/emit.h"

namespace duet::emit {
namespace {

namespace fs = std::filesystem;

std::string_view view(const std::vector<uint8_t>& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// One 64-bit beat a line, as $readmemh reads it.
std::string hex(const std::vector<uint8_t>& bytes) {
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 8) {
    uint64_t beat = 0;
    for (size_t i = 8; i-- > 0;) beat = beat << 8 | bytes[at + i];
    text += fmt::format("{:016x}\n", beat);
  }
  return text;
}

Json schedule(const program::Program& program) {
  Json layers = Json::array();
  for (const program::Layer& l : program.layers)
    layers.push_back({{"name", l.part.name()},
                      {"input", {l.in.channels, l.in.height, l.in.width}},
                      {"output", {l.out.channels, l.out.height, l.out.width}},
                      {"copy", l.copy},
                      {"kernel", l.kernel},
                      {"diagonal", l.diagonal},
                      {"pool", l.pool},
                      {"pools_in_store", l.store_pools},
                      {"bypass", l.bypass},
                      {"tiles", l.tiles},
                      {"input_groups", l.in_groups},
                      {"passes", l.passes},
                      {"output_groups", l.out_groups},
                      {"pass_cycles", l.pw_pass},
                      {"depthwise_groups", l.dw_groups},
                      {"depthwise_pass_cycles", l.dw_pass},
                      {"input_address", l.in_address},
                      {"output_address", l.out_address},
                      {"output_row_bytes", 8 * l.out_stride},
                      {"bypass_address", l.bypass_address},
                      {"lanes_per_beat", l.out_lanes},
                      {"bits_per_value", l.head ? 16 : engine::stored_bits(program.engine)}});
  const program::Layout& m = program.layout;
  return {{"program_address", m.program},     {"program_bytes", m.image_bytes()}, {"maps_address", m.maps}, {"memory_end", m.end},
          {"picture_bytes", m.picture_bytes}, {"head_bytes", m.head_bytes},       {"layers", layers}};
}

std::string picture_layout(const program::Program& program) {
  const program::Layer& first = program.layers.front();
  const std::string rows = fmt::format("A picture is [row 0..{}]", first.in.height - 1);
  if (first.wide && first.quad)
    return fmt::format(
        "{}[pair of columns 0..{}] of 64-bit beats: red, green and blue of the left column in bytes 0 to 2, of the "
        "right one in bytes 3 to 5, zeros where there is none.\n",
        rows, first.row_beats - 1);
  if (first.digits > 1)
    return fmt::format(
        "{}[beat of {} channels 0..{}][column 0..{}] of 64-bit beats: each byte of red, green and blue in {} digits of {} bits, "
        "a channel each, "
        "the most significant digits of the three colours first.\n",
        rows, engine::beat_lanes(program.engine), first.in_beats - 1, first.in.width - 1, first.digits,
        engine::digit_bits(program.engine));
  return fmt::format("{}[column 0..{}] of 64-bit beats: red, green and blue in the lowest lanes of {} each.\n", rows,
                     first.in.width - 1, first.wide || engine::stored_bits(program.engine) == 8 ? "a byte" : "2 bytes");
}

std::string compact_readme(const program::Program& program) {
  const program::Layer &first = program.layers.front(), &head = program.layers.back();
  return fmt::format(
      "# {0}: an accelerator made by duet\n\n"
      "`top.sv` holds the compact engine with a serial line to its host; `rtl/files.f` lists all sources in order. 8 SB_MAC16, 4 "
      "SB_SPRAM256KA, 23 block memories of 4 Kbit, one clock, synchronous reset.\n\n"
      "## Memory\n"
      "| what | address | bytes |\n|---|---|---|\n"
      "| program (`program.bin`; `program.hex` has one 64-bit word a line) | 0 | {1} |\n"
      "| the picture, {2} x {3} | {4} | {5} |\n| the head | {6} | {7} |\n\n"
      "A pixel of the picture is red, green and blue in {8} bytes, row by row. A pixel of the head is {9} signed 16-bit values "
      "in "
      "{10} bytes, row by row.\n\n"
      "## The host's calls\n"
      "Over the line (docs/boards.md of duet tells its commands): write the program; for every frame write the picture, write 1 "
      "to "
      "register 0x00 (CONTROL), read register 0x20 (FRAMES) until it has grown, read the head. Register 0x24 tells the frame's "
      "cycles. A frame overwrites its picture.\n",
      program.network.name, program.layout.program_bytes, first.in.width, first.in.height, first.in_address,
      program.layout.picture_bytes, head.out_address, program.layout.head_bytes, program.layout.picture_bytes / first.in.pixels(),
      head.out.channels, program.layout.head_bytes / head.out.pixels());
}

std::string readme(const program::Program& program) {
  if (engine::compact(program.engine)) return compact_readme(program);
  const program::Layout& m = program.layout;
  const program::Layer &first = program.layers.front(), &head = program.layers.back();
  const engine::Engine& e = program.engine;
  return fmt::format(
      "# {0}: an accelerator made by duet\n\n"
      "`top.sv` holds one instance of `duet_engine` with its parameters; `rtl/files.f` lists all sources in order. Bus: "
      "AXI4 "
      "master\n"
      "(64 bit), AXI4-Lite slave (32 bit), one interrupt, one clock, synchronous reset (held for at least 32 cycles).\n"
      "{1} DSP blocks, {2:g} block memories of 36 Kbit.\n\n"
      "## Memory\n"
      "| what | address | bytes |\n|---|---|---|\n"
      "| program (`program.bin`; `program.hex` has one 64-bit beat a line) | {3} | {4} |\n"
      "| feature maps between layers | {5} | {6} |\n"
      "| a picture | free, multiple of 128 | {7} |\n"
      "| a head's output | free, multiple of 128 | {8} |\n\n"
      "Addresses are relative to nothing: the engine puts them on the bus as they are; feature maps lie where `schedule.json` "
      "says. To place\n"
      "program and maps elsewhere, at a multiple of 128, add it to the lower 32 bits of the program's 64-bit words 8 + 16 l, "
      "10 + 16 l,\n"
      "19 + 16 l and 20 + 16 l, for every layer l from 0 to {14}.\n"
      "{9}"
      "The head is [row][group of {10} channels][column] of 64-bit beats, {10} signed 16-bit values in each, {11} channels in "
      "all.\n\n"
      "## Registers\n"
      "| offset | name | meaning |\n|---|---|---|\n"
      "| 0x00 | CONTROL | write 1: queue a frame with PICTURE and HEAD; write 2: forget the program (only when idle). Reads "
      "\"DUET\" |\n"
      "| 0x04 | STATUS | bit 0 busy, 1 program loaded, 2 error, 3 room for another frame; 15..8 error code |\n"
      "| 0x08 | IRQ_ENABLE | bit 0 frame done, bit 1 error |\n"
      "| 0x0c | IRQ | pending, enabled or not; writing ones clears them |\n"
      "| 0x10 | PROGRAM | address of the program |\n"
      "| 0x14 | PICTURE | address of the next frame's picture |\n"
      "| 0x18 | HEAD | address for the next frame's output |\n"
      "| 0x1c | ERROR | 0 none, 1 read response, 2 write response, 3 program of another engine or too large, 4 queue full, 5 "
      "reload while "
      "busy |\n"
      "| 0x20 | FRAMES | frames done |\n"
      "| 0x24 | FRAME_CYCLES | between the last two done interrupts |\n"
      "| 0x28.. | counters | cycles; array waits for fill, load, store; load busy; store busy; beats read; written |\n"
      "| 0x48, 0x4c | SHAPE, WIDTHS | lanes and bits of the engine |\n\n"
      "## The host's calls\n"
      "1. Copy `program.bin` to its address. Write PROGRAM, then IRQ_ENABLE = 3.\n"
      "2. For every frame: bring the picture to {12} x {13}, lay it out as above, write PICTURE and HEAD, then CONTROL = 1. Up "
      "to four\n"
      "   frames queue, and they follow one another without a gap.\n"
      "3. On the interrupt: read ERROR, write IRQ = 1, read the head.\n",
      program.network.name, engine::dsp_count(e), engine::bram36_count(e), m.program, m.image_bytes(), m.maps, m.end - m.maps,
      m.picture_bytes, m.head_bytes, picture_layout(program), head.out_lanes, head.out.channels, first.in.width, first.in.height,
      program.layers.size() - 1);
}

void copy_rtl(const fs::path& folder, const engine::Engine& engine, const std::string& vendor) {
  const fs::path rtl = base::home() / "rtl";
  std::string list = "";
  for (const fs::path& file : rtl_files(engine, vendor)) {
    const fs::path place = fs::relative(file, rtl);
    fs::create_directories(folder / "rtl" / place.parent_path());
    base::write_file(folder / "rtl" / place, base::read_file(file));
    list += "rtl/" + place.string() + "\n";
  }
  base::write_file(folder / "rtl" / "files.f", list + "top.sv\n");
}

}  // namespace

void write(const fs::path& folder, const program::Program& program, const quant::QuantizedNetwork& network,
           const std::string& vendor) {
  if (fs::exists(folder) && !fs::is_empty(folder))
    throw Error("the folder is not empty", folder.string(), "name a new one, or remove it first");
  const std::vector<uint8_t> image = program::image(program, network);
  const fs::path part = folder.string() + "." + std::to_string(getpid()) + ".part";
  try {
    fs::create_directories(part);
    copy_rtl(part, program.engine, vendor);
    base::write_file(part / "top.sv", top(program.engine));
    base::write_json(part / "engine.json", engine::to_json(program.engine));
    base::write_json(part / "network.json", net::to_json(program.network));
    base::write_json(part / "schedule.json", schedule(program));
    base::write_file(part / "program.bin", view(image));
    base::write_file(part / "program.hex", hex(image));
    base::write_file(part / "README.md", readme(program));
    fs::remove(folder);
    fs::rename(part, folder);
  } catch (const fs::filesystem_error& error) {
    std::error_code ignored;
    fs::remove_all(part, ignored);
    throw Error(error.code().message(), folder.string(), "check the disk's space and the folder's permissions");
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(part, ignored);
    throw;
  }
}

}  // namespace duet::emit
