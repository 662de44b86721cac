// {"kind": "simulate", "network": artefact, "engine", "packs": artefact, "pictures", "device", "clock_mhz"}: Verilator runs the
// accelerator on test pictures, spread evenly over the part; every byte is compared with the golden model: the head's maps of all
// frames, and the maps between layers of the last one.
#include <algorithm>

#include "base/fields.h"
#include "data/pack.h"
#include "device/device.h"
#include "evaluate/kinds.h"
#include "evaluate/spec.h"
#include "golden/golden.h"
#include "quant/quantized.h"
#include "simulate/simulate.h"

namespace duet::evaluate {
namespace fs = std::filesystem;

namespace {

layer::IntMap picture(const data::Pack& pack, int i) {
  const uint8_t* pixels = pack.pixels(i);
  return {{3, pack.height(), pack.width()}, {pixels, pixels + pack.picture_bytes()}};
}

Json to_json(const simulate::Counters& counters) {
  return {{"cycles", counters.cycles},
          {"wait_input", counters.wait_input},
          {"wait_output", counters.wait_output},
          {"load_busy", counters.load_busy},
          {"store_busy", counters.store_busy},
          {"beats_read", counters.beats_read},
          {"beats_written", counters.beats_written}};
}

}  // namespace

Json run_simulate(const Json& spec, const fs::path& folder, const Progress& progress) {
  (void)folder;  // the built simulator is kept by content elsewhere
  const std::string where = "simulate";
  const auto network = quant::load_quantized(artefact(spec, "network") / "quantized");
  const auto engine = engine::engine_from_json(base::field(spec, "engine", where), "simulate: engine");
  const auto device = device::read_device(checked_path(base::field(spec, "device", where), where));
  const data::Pack pack(artefact(spec, "packs") / "test.pack");
  const auto wanted = static_cast<int>(base::int_field(spec, "pictures", 1, 100000, where));
  const int count = std::min(wanted, pack.count());

  std::vector<layer::IntMap> pictures, expected;
  std::vector<golden::NodeMap> last;
  Json indices = Json::array();
  for (int i = 0; i < count; ++i) {
    const int index = static_cast<int>(int64_t{i} * pack.count() / count);
    indices.push_back(index);
    pictures.push_back(picture(pack, index));
    last = golden::run_all(network, pictures.back());
    expected.push_back(last.back().map);
  }
  simulate::Options options;
  options.memory = program::memory_of(device.memory_bytes_per_second, base::number_field(spec, "clock_mhz", where));
  options.frames = std::max(3, count);
  options.keep_maps = true;
  for (int i = count; i < options.frames; ++i) expected.push_back(expected[i % count]);
  const auto result = simulate::run(network, engine, pictures, options, progress);

  auto total = simulate::compare(result.outputs, expected, 16);
  const auto program = program::compile(network.network, engine);
  const size_t frame = (options.frames - 1) % count;
  const auto maps = frame + 1 == pictures.size() ? last : golden::run_all(network, pictures[frame]);
  DUET_CHECK(!result.maps.empty() && result.maps[0].size() <= program.layers.size());
  for (size_t i = 0; i < result.maps[0].size(); ++i) {
    const int bits = program.layers[i].head ? 16 : engine::stored_bits(engine);
    const auto one = simulate::compare({result.maps[0][i]}, {golden::output_of(maps, program.layers[i].name)}, bits);
    total.bytes_compared += one.bytes_compared;
    total.bytes_differ += one.bytes_differ;
    if (total.first.empty() && !one.first.empty()) total.first = program.layers[i].name + ", " + one.first;
  }
  const auto predicted = program::predict(program, options.memory);
  return {{"pictures", indices},
          {"frames", options.frames},
          {"cycles_simulated", result.frame_cycles},
          {"latency_cycles_simulated", result.latency_cycles},
          {"cycles_predicted", predicted.frame},
          {"latency_cycles_predicted", predicted.latency},
          {"bytes_read", predicted.bytes_read},
          {"bytes_written", predicted.bytes_written},
          {"done", result.done},
          {"bytes_compared", total.bytes_compared},
          {"bytes_differ", total.bytes_differ},
          {"first_difference", total.first},
          {"counters", to_json(result.counters)}};
}

}  // namespace duet::evaluate
