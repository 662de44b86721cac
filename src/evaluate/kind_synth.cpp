// {"kind": "synth", "engine", "device"}: Yosys maps the accelerator onto the device's family; leaves synth/ with script, log and
// counts.
#include "base/fields.h"
#include "base/files.h"
#include "device/device.h"
#include "emit/emit.h"
#include "evaluate/kinds.h"
#include "evaluate/spec.h"
#include "synth/synth.h"

namespace duet::evaluate {
namespace fs = std::filesystem;

Json run_synth(const Json& spec, const fs::path& folder, const Progress& progress) {
  const auto engine = engine::engine_from_json(base::field(spec, "engine", "synth"), "synth: engine");
  const auto device = device::read_device(checked_path(base::field(spec, "device", "synth"), "synth"));
  synth::Request request;
  request.top = "duet_top";
  request.sources = emit::rtl_files(engine, emit::vendor_of(engine.family));
  base::write_file(folder / "top.sv", emit::top(engine));
  request.sources.push_back(folder / "top.sv");
  return synth::to_json(synth::synthesize(request, device, folder / "synth", progress));
}

}  // namespace duet::evaluate
