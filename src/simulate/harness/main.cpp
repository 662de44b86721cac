// Runs an engine (duet_top) in Verilator: sim JOB MEMORY OUT [WAVE]. JOB is text, one "key values" a line; MEMORY the memory's
// first contents; OUT receives the memory at the end. Prints "key values" lines: done cycles, counters.

#include <verilated.h>
#ifdef DUET_WAVE
#include <verilated_fst_c.h>
#endif

#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "Vduet_top.h"
#include "board/link.h"
#include "memory.h"

namespace {

struct Frame {
  uint32_t picture, head;
};

struct Job {
  MemorySettings memory;
  size_t memory_bytes = 0;
  uint32_t program = 0, program_end = 0;
  int64_t limit = 0;  // cycles without a finished frame that count as a hang
  std::vector<Frame> frames;
};

Job read_job(const char* path) {
  Job job;
  std::ifstream file(path);
  for (std::string line, key; std::getline(file, line);) {
    std::istringstream words(line);
    words >> key;
    if (key == "latency") words >> job.memory.latency;
    if (key == "gap") words >> job.memory.gap_num >> job.memory.gap_den;
    if (key == "stall_seed") words >> job.memory.stall_seed;
    if (key == "memory_bytes") words >> job.memory_bytes;
    if (key == "program") words >> job.program >> job.program_end;
    if (key == "limit") words >> job.limit;
    if (key == "frame") {
      Frame frame{};
      words >> frame.picture >> frame.head;
      job.frames.push_back(frame);
    }
  }
  return job;
}

// The host: one access to the registers at a time, in order.
class Host {
 public:
  void write(uint8_t address, uint32_t data) { todo_.push_back({address, data, true}); }
  void read(uint8_t address) { todo_.push_back({address, 0, false}); }
  bool idle() const { return todo_.empty(); }
  std::map<uint8_t, uint32_t> values;

  void drive(Vduet_top& top) {
    const bool access = !todo_.empty() && !waiting_;
    top.s_axi_awvalid = top.s_axi_wvalid = access && todo_.front().write;
    top.s_axi_arvalid = access && !todo_.front().write;
    if (access) {
      top.s_axi_awaddr = top.s_axi_araddr = todo_.front().address;
      top.s_axi_wdata = todo_.front().data;
    }
    top.s_axi_bready = top.s_axi_rready = 1;
  }
  void take(const Vduet_top& top) {
    if (waiting_ && (top.s_axi_bvalid || top.s_axi_rvalid)) {
      if (top.s_axi_rvalid) values[todo_.front().address] = top.s_axi_rdata;
      todo_.pop_front();
      waiting_ = false;
    } else if (!todo_.empty() && !waiting_) {
      waiting_ = true;  // the engine is ready whenever no answer is pending
    }
  }

 private:
  struct Access {
    uint8_t address;
    uint32_t data;
    bool write;
  };
  std::deque<Access> todo_;
  bool waiting_ = false;
};

using namespace duet::board;   // registers
constexpr size_t kQueued = 3;  // frames started ahead, so that they follow one another without a gap

std::vector<uint8_t> read_bytes(const char* path, size_t size) {
  std::ifstream file(path, std::ios::binary);
  std::vector<uint8_t> bytes(std::istreambuf_iterator<char>(file), {});
  bytes.resize(size);
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return std::cerr << "usage: sim JOB MEMORY OUT [WAVE]\n", 2;
  const Job job = read_job(argv[1]);
  std::vector<uint8_t> bytes = read_bytes(argv[2], job.memory_bytes);
  auto context = std::make_unique<VerilatedContext>();
  auto top = std::make_unique<Vduet_top>(context.get());
  Memory<Vduet_top> memory(job.memory, bytes);
  Host host;
#ifdef DUET_WAVE
  std::unique_ptr<VerilatedFstC> wave;
  if (argc > 4) {
    context->traceEverOn(true);
    wave = std::make_unique<VerilatedFstC>();
    top->trace(wave.get(), 99);
    wave->open(argv[4]);
  }
#endif

  host.write(kProgram, job.program);
  host.write(kIrqEnable, 3);
  size_t started = 0, done = 0;
  int64_t last_done = 0, loaded = 0;
  bool pending = false, reading = false;
  for (int64_t cycle = 0;; ++cycle) {
    top->rst = cycle < 64;
    if (cycle >= 80) {
      while (started < job.frames.size() && started < done + kQueued) {
        host.write(kPicture, job.frames[started].picture);
        host.write(kHead, job.frames[started].head);
        host.write(kControl, 1);
        ++started;
      }
      host.drive(*top);
    }
    memory.drive(*top, cycle);
    top->clk = 0;
    top->eval();
    if (cycle >= 80) host.take(*top);
    memory.take(*top, cycle);
    if (!loaded && memory.last_read.address + 8 == job.program_end)
      std::cout << "loaded " << (loaded = memory.last_read.cycle) << '\n';
    if (top->irq && !pending) {
      std::cout << "done " << cycle << '\n';
      last_done = cycle;
      ++done;
      host.write(kIrq, 3);
      host.read(kError);
    }
    pending = top->irq;
    if (host.values[kError]) return std::cout << "error " << host.values[kError] << std::endl, 0;
    if (cycle - last_done > job.limit) return std::cout << "hang " << cycle << std::endl, 0;
    if (done == job.frames.size() && !reading) {
      for (int address = kFrames; address <= kLastCounter; address += 4) host.read(static_cast<uint8_t>(address));
      reading = true;
    }
    if (reading && host.idle()) break;
#ifdef DUET_WAVE
    if (wave) wave->dump(static_cast<uint64_t>(2 * cycle));
#endif
    top->clk = 1;
    top->eval();
#ifdef DUET_WAVE
    if (wave) wave->dump(static_cast<uint64_t>(2 * cycle + 1));
#endif
  }
  std::cout << "frames " << host.values[kFrames] << "\nframe_cycles " << host.values[kFrameCycles] << "\ncounters";
  for (int address = kFrameCycles + 4; address <= kLastCounter; address += 4)
    std::cout << ' ' << host.values[static_cast<uint8_t>(address)];
  std::cout << "\nbus " << memory.beats_read << ' ' << memory.beats_written << '\n';
#ifdef DUET_WAVE
  if (wave) wave->close();
#endif
  top->final();
  std::ofstream(argv[3], std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return 0;
}
