// An engine on its board, through the serial line that its host speaks over (docs/boards.md).
#include "simulate/board.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <stdexcept>

#include "base/error.h"
#include "base/files.h"
#include "board/host.h"
#include "emit/emit.h"
#include "golden/golden.h"
#include "quant/quantize.h"
#include "simulate/build.h"
#include "support/bench.h"
#include "support/engines.h"
#include "support/folder.h"
#include "support/networks.h"

namespace duet {
namespace {

device::Board ulx3s() { return {"ulx3s", 25, 1 << 17, 1'000'000, ""}; }

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
    const auto ran = simulate::run_board(made.network, made.engine, ulx3s(), made.pictures, kFrames);
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

// A simulated board at a pseudo-terminal, while it lives.
class Served {
 public:
  explicit Served(const engine::Engine& engine, const device::Board& board) {
    const auto simulator = simulate::build_served_board(engine, board.memory_bytes / 8, {});
    output_ = popen(("echo $$; exec " + simulator.string()).c_str(), "r");
    char path[64] = "";
    if (!output_ || std::fscanf(output_, "%d port %63s", &pid_, path) != 2) throw std::runtime_error("no simulated board");
    port = path;
  }
  ~Served() {
    kill(pid_, SIGKILL);
    pclose(output_);
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  std::string port;

 private:
  std::FILE* output_ = nullptr;
  int pid_ = 0;
};

device::Device device_with_board(const char* name) {
  device::Device device = device::find_device(name);
  if (device.family == device::Family::ecp5) device.board = ulx3s();
  return device;
}

void expect_golden(board::Host& host, const Case& made) {
  for (const layer::IntMap& picture : made.pictures) {
    const auto compared = simulate::compare({host.run(picture)}, {golden::run(made.network, picture)}, 16);
    EXPECT_GT(compared.bytes_compared, 0);
    EXPECT_EQ(compared.bytes_differ, 0) << compared.first;
  }
}

TEST(Board, HostOfASerialPortFindsItAndRunsPictures) {
  for (const char* name : {"ulx3s-85f", "icebreaker"}) {
    const device::Device device = device_with_board(name);
    Case made = make_case("dw3-conv1-bn-relu-max", 7);
    if (device.family == device::Family::ice40) made.engine = engine::compact_engine(made.engine.bundle, 8, 8);
    const Served served(made.engine, *device.board);
    {
      board::Host host(served.port, device, made.network, made.engine);
      expect_golden(host, made);
    }
    {
      board::Port rude(served.port, device.board->baud);  // asks for 256 words and leaves
      for (const uint8_t byte : {2, 0, 0, 0, 0, 0, 1, 0, 0}) rude.send(byte);
      EXPECT_EQ(rude.receive(), 0x82);
    }
    board::Host next(served.port, device, made.network, made.engine);
    expect_golden(next, made);
  }
}

std::string problem_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& error) {
    return error.problem;
  }
  return "none";
}

TEST(Board, HostSaysWhatIsWrongWithBoardOrPort) {
  using testing::HasSubstr;
  const device::Device device = device_with_board("ulx3s-85f");
  const Case made = make_case("dw3-conv1-bn-relu-max", 7);
  const auto host = [&](const std::string& port, const device::Device& on, const engine::Engine& engine) {
    return problem_of([&] { board::Host(port, on, made.network, engine).run(made.pictures[0]); });
  };
  const Served served(made.engine, *device.board);
  engine::Engine other = made.engine;
  other.dw_lanes = 1;
  EXPECT_THAT(host(served.port, device, program::size_for(other, made.network.network)), HasSubstr("has another engine"));
  device::Device small = device;
  small.board->memory_bytes = 1024;
  EXPECT_THAT(host(served.port, small, made.engine), HasSubstr("bytes of memory"));
  EXPECT_THAT(host(served.port, device::find_device("pynq-z1"), made.engine), HasSubstr("has no [board]"));
  EXPECT_THAT(host("/dev/null", device, made.engine), HasSubstr("cannot be opened"));
  const int nobody = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_TRUE(nobody >= 0 && !grantpt(nobody) && !unlockpt(nobody));
  EXPECT_THAT(host(ptsname(nobody), device, made.engine), HasSubstr("no answer"));
  close(nobody);
}

TEST(Board, RefusesMoreThanItsMemoryHolds) {
  const Case made = make_case("dw3-conv1-bn-relu-max", 7);
  device::Board small = ulx3s();
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
