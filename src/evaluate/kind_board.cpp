// {"kind": "board", "network", "engine", "packs", "device"}: a test picture through the serial line of the device's board in
// Verilator, frame after frame; bytes against the golden model and cycles in the result.
#include "base/error.h"
#include "base/fields.h"
#include "data/pack.h"
#include "device/device.h"
#include "evaluate/kinds.h"
#include "evaluate/simulated.h"
#include "evaluate/spec.h"
#include "golden/golden.h"
#include "simulate/board.h"

namespace duet::evaluate {
namespace fs = std::filesystem;
namespace {

constexpr int kFrames = 3;  // where one takes kBackToBack, the time between the last two is that of frames back to back

}  // namespace

Json run_board(const Json& spec, const fs::path&, const Progress& progress) {
  const std::string where = "board";
  const auto network = quant::load_quantized(artefact(spec, "network") / "quantized");
  const auto engine = engine::engine_from_json(base::field(spec, "engine", where), "board: engine");
  const auto device = device::read_device(checked_path(base::field(spec, "device", where), where));
  if (!device.board) throw Error("has no [board]", device.name, "choose a device with one");
  const data::Pack pack(artefact(spec, "packs") / "test.pack");
  const layer::IntMap shown = picture(pack, 0);
  const auto ran = simulate::run_board(network, engine, *device.board, {shown}, kFrames, {}, progress);
  const auto compared = simulate::compare(ran.outputs, std::vector<layer::IntMap>(kFrames, golden::run(network, shown)), 16);
  const auto program = program::compile(network.network, engine);
  return {{"frames", kFrames},
          {"cycles_simulated", ran.frame_cycles},
          {"cycles_predicted", program::predict(program, program::memory_of(device, device.clock_mhz)).frame},
          {"bytes_compared", compared.bytes_compared},
          {"bytes_differ", compared.bytes_differ},
          {"first_difference", compared.first},
          {"memory_bytes", program::memory_bytes(program)}};
}

}  // namespace duet::evaluate
