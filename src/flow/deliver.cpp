#include "flow/deliver.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "emit/emit.h"
#include "program/program.h"
#include "quant/quantize.h"

namespace duet::flow {
namespace fs = std::filesystem;

namespace {

void copy_files(const fs::path& from, const fs::path& to) {
  for (const auto& entry : fs::directory_iterator(from))
    if (const auto kind = entry.path().extension(); entry.is_regular_file() && (kind == ".json" || kind == ".safetensors"))
      base::write_file(to / entry.path().filename(), base::read_file(entry.path()));
}

// Into `folder`/accelerator, for the integers in `folder`/network, which were trained without a name.
void write_accelerator(const engine::Engine& engine, const std::string& name, const fs::path& folder) {
  auto network = quant::load_quantized(folder / "network" / "quantized" / "quantized");
  network.network.name = name;
  const program::Program program = program::compile(network.network, engine);
  fs::remove_all(folder / "accelerator");  // of an earlier attempt at this run
  emit::write(folder / "accelerator", program, network, emit::vendor_of(engine.family));
}

}  // namespace

int accumulator_bits(const evaluate::Outcome& quantized) {
  return quant::accumulator_bits(quant::load_quantized(quantized.folder / "network" / "quantized"));
}

void deliver_network(const State& state, const fs::path& out) {
  copy_files(state.final.folder / "network", out / "network" / "float");
  copy_files(state.quantized.folder / "network", out / "network" / "quantized");
}

void deliver_accelerator(const State& state, const fs::path& out) {
  write_accelerator(state.engine, state.finalists[*state.winner].network.name, out);
}

fs::path design_folder(const Finalist& finalist) { return fs::path("designs") / fmt::format("proposal-{}", finalist.proposal); }

void deliver_design(const State& state, const Finalist& finalist, const fs::path& out) {
  const fs::path folder = out / design_folder(finalist);
  copy_files(finalist.trained.folder / "network", folder / "network" / "float");
  copy_files(finalist.calibrated.folder / "network", folder / "network" / "quantized");
  const Json& proposal = state.explored.at("proposals")[finalist.proposal];
  engine::Engine engine = engine::engine_from_json(proposal.at("engine"), "explore.json");
  engine.acc_bits = std::max(engine.acc_bits, accumulator_bits(finalist.calibrated));
  write_accelerator(engine, finalist.network.name, folder);
}

void deliver_bitstream(const State& state, const fs::path& out) {
  fs::remove_all(out / "bitstream");  // of an earlier attempt at this run
  if (!made(state.bitstream)) return;
  const std::string name = state.bitstream.result.at("bitstream");
  base::write_file(out / "bitstream" / name, base::read_file(state.bitstream.folder / "bitstream" / name));
  base::write_json(out / "bitstream" / "bitstream.json", state.bitstream.result);
}

}  // namespace duet::flow
