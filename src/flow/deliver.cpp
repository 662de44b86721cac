#include "flow/deliver.h"

#include "base/error.h"
#include "base/files.h"
#include "emit/emit.h"
#include "program/program.h"
#include "quant/quantized.h"

namespace duet::flow {
namespace fs = std::filesystem;

namespace {

void copy_files(const fs::path& from, const fs::path& to) {
  for (const auto& entry : fs::directory_iterator(from))
    if (const auto kind = entry.path().extension(); entry.is_regular_file() && (kind == ".json" || kind == ".safetensors"))
      base::write_file(to / entry.path().filename(), base::read_file(entry.path()));
}

}  // namespace

void deliver_network(const State& state, const fs::path& out) {
  copy_files(state.final.folder / "network", out / "network" / "float");
  copy_files(state.quantized.folder / "network", out / "network" / "quantized");
}

void deliver_accelerator(const State& state, const fs::path& out) {
  const auto network = quant::load_quantized(out / "network" / "quantized" / "quantized");
  const program::Program program = program::compile(network.network, state.engine);
  fs::remove_all(out / "accelerator");  // of an earlier attempt at this run
  emit::write(out / "accelerator", program, network, emit::vendor_of(state.engine.family));
}

void deliver_bitstream(const State& state, const fs::path& out) {
  fs::remove_all(out / "bitstream");  // of an earlier attempt at this run
  if (!made(state.bitstream)) return;
  const std::string name = state.bitstream.result.at("bitstream");
  base::write_file(out / "bitstream" / name, base::read_file(state.bitstream.folder / "bitstream" / name));
  base::write_json(out / "bitstream" / "bitstream.json", state.bitstream.result);
}

}  // namespace duet::flow
