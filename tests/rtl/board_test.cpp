// An engine on its board, through the serial line that its host speaks over (docs/boards.md).
#include "simulate/board.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "emit/emit.h"
#include "golden/golden.h"
#include "quant/quantize.h"
#include "support/bench.h"
#include "support/engines.h"
#include "support/folder.h"
#include "support/networks.h"

namespace duet {
namespace {

device::Board board() { return {"ulx3s", 25, 1 << 17, 1'000'000, ""}; }

struct Case {
  quant::QuantizedNetwork network;
  engine::Engine engine;
  std::vector<layer::IntMap> pictures;
};

Case make_case(const std::string& bundle, uint64_t seed) {
  Rng rng(seed);
  net::Network network = test::small_network({3, 32, 48}, {{6, true}, {10, false}});
  network.bundle = net::parse_bundle(bundle);
  Case made{quant::random_quantized(network, {}, rng), {}, {}};
  made.engine.bundle = network.bundle;
  made.engine.in_lanes = made.engine.out_lanes = 4, made.engine.dw_lanes = engine::dw_kernel(made.engine) ? 2 : 0;
  made.engine.acc_bits = 40;
  made.engine = program::size_for(made.engine, network);
  for (int i = 0; i < 2; ++i) made.pictures.push_back(test::random_picture(network.input, rng));
  return made;
}

TEST(Board, FramesComeOverTheLineAsPredicted) {
  for (const char* bundle : {"dw3-conv1-bn-relu-max", "conv3-bn-avg"}) {
    const Case made = make_case(bundle, 7);
    constexpr int kFrames = 4;
    const auto ran = simulate::run_board(made.network, made.engine, board(), made.pictures, kFrames);
    std::vector<layer::IntMap> expected;
    for (int i = 0; i < kFrames; ++i) expected.push_back(golden::run(made.network, made.pictures[i % 2]));
    const auto compared = simulate::compare(ran.outputs, expected, 16);
    EXPECT_GT(compared.bytes_compared, 0);
    EXPECT_EQ(compared.bytes_differ, 0) << bundle << ": " << compared.first;
    device::Device device = device::find_device("ulx3s-85f");
    const auto memory = program::memory_of(device, 10 * device.clock_mhz);  // as fast at any clock
    EXPECT_EQ(memory.gap_num, 0);
    EXPECT_EQ(ran.frame_cycles, program::predict(program::compile(made.network.network, made.engine), memory).frame) << bundle;
  }
}

TEST(Board, RefusesMoreThanItsMemoryHolds) {
  const Case made = make_case("dw3-conv1-bn-relu-max", 7);
  device::Board small = board();
  small.memory_bytes = 1024;
  EXPECT_THROW(simulate::run_board(made.network, made.engine, small, made.pictures, 1), Error);
}

TEST(Board, LineReachesMemoryAndRegistersAndForgivesItsHost) {
  const test::Folder folder;
  base::write_file(folder / "duet_top.sv", emit::top(make_case("dw3-conv1-bn-relu-max", 7).engine));
  std::vector<std::string> sources;
  for (const auto& files : {emit::rtl_files({}, emit::kGeneric), emit::board_files({})})
    for (const auto& file : files) sources.push_back(file.string());
  sources.push_back((folder / "duet_top.sv").string());
  const auto bench = test::build_bench({"board", "duet_board", sources, {"IdleBits=12"}, ""}, folder / "bench");
  const base::ProcessResult ran = base::run_process({bench.string()});
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
}

}  // namespace
}  // namespace duet
