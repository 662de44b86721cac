// Runs an engine on its board (duet_board) in Verilator, spoken to over the board's serial line alone: sim JOB MEMORY OUT. JOB is
// text, one "key values" a line; MEMORY what the host puts into the board's memory; OUT receives the heads, each at its address,
// zeros between. Prints "key values" lines.

#include "board/link.h"

#include <verilated.h>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "Vduet_board.h"
#include "serial.h"

namespace {

using namespace duet::board;
constexpr size_t kQueued = 3;  // frames started ahead, so that they follow one another without a gap

struct Range {
  size_t begin = 0, end = 0;
};
struct Frame {
  uint32_t picture, head;
};
struct Job {
  size_t memory_bytes = 0, head_bytes = 0;
  uint32_t program = 0;
  int64_t limit = 0;  // cycles without a finished frame that count as a hang
  std::vector<Range> loads;
  std::vector<Frame> frames;
};

Job read_job(const char* path) {
  Job job;
  std::ifstream file(path);
  for (std::string line, key; std::getline(file, line);) {
    std::istringstream words(line);
    words >> key;
    if (key == "memory_bytes") words >> job.memory_bytes;
    if (key == "head_bytes") words >> job.head_bytes;
    if (key == "program") words >> job.program;
    if (key == "limit") words >> job.limit;
    if (key == "load") words >> job.loads.emplace_back().begin >> job.loads.back().end;
    if (key == "frame") words >> job.frames.emplace_back().picture >> job.frames.back().head;
  }
  return job;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return std::cerr << "usage: sim JOB MEMORY OUT\n", 2;
  const Job job = read_job(argv[1]);
  std::ifstream file(argv[2], std::ios::binary);
  std::vector<uint8_t> bytes(std::istreambuf_iterator<char>(file), {});
  bytes.resize(job.memory_bytes);
  Link<Serial<Vduet_board>> link;
  for (const Range& range : job.loads)
    link.write_memory(static_cast<uint32_t>(range.begin), &bytes[range.begin], static_cast<uint32_t>(range.end - range.begin));
  link.write_register(kProgram, job.program);
  link.write_register(kIrqEnable, 3);
  size_t started = 0, done = 0;
  for (int64_t last = link.line.cycle; done < job.frames.size();) {
    for (; started < job.frames.size() && started < done + kQueued; ++started) {
      link.write_register(kPicture, job.frames[started].picture);
      link.write_register(kHead, job.frames[started].head);
      link.write_register(kControl, 1);
    }
    const size_t now = link.read_register(kFrames);
    if (now != done) last = link.line.cycle;
    for (; done < now; ++done) std::cout << "done " << link.line.cycle << std::endl;
    if (const uint32_t error = link.read_register(kError)) return std::cout << "error " << error << std::endl, 0;
    if (link.line.cycle - last > job.limit) return std::cout << "hang " << link.line.cycle << std::endl, 0;
  }
  std::cout << "frames " << link.read_register(kFrames) << "\nframe_cycles " << link.read_register(kFrameCycles) << "\ncounters";
  for (int address = kFrameCycles + 4; address <= kLastCounter; address += 4)
    std::cout << ' ' << link.read_register(static_cast<uint8_t>(address));
  bytes.assign(job.memory_bytes, 0);
  for (const Frame& frame : job.frames) link.read_memory(frame.head, &bytes[frame.head], static_cast<uint32_t>(job.head_bytes));
  std::cout << "\ncycles " << link.line.cycle << '\n';
  std::ofstream(argv[3], std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return 0;
}
