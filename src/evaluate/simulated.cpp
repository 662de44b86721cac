#include "evaluate/simulated.h"

#include <algorithm>

#include "base/error.h"
#include "golden/golden.h"
#include "simulate/simulate.h"

namespace duet::evaluate {
namespace {

Json to_json(const simulate::Counters& counters) {
  return {{"cycles", counters.cycles},         {"wait_fill", counters.wait_fill},        {"wait_load", counters.wait_load},
          {"wait_store", counters.wait_store}, {"load_busy", counters.load_busy},        {"store_busy", counters.store_busy},
          {"beats_read", counters.beats_read}, {"beats_written", counters.beats_written}};
}

}  // namespace

layer::IntMap picture(const data::Pack& pack, int i) {
  const uint8_t* pixels = pack.pixels(i);
  return {{3, pack.height(), pack.width()}, {pixels, pixels + pack.picture_bytes()}};
}

Json simulated(const quant::QuantizedNetwork& network, const engine::Engine& engine, const std::vector<layer::IntMap>& pictures,
               const program::Memory& memory, const Progress& progress) {
  const size_t count = pictures.size();
  std::vector<layer::IntMap> expected;
  std::vector<golden::NodeMap> last;
  for (const layer::IntMap& picture : pictures) {
    last = golden::run_all(network, picture);
    expected.push_back(last.back().map);
  }
  simulate::Options options;
  options.memory = memory;
  options.frames = std::max(3, static_cast<int>(count));
  options.keep_maps = true;
  const auto frames = static_cast<size_t>(options.frames);
  for (size_t i = count; i < frames; ++i) expected.push_back(expected[i % count]);
  const auto result = simulate::run(network, engine, pictures, options, progress);

  auto total = simulate::compare(result.outputs, expected, 16);
  const size_t frame = (frames - 1) % count;
  const auto maps = frame + 1 == count ? last : golden::run_all(network, pictures[frame]);
  for (const simulate::LayerMap& got : result.maps) {
    const auto one = simulate::compare({got.map}, {golden::map_of(maps, got.node)}, engine::stored_bits(engine));
    total.bytes_compared += one.bytes_compared;
    total.bytes_differ += one.bytes_differ;
    if (total.first.empty() && !one.first.empty()) total.first = got.node + ", " + one.first;
  }
  const auto predicted = program::predict(program::compile(network.network, engine), options.memory);
  return {{"frames", options.frames},
          {"cycles_simulated", result.frame_cycles},
          {"latency_cycles_simulated", result.latency_cycles},
          {"cycles_predicted", predicted.frame},
          {"latency_cycles_predicted", predicted.latency},
          {"bytes_read", result.bytes_read / options.frames},
          {"bytes_written", result.bytes_written / options.frames},
          {"done", result.done},
          {"bytes_compared", total.bytes_compared},
          {"bytes_differ", total.bytes_differ},
          {"first_difference", total.first},
          {"counters", to_json(result.counters)}};
}

}  // namespace duet::evaluate
