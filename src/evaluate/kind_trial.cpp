// {"kind": "trial", "network", "engine", "device", "seed"}: Verilator runs the accelerator with random weights on three pictures
// of noise at the device's clock; every byte is compared with the golden model.
#include <fmt/core.h>

#include "base/error.h"
#include "base/fields.h"
#include "device/device.h"
#include "evaluate/kinds.h"
#include "evaluate/simulated.h"
#include "evaluate/spec.h"
#include "quant/quantize.h"

namespace duet::evaluate {
namespace {

constexpr int kPictures = 3;

layer::IntMap noise(const net::Shape& shape, Rng& rng) {
  layer::IntMap picture{shape, {}};
  for (int64_t i = 0; i < shape.size(); ++i) picture.values.push_back(static_cast<int32_t>(rng.below(256)));
  return picture;
}

}  // namespace

Json run_trial(const Json& spec, const std::filesystem::path&, const Progress& progress) {
  const std::string where = "trial";
  const auto network = net::network_from_json(base::field(spec, "network", where), "trial: network");
  auto engine = engine::engine_from_json(base::field(spec, "engine", where), "trial: engine");
  const auto device = device::read_device(checked_path(base::field(spec, "device", where), where));
  Rng rng(static_cast<uint64_t>(base::int_field(spec, "seed", 0, INT64_MAX, where)));
  quant::QuantizeOptions widths;
  widths.weight_bits = engine.weight_bits, widths.feature_bits = engine.feature_bits;
  const auto quantized = quant::random_quantized(network, widths, rng);
  if (const int bits = quant::accumulator_bits(quantized); bits > engine.acc_bits)
    throw Error(fmt::format("sums need {} bits, the engine has {}", bits, engine.acc_bits), where, "give it wider sums");
  std::vector<layer::IntMap> pictures;
  for (int i = 0; i < kPictures; ++i) pictures.push_back(noise(network.input, rng));
  return simulated(quantized, engine, pictures, program::memory_of(device, device.clock_mhz), progress);
}

}  // namespace duet::evaluate
