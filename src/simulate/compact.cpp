#include "simulate/compact.h"

#include <fmt/core.h>

#include <chrono>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "program/compact.h"
#include "simulate/build.h"
#include "simulate/job.h"

namespace duet::simulate {

Result run_compact(const quant::QuantizedNetwork& network, const engine::Engine& engine,
                   const std::vector<layer::IntMap>& pictures, const Options& options, const Progress& progress) {
  if (options.stall_seed || !options.waveform.empty())
    throw Error("a compact engine has no AXI port that could stall, and its line is too slow for a waveform",
                network.network.name, "leave --stalls and --wave out");
  const auto start = std::chrono::steady_clock::now();
  const int frames = options.frames ? options.frames : std::max(3, static_cast<int>(pictures.size()));
  const program::compact::Plan plan = program::compact::plan(network.network);
  std::vector<uint8_t> memory = program::compact::image(plan, network);
  for (const layer::IntMap& picture : pictures) {
    const auto packed = program::compact::pack_picture(picture, plan);
    memory.insert(memory.end(), packed.begin(), packed.end());
  }
  const Scratch scratch;
  const size_t head_bytes = static_cast<size_t>(8 * plan.head_words);
  base::write_file(scratch.path / "job",
                   fmt::format("frames {}\npictures {}\nprogram_bytes {}\npicture {}\npicture_bytes {}\nhead {}\nhead_bytes {}\n"
                               "limit {}\n",
                               frames, pictures.size(), 8 * plan.program_words, 8 * plan.picture, 8 * plan.picture_words,
                               8 * plan.head, head_bytes, 2 * plan.cycles + 100'000));
  base::write_file(scratch.path / "memory", std::string(memory.begin(), memory.end()));
  Result result;
  base::ProcessOptions process;
  int done = 0;
  process.on_line = [&](const std::string& line) {
    if (progress && line.rfind("frame_cycles", 0) == 0) progress(++done, frames, "frames simulated");
  };
  const auto sim = options.simulator.empty() ? build(engine, options.cache, false) : options.simulator;
  const auto ran = base::run_process(
      {sim.string(), (scratch.path / "job").string(), (scratch.path / "memory").string(), (scratch.path / "out").string()},
      process);
  if (ran.exit_code)
    throw Error("the simulator failed: " + ran.output.substr(0, 1000), "simulation", "this is a fault of the board's RTL");
  std::istringstream lines(ran.output);
  for (std::string key, value; lines >> key >> value;) {
    if (key == "hang") throw Error("the engine hangs", "simulation", "this is a fault of the RTL");
    if (key == "done") result.done.push_back(std::stoll(value));
    if (key == "frame_cycles") {
      const int64_t cycles = std::stoll(value);
      if (result.frame_cycles && result.frame_cycles != cycles)
        throw Error(fmt::format("frames take {} and {} cycles", result.frame_cycles, cycles), "simulation",
                    "this is a fault of the RTL");
      result.frame_cycles = result.latency_cycles = cycles;
    }
    if (key == "cycles") result.counters.cycles = std::stoll(value);
  }
  const std::string heads = base::read_file(scratch.path / "out");
  for (int frame = 0; frame < frames; ++frame) {
    const auto from = heads.begin() + static_cast<std::ptrdiff_t>(head_bytes * static_cast<size_t>(frame));
    result.outputs.push_back(program::compact::unpack_head({from, from + static_cast<std::ptrdiff_t>(head_bytes)}, plan));
  }
  result.cycles_per_second = static_cast<double>(result.counters.cycles) /
                             std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace duet::simulate
