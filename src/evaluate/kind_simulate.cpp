// {"kind": "simulate", "network": artefact, "engine", "packs": artefact, "pictures", "device", "clock_mhz"}: Verilator runs the
// accelerator on test pictures, spread evenly over the part; every byte is compared with the golden model.
#include <algorithm>

#include "base/fields.h"
#include "data/pack.h"
#include "device/device.h"
#include "evaluate/kinds.h"
#include "evaluate/simulated.h"
#include "evaluate/spec.h"

namespace duet::evaluate {
namespace fs = std::filesystem;

Json run_simulate(const Json& spec, const fs::path& folder, const Progress& progress) {
  (void)folder;  // the built simulator is kept by content elsewhere
  const std::string where = "simulate";
  const auto network = quant::load_quantized(artefact(spec, "network") / "quantized");
  const auto engine = engine::engine_from_json(base::field(spec, "engine", where), "simulate: engine");
  const auto device = device::read_device(checked_path(base::field(spec, "device", where), where));
  const data::Pack pack(artefact(spec, "packs") / "test.pack");
  const auto wanted = static_cast<int>(base::int_field(spec, "pictures", 1, 100000, where));
  const int count = std::min(wanted, pack.count());

  std::vector<layer::IntMap> pictures;
  Json indices = Json::array();
  for (int i = 0; i < count; ++i) {
    const int index = static_cast<int>(int64_t{i} * pack.count() / count);
    indices.push_back(index);
    pictures.push_back(picture(pack, index));
  }
  const auto memory = program::memory_of(device, base::number_field(spec, "clock_mhz", where));
  Json result{{"pictures", indices}};
  result.update(simulated(network, engine, pictures, memory, progress));
  return result;
}

}  // namespace duet::evaluate
