// The host's side of a device (docs/registers.md): networks changed while it runs, errors, interrupts, a slow host. One engine in
// one simulator, tests/rtl/bench/host.cpp.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/process.h"
#include "emit/emit.h"
#include "golden/golden.h"
#include "quant/quantize.h"
#include "simulate/simulate.h"
#include "support/bench.h"
#include "support/folder.h"
#include "support/networks.h"

namespace duet {
namespace {

enum Register {
  Control = 0x00,
  Status = 0x04,
  IrqEnable = 0x08,
  Irq = 0x0c,
  Program = 0x10,
  Picture = 0x14,
  Head = 0x18,
  Error = 0x1c,
  Frames = 0x20,
  BeatsRead = 0x40,
  Shape = 0x48,
  Widths = 0x4c
};
constexpr int kBusy = 1, kLoaded = 2, kFaulty = 4, kRoom = 8;  // of STATUS
constexpr int kStart = 1, kForget = 2;                         // of CONTROL
constexpr int kFrameDone = 1, kErrorCame = 2;                  // of IRQ
constexpr int64_t kAll = 0xffffffff, kMemoryBytes = 1 << 20, kPlace = kMemoryBytes / 2;

/// What the host does, line by line.
class Script {
 public:
  Script() { add("reset"); }
  Script& add(const std::string& line) {
    text_ += line + "\n";
    return *this;
  }
  Script& write(int address, int64_t value) { return add(fmt::format("write {} {}", address, value)); }
  Script& read(int address, int64_t mask, int64_t value) { return add(fmt::format("read {} {} {}", address, mask, value)); }
  Script& until(int address, int64_t mask, int64_t value) { return add(fmt::format("until {} {} {}", address, mask, value)); }
  /// Expects an error and that nothing goes on: the registers tell it, and the line.
  Script& expect_error(int code) {
    until(Error, kAll, code);
    return read(Status, 0xff00 | kFaulty, code << 8 | kFaulty).read(Irq, kErrorCame, kErrorCame).add("irq 1");
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// A quantised network with pictures, ready for the engine.
struct Task {
  quant::QuantizedNetwork network;
  std::vector<layer::IntMap> pictures;
  program::Program program;
  int64_t picture(size_t i) const { return kPlace + static_cast<int64_t>(i) * program.layout.picture_bytes; }
  int64_t head(size_t i) const { return picture(pictures.size()) + static_cast<int64_t>(i) * program.layout.head_bytes; }
};

class Host : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new test::Folder;
    engine::Engine lanes;
    lanes.in_lanes = lanes.out_lanes = 4, lanes.dw_lanes = 2;
    lanes.acc_bits = 40;
    Rng rng(5);
    // The paper's DNN-A and DNN-C, an eighth as wide.
    const std::vector<net::Replication> a{{6, true}, {12, true}, {24, true}, {48, false}};
    std::vector<net::Replication> c = a;
    c.push_back({60, false});
    const std::vector<net::Network> networks{test::small_network({3, 24, 36}, a), test::small_network({3, 28, 20}, c),
                                             test::random_network(rng)};
    engine_ = test::stream_all(test::hold_all(lanes, networks), networks);
    for (const net::Network& network : networks) tasks_.push_back(task(network, engine_, rng));
    base::write_file(file("duet_top.sv"), emit::top(engine_));
    std::vector<std::string> sources{file("duet_top.sv")};
    for (const auto& source : emit::rtl_files({}, emit::kGeneric)) sources.push_back(source.string());
    bench_ = test::build_bench({"host", "duet_top", sources, {}, ""}, *folder_ / "bench").string();
  }
  static void TearDownTestSuite() {
    tasks_.clear();
    delete folder_;
  }

  static std::string file(const std::string& name) { return (*folder_ / name).string(); }

  static Task task(const net::Network& network, const engine::Engine& engine, Rng& rng) {
    Task task{quant::random_quantized(network, {}, rng), {}, program::compile(network, engine)};
    for (int i = 0; i < 5; ++i) task.pictures.push_back(test::random_picture(network.input, rng));
    EXPECT_LE(task.program.layout.end, kPlace);
    EXPECT_LE(task.head(task.pictures.size()), kMemoryBytes);
    return task;
  }

  static std::vector<uint8_t> memory(const Task& task) {
    std::vector<uint8_t> bytes(kMemoryBytes);
    const auto put = [&](int64_t at, const std::vector<uint8_t>& data) {
      std::copy(data.begin(), data.end(), bytes.begin() + at);
    };
    put(task.program.layout.program, program::image(task.program, task.network));
    for (size_t i = 0; i < task.pictures.size(); ++i) put(task.picture(i), program::pack_picture(task.pictures[i], task.program));
    return bytes;
  }

  static void load(Script& script, const std::vector<uint8_t>& bytes) {
    const std::string name = file("memory" + std::to_string(files_++));
    base::write_file(name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    script.add(fmt::format("memory {} {}", name, bytes.size()));
  }
  static void start(Script& script, const Task& task, size_t i) {
    script.write(Picture, task.picture(i)).write(Head, task.head(i)).write(Control, kStart);
  }
  // All frames of a task, the program and pictures being there. `done`: frames since reset, before and after.
  static void run_frames(Script& script, const Task& task, int64_t& done) {
    for (size_t i = 0; i < task.pictures.size(); ++i) start(script.until(Status, kRoom, kRoom), task, i);
    done += static_cast<int64_t>(task.pictures.size());
    script.until(Frames, kAll, done);
    for (size_t i = 0; i < task.pictures.size(); ++i)
      script.add(fmt::format("save {} {} {}", task.head(i), task.program.layout.head_bytes, head_file(done, i)));
  }
  static std::string head_file(int64_t done, size_t i) { return file(fmt::format("head{}_{}", done, i)); }

  static void obey(const Script& script) {
    base::write_file(file("script"), script.text());
    const base::ProcessResult ran = base::run_process({bench_, file("script")});
    EXPECT_EQ(ran.exit_code, 0) << ran.output;
  }
  // The heads that run_frames saved, after `done` frames.
  static void expect_heads(const Task& task, int64_t done) {
    if (HasFailure()) return;  // not all were saved
    const program::Layer& layer = task.program.layers.back();
    for (size_t i = 0; i < task.pictures.size(); ++i) {
      const std::string text = base::read_file(head_file(done, i));
      const layer::IntMap head = program::unpack_map({text.begin(), text.end()}, layer.out, layer.out_lanes, 16, true);
      const simulate::Comparison heads = simulate::compare({head}, {golden::run(task.network, task.pictures[i])}, 16);
      EXPECT_GT(heads.bytes_compared, 0);
      EXPECT_EQ(heads.bytes_differ, 0) << "frames up to " << done << ": " << heads.first;
    }
  }
  // The engine has forgotten what went before: after a reset a task runs as ever.
  static void expect_recovery(Script script, const Task& task) {
    int64_t done = 0;
    script.add("reset");
    load(script, memory(task));
    script.read(Status, kBusy | kLoaded | kFaulty, 0).add("irq 0").write(Program, task.program.layout.program);
    run_frames(script, task, done);
    script.read(Error, kAll, 0);
    obey(script);
    expect_heads(task, done);
  }
  // A script with a task's memory, an enabled interrupt and the program's address.
  static Script prepared(const std::vector<uint8_t>& bytes) {
    Script script;
    load(script, bytes);
    script.write(IrqEnable, kFrameDone | kErrorCame).write(Program, 0);
    return script;
  }

  static inline test::Folder* folder_ = nullptr;
  static inline engine::Engine engine_;
  static inline std::vector<Task> tasks_;
  static inline std::string bench_;
  static inline int files_ = 0;
};

TEST_F(Host, ChangesNetworksByMemoryAndControlAlone) {
  // Rings are somewhere in the middle when the network changes: of the slots of streamed weights and of rows.
  for (const size_t i : {0, 1}) {
    const int frames = static_cast<int>(tasks_[i].pictures.size());
    int fetched = 0, slots = 1, rows = 0;
    for (const program::Layer& layer : tasks_[i].program.layers) {
      if (layer.stream) fetched += layer.tiles * layer.out_groups, slots = layer.slots;
      if (!layer.side && !layer.copy) rows += (layer.in.height + 1) / 2;
    }
    EXPECT_NE(frames * fetched % slots, 0) << fetched << " groups, " << slots << " slots";
    EXPECT_NE(frames * rows % 3, 0) << rows << " even rows, 3 slots";
  }
  Script script;
  std::vector<std::pair<size_t, int64_t>> ran;
  int64_t done = 0;
  for (const size_t i : {0, 1, 2, 0}) {
    const Task& task = tasks_[i];
    std::vector<uint8_t> bytes = memory(task);
    int64_t program = 0;
    if (i == 2) {  // somewhere else; streamed weights and maps stay
      program = task.head(task.pictures.size());
      std::copy_n(bytes.begin(), task.program.layout.program_bytes, bytes.begin() + program);
      std::fill_n(bytes.begin(), task.program.layout.program_bytes, uint8_t{0xa5});
    }
    load(script, bytes);
    if (done) script.until(Status, kBusy, 0).read(Status, kLoaded, kLoaded).write(Control, kForget).read(Status, kLoaded, 0);
    script.write(Program, program);
    run_frames(script, task, done);
    ran.emplace_back(i, done);
  }
  script.read(Error, kAll, 0);
  obey(script);
  for (const auto& [i, frames] : ran) expect_heads(tasks_[i], frames);
}

TEST_F(Host, ReadsWhatItWroteHoweverSlowItIs) {
  Script script;
  load(script, memory(tasks_[0]));
  for (const char* slow : {"0 0 0", "3 0 0", "0 4 0", "0 0 5", "2 1 3"}) {
    script.add(std::string("slow ") + slow);
    script.read(Control, kAll, 0x54455544).read(Shape, kAll, 0x04020404).read(Widths, kAll, 0x11280808);
    int64_t value = 0x1234'5678;
    for (const int address : {Program, Picture, Head}) script.write(address, value += 0x0101'0101);
    value = 0x1234'5678;
    for (const int address : {Program, Picture, Head}) script.read(address, kAll, value += 0x0101'0101);
    script.write(Shape, 7).write(0x50, 7).read(Shape, kAll, 0x04020404).read(0x50, kAll, 0);
  }
  int64_t done = 0;  // as slow as the last line
  script.write(Program, 0);
  run_frames(script, tasks_[0], done);
  obey(script);
  expect_heads(tasks_[0], done);
}

TEST_F(Host, InterruptStaysUntilItIsCleared) {
  Script script;
  load(script, memory(tasks_[0]));
  script.write(Program, 0);
  start(script, tasks_[0], 0);
  script.until(Irq, kAll, kFrameDone).add("irq 0");  // not enabled
  script.write(IrqEnable, kErrorCame).add("irq 0").write(IrqEnable, kFrameDone).add("irq 1").read(IrqEnable, kAll, kFrameDone);
  script.write(Irq, kErrorCame).add("irq 1").write(Irq, kFrameDone).add("irq 0").read(Irq, kAll, 0).add("cycles 50").add("irq 0");
  start(script, tasks_[0], 1);
  script.add("interrupt").read(Frames, kAll, 2).read(Error, kAll, 0).write(Irq, kFrameDone).add("irq 0");
  obey(script);
}

// Whatever is on its way through the stages is forgotten.
TEST_F(Host, ResetInTheMiddleOfAFrame) {
  for (const int cycles : {300, 1000, 1700, 2400}) {
    Script script = prepared(memory(tasks_[0]));
    start(script, tasks_[0], 0);
    script.until(Status, kLoaded, kLoaded).add(fmt::format("cycles {}", cycles)).read(Frames, kAll, 0);
    expect_recovery(script, tasks_[0]);
  }
}

TEST_F(Host, ErrorResponseToARead) {
  for (const int beat : {3, 40, static_cast<int>(tasks_[0].program.layout.program_bytes / 8) + 20}) {
    Script script = prepared(memory(tasks_[0]));
    script.add(fmt::format("bad_read {}", beat));
    start(script, tasks_[0], 0);
    // The interrupt comes once; the error stays.
    script.expect_error(1).write(Irq, kErrorCame).add("cycles 50").add("irq 0").read(Error, kAll, 1);
    start(script, tasks_[0], 1);  // is not begun
    script.add("cycles 20000").read(Frames, kAll, 0).read(Status, kBusy, kBusy);
    expect_recovery(script, tasks_[0]);
  }
}

TEST_F(Host, ErrorResponseToAWrite) {
  Script script = prepared(memory(tasks_[0]));
  script.add("bad_write 5");
  start(script, tasks_[0], 0);
  script.expect_error(2).add("cycles 20000").read(Frames, kAll, 0);
  expect_recovery(script, tasks_[0]);
}

// The error is on its way to the registers when the reset comes.
TEST_F(Host, ResetBehindAnErrorResponse) {
  Script script = prepared(memory(tasks_[0]));
  script.add("bad_write 5");
  start(script, tasks_[0], 0);
  script.add("reset_on_bad_write");
  expect_recovery(script, tasks_[0]);
}

// A field of the header that tells what the program needs.
struct Need {
  const char* name;
  int beat, low, bits, there;
};

void set_field(std::vector<uint8_t>& bytes, const Need& need, int64_t value) {
  for (int bit = 0; bit < need.bits; ++bit) {
    const int at = need.low + bit;
    uint8_t& byte = bytes[static_cast<size_t>(8 * need.beat + at / 8)];
    byte = static_cast<uint8_t>((byte & ~(1 << at % 8)) | (value >> bit & 1) << at % 8);
  }
}

TEST_F(Host, RefusesAProgramOfAnotherEngine) {
  const engine::Buffers& b = engine_.buffers;
  const Need needs[] = {{"version", 0, 32, 32, 7},
                        {"in lanes", 1, 0, 8, 4},
                        {"pixels", 1, 60, 4, 1},
                        {"layers", 2, 0, 16, b.layers},
                        {"side of depth-wise kernels", 2, 16, 4, 3},
                        {"side of the array's kernels", 2, 20, 4, 1},
                        {"signed features", 2, 25, 1, 0},
                        {"bits of a digit", 2, 27, 5, 7},
                        {"depth-wise weights", 3, 0, 32, b.dw_weight_words},
                        {"depth-wise parameters", 3, 32, 32, b.dw_param_words},
                        {"point-wise parameters", 4, 32, 32, b.pw_param_words},
                        {"line", 5, 0, 16, b.line_words},
                        {"side", 5, 16, 16, b.side_words},
                        {"tile", 5, 32, 16, b.tile_words},
                        {"partial sums", 5, 48, 16, b.psum_words},
                        {"results", 6, 0, 16, b.result_words},
                        {"bypass", 6, 16, 1, 0},
                        {"point-wise weights", 6, 32, 32, b.pw_weight_words}};
  for (const Need& need : needs) {
    SCOPED_TRACE(need.name);
    std::vector<uint8_t> bytes = memory(tasks_[0]);
    set_field(bytes, need, need.there + 1);
    Script script = prepared(bytes);
    start(script, tasks_[0], 0);
    script.expect_error(3).read(Status, kLoaded, 0).read(BeatsRead, kAll, 8);
    obey(script);
  }
  // All of each memory is not too much.
  std::vector<uint8_t> bytes = memory(tasks_[0]);
  for (const Need& need : needs)
    if (need.beat == 5 || need.beat == 6) set_field(bytes, need, need.there);
  Script script = prepared(bytes);
  start(script, tasks_[0], 0);
  obey(script.add("interrupt").read(Error, kAll, 0));
}

// Of kernels in the array and of a bypass, on an engine that has neither.
TEST_F(Host, IgnoresWhatADescriptorSaysOfKindsItLacks) {
  const Need ignored[] = {{"halo of a copy, read", 1, 22, 2, 0},
                          {"halo of a copy, taken", 5, 52, 2, 0},
                          {"columns, rows, groups", 10, 0, 64, 0},
                          {"joined map", 11, 0, 64, 0},
                          {"bypass", 14, 52, 1, 0}};
  for (const Need& field : ignored) {
    SCOPED_TRACE(field.name);
    std::vector<uint8_t> bytes = memory(tasks_[0]);
    for (size_t layer = 0; layer < tasks_[0].program.layers.size(); ++layer) {
      const Need at{field.name, static_cast<int>(8 + 16 * layer) + field.beat, field.low, field.bits, 0};
      set_field(bytes, at, -1);
    }
    Script script = prepared(bytes);
    int64_t done = 0;
    run_frames(script, tasks_[0], done);
    obey(script.read(Error, kAll, 0));
    expect_heads(tasks_[0], done);
  }
}

TEST_F(Host, RefusesAProgramThatWasMadeForLargerMemories) {
  const net::Network wide = test::small_network({3, 8, 60}, {{8, false}, {8, false}});
  const engine::Engine larger = test::hold_all(engine_, {wide, tasks_[1].network.network});
  Rng rng(1);
  const Task other = task(wide, larger, rng);
  ASSERT_LE(other.program.needs.pw_weight_words, engine_.buffers.pw_weight_words);
  ASSERT_GT(other.program.needs.line_words, engine_.buffers.line_words);
  Script script = prepared(memory(other));
  start(script, other, 0);
  expect_recovery(script.expect_error(3), tasks_[2]);
}

TEST_F(Host, MoreThanFourFramesQueued) {
  Script script = prepared(memory(tasks_[0]));
  for (int i = 0; i < 4; ++i) {
    script.read(Status, kRoom, kRoom);
    start(script, tasks_[0], 0);
  }
  script.read(Status, kRoom | kFaulty | kBusy, kBusy);
  start(script, tasks_[0], 0);
  script.expect_error(4).add("cycles 20000").read(Frames, kAll, 0);
  expect_recovery(script, tasks_[1]);
}

TEST_F(Host, ForgetsNoProgramWhileBusy) {
  Script script = prepared(memory(tasks_[0]));
  start(script, tasks_[0], 0);
  script.until(Status, kLoaded, kLoaded).write(Control, kForget).expect_error(5).read(Status, kLoaded, kLoaded);
  expect_recovery(script, tasks_[1]);
}

}  // namespace
}  // namespace duet
