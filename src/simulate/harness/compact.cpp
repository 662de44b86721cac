// Runs a compact engine in Verilator, spoken to over its serial line alone: sim JOB MEMORY OUT. JOB is text,
// one "key values" a line, addresses and sizes in bytes; MEMORY holds the program and then the pictures; OUT receives the heads
// of all frames, one behind the other. Prints "key values" lines.

#include <verilated.h>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "Vduet_top.h"
#include "board/link.h"
#include "serial.h"

using namespace duet::board;

int main(int argc, char** argv) {
  if (argc < 4) return std::cerr << "usage: sim JOB MEMORY OUT\n", 2;
  std::map<std::string, uint32_t> job;
  std::ifstream lines(argv[1]);
  for (std::string key; lines >> key;) lines >> job[key];
  std::ifstream file(argv[2], std::ios::binary);
  const std::vector<uint8_t> memory(std::istreambuf_iterator<char>(file), {});
  std::vector<uint8_t> heads(size_t{job["frames"]} * job["head_bytes"]);
  Link<Serial<Vduet_top>> link;
  if (link.read_register(kControl) != kDuet) board_error("CONTROL does not read DUET", link.line.cycle);
  link.write_memory(0, memory.data(), job["program_bytes"]);
  for (uint32_t frame = 0; frame < job["frames"]; ++frame) {
    const uint32_t picture = job["program_bytes"] + frame % job["pictures"] * job["picture_bytes"];
    link.write_memory(job["picture"], &memory[picture], job["picture_bytes"]);
    link.write_register(kControl, 1);
    for (const int64_t started = link.line.cycle; link.read_register(kFrames) != frame + 1;)
      if (link.line.cycle - started > int64_t{job["limit"]}) return std::cout << "hang " << link.line.cycle << std::endl, 0;
    std::cout << "done " << link.line.cycle << "\nframe_cycles " << link.read_register(kFrameCycles) << std::endl;
    if (link.read_register(kStatus) != 0) board_error("it is busy behind a frame", link.line.cycle);
    link.read_memory(job["head"], &heads[size_t{frame} * job["head_bytes"]], job["head_bytes"]);
  }
  std::cout << "cycles " << link.line.cycle << '\n';
  std::ofstream(argv[3], std::ios::binary)
      .write(reinterpret_cast<const char*>(heads.data()), static_cast<std::streamsize>(heads.size()));
  return 0;
}
