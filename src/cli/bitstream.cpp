#include <fmt/core.h>

#include <memory>

#include "base/error.h"
#include "base/files.h"
#include "cli/accelerator.h"
#include "cli/verb.h"
#include "emit/emit.h"
#include "synth/place.h"

namespace duet::cli {
namespace {
namespace fs = std::filesystem;

struct Options {
  std::string folder, device = "ulx3s-85f", out = "out/bitstream";
  double clock_mhz = 0;
  bool json = false;
};

void check_memory(const program::Program& program, const device::Device& device, const std::string& folder) {
  const int64_t needs = program::memory_bytes(program);
  if (device.board && needs > device.board->memory_bytes)
    throw Error(fmt::format("its network needs {} bytes of memory, the board has {}", needs, device.board->memory_bytes), folder,
                "emit a smaller network, or one for a smaller picture");
}

void run(const Options& o) {
  if (o.folder.empty()) throw Error("names no accelerator", "duet bitstream", "give a folder that `duet emit` wrote");
  const device::Device device = device::find_device(o.device);
  const engine::Engine engine = read_engine((fs::path(o.folder) / "engine.json").string(), device);
  const net::Network network = read_network((fs::path(o.folder) / "network.json").string());
  check_memory(program::compile(network, engine), device, o.folder);
  std::vector<fs::path> sources = emit::emitted_files(o.folder);
  for (const fs::path& file : emit::board_files(engine)) sources.push_back(file);
  const auto placed =
      synth::place(sources, device, o.clock_mhz > 0 ? o.clock_mhz : device.clock_mhz, o.out, progress_bar("bitstream"));
  Json result = synth::to_json(placed);
  result["device"] = device.name;
  base::write_json(fs::path(o.out) / "bitstream.json", result);
  if (o.json) return print_json(result);
  print(fmt::format(
      "{}: {:.3f} MHz, routed for up to {:.1f} MHz; {} LUTs, {} flip-flops, {} DSPs, {} block memories; the line takes {} "
      "bits a second\n  {}",
      placed.bitstream.string(), placed.clock_mhz, placed.reached_mhz, placed.lut, placed.ff, placed.dsp, placed.bram,
      placed.baud, placed.tool));
}

}  // namespace

void add_bitstream(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* verb = add_verb(app, "bitstream", "Place and route an emitted accelerator for its board, with open tools",
                            "duet bitstream out/accelerator --device ulx3s-85f --out out/bitstream", [o] { run(*o); });
  verb->add_option("folder", o->folder, "An emitted accelerator (see `duet emit`)");
  verb->add_option("--device", o->device, "Device with a [board] (docs/boards.md)")->capture_default_str();
  verb->add_option("--clock", o->clock_mhz, "Clock in MHz instead of the device's")->check(CLI::PositiveNumber);
  verb->add_option("--out", o->out, "Folder for the bitstream, scripts and logs")->capture_default_str();
  add_json_flag(verb, o->json);
}

}  // namespace duet::cli
