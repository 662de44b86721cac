// {"kind": "bitstream", "engine", "device", "clock_mhz"}: open place and route of the accelerator on the device's board; leaves
// bitstream/ with scripts, logs and <top>.bit.
#include "base/fields.h"
#include "base/files.h"
#include "device/device.h"
#include "emit/emit.h"
#include "evaluate/kinds.h"
#include "evaluate/spec.h"
#include "synth/place.h"

namespace duet::evaluate {
namespace fs = std::filesystem;

Json run_bitstream(const Json& spec, const fs::path& folder, const Progress& progress) {
  const std::string where = "bitstream";
  const auto engine = engine::engine_from_json(base::field(spec, "engine", where), "bitstream: engine");
  const auto device = device::read_device(checked_path(base::field(spec, "device", where), where));
  base::write_file(folder / "top.sv", emit::top(engine));
  std::vector<fs::path> sources = emit::rtl_files(engine, emit::vendor_of(engine.family));
  for (const fs::path& file : emit::board_files(engine)) sources.push_back(file);
  sources.push_back(folder / "top.sv");
  Json result =
      synth::to_json(synth::place(sources, device, base::number_field(spec, "clock_mhz", where), folder / "bitstream", progress));
  result["bitstream"] = fs::path(result.at("bitstream").get<std::string>()).filename().string();
  return result;
}

}  // namespace duet::evaluate
