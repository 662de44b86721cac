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
  const bool xc7 = state.config.device.family == device::Family::xc7;
  const fs::path folder = out / "accelerator", made = out / "accelerator.part";
  fs::remove_all(made);
  std::string list;
  for (const fs::path& file : emit::rtl_files(xc7 ? emit::Vendor::xc7 : emit::Vendor::generic)) {
    const std::string name = file.lexically_relative(base::home()).string();
    base::write_file(made / name, base::read_file(file));
    list += name + "\n";
  }
  base::write_file(made / "files.f", list + "top.sv\n");
  base::write_file(made / "top.sv", emit::top(state.engine));
  base::write_json(made / "engine.json", engine::to_json(state.engine));
  base::write_json(made / "network.json", net::to_json(network.network));
  const auto image = program::image(program, network);
  base::write_file(made / "program.bin", {reinterpret_cast<const char*>(image.data()), image.size()});
  fs::remove_all(folder);
  fs::rename(made, folder);
}

}  // namespace duet::flow
