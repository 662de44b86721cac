#include "simulate/compact.h"

#include <fmt/core.h>

#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "compact/compact.h"
#include "simulate/build.h"
#include "simulate/job.h"

namespace duet::simulate {

CompactResult run_compact(const quant::QuantizedNetwork& network, const std::vector<layer::IntMap>& pictures, int frames,
                          const std::filesystem::path& simulator, const std::filesystem::path& cache, const Progress& progress) {
  DUET_CHECK(!pictures.empty(), "a simulation needs a picture");
  const compact::Plan plan = compact::plan(network.network);
  std::vector<uint8_t> memory = compact::image(plan, network);
  for (const layer::IntMap& picture : pictures) {
    const auto packed = compact::pack_picture(picture, plan);
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
  CompactResult result;
  base::ProcessOptions process;
  process.on_line = [&](const std::string& line) {
    if (progress && line.rfind("frame_cycles", 0) == 0)
      progress(static_cast<int64_t>(result.frame_cycles.size()) + 1, frames, "frames simulated");
  };
  const auto sim = simulator.empty() ? build_compact(cache) : simulator;
  const auto ran = base::run_process(
      {sim.string(), (scratch.path / "job").string(), (scratch.path / "memory").string(), (scratch.path / "out").string()},
      process);
  if (ran.exit_code)
    throw Error("the simulator failed: " + ran.output.substr(0, 1000), "simulation", "this is a fault of the board's RTL");
  std::istringstream lines(ran.output);
  for (std::string key, value; lines >> key >> value;) {
    if (key == "hang") throw Error("the engine hangs", "simulation", "this is a fault of the RTL");
    if (key == "frame_cycles") result.frame_cycles.push_back(std::stoll(value));
    if (key == "cycles") result.cycles = std::stoll(value);
  }
  const std::string heads = base::read_file(scratch.path / "out");
  for (int frame = 0; frame < frames; ++frame) {
    const auto from = heads.begin() + static_cast<std::ptrdiff_t>(head_bytes * static_cast<size_t>(frame));
    result.outputs.push_back(compact::unpack_head({from, from + static_cast<std::ptrdiff_t>(head_bytes)}, plan));
  }
  return result;
}

}  // namespace duet::simulate
