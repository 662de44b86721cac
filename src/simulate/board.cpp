#include "simulate/board.h"

#include <fmt/core.h>

#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "simulate/build.h"
#include "simulate/compact.h"
#include "simulate/job.h"

namespace duet::simulate {
namespace {

std::string job_text(const program::Program& program, const Places& places, int64_t memory_bytes) {
  const int64_t expected = program::predict(program, {}).frame;
  const program::Layout& m = program.layout;
  std::string text = fmt::format("memory_bytes {}\nhead_bytes {}\nprogram {}\nlimit {}\nload {} {}\n", memory_bytes, m.head_bytes,
                                 m.program, 20 * expected + 2'000'000, m.program, m.program + m.image_bytes());
  for (const int64_t picture : places.pictures) text += fmt::format("load {} {}\n", picture, picture + m.picture_bytes);
  for (size_t i = 0; i < places.heads.size(); ++i)
    text += fmt::format("frame {} {}\n", places.pictures[i % places.pictures.size()], places.heads[i]);
  return text;
}

}  // namespace

BoardResult run_board(const quant::QuantizedNetwork& network, const engine::Engine& engine, const device::Board& board,
                      const std::vector<layer::IntMap>& pictures, int frames, const std::filesystem::path& cache,
                      const Progress& progress) {
  DUET_CHECK(!pictures.empty(), "a simulation needs a picture");
  if (engine::compact(engine)) {
    Options options;
    options.frames = frames, options.cache = cache;
    const Result ran = run_compact(network, engine, pictures, options, progress);
    return {ran.outputs, ran.frame_cycles, ran.counters.cycles};
  }
  const program::Program program = program::compile(network.network, engine);
  const Places places = place(program, pictures.size(), frames);
  if (places.end > board.memory_bytes)
    throw Error(fmt::format("{} pictures and {} heads need {} bytes of memory, the board has {}", pictures.size(), frames,
                            places.end, board.memory_bytes),
                network.network.name, "give fewer or smaller pictures, or a smaller network");
  const auto simulator = build_board(engine, board.memory_bytes / 8, cache);
  const Scratch scratch;
  base::write_file(scratch.path / "job", job_text(program, places, board.memory_bytes));
  base::write_file(scratch.path / "memory", memory_image(program, network, places, pictures));
  base::ProcessOptions process;
  int done = 0;
  process.on_line = [&](const std::string& line) {
    if (progress && line.rfind("done", 0) == 0) progress(++done, frames, "frames simulated");
  };
  const auto ran = base::run_process(
      {simulator.string(), (scratch.path / "job").string(), (scratch.path / "memory").string(), (scratch.path / "out").string()},
      process);
  if (ran.exit_code)
    throw Error("the simulator failed: " + ran.output.substr(0, 1000), "simulation", "this is a fault of the board's RTL");
  BoardResult result;
  std::istringstream lines(ran.output);
  for (std::string line, key, value; std::getline(lines, line);) {
    std::istringstream words(line);
    words >> key >> value;
    if (key == "error" || key == "hang")
      throw Error("the board reports: " + line, "simulation", "docs/registers.md lists the errors; a hang is a fault of the RTL");
    if (key == "frame_cycles") result.frame_cycles = std::stoll(value);
    if (key == "cycles") result.cycles = std::stoll(value);
  }
  const std::string after = base::read_file(scratch.path / "out");
  for (const int64_t head : places.heads) result.outputs.push_back(head_at(after, head, program));
  return result;
}

void serve_board(const engine::Engine& engine, const device::Board& board, const std::filesystem::path& cache,
                 const std::function<void(const std::string& path)>& open) {
  const std::string port = "port ";
  base::ProcessOptions process;
  process.on_line = [&](const std::string& line) {
    if (line.rfind(port, 0) == 0) open(line.substr(port.size()));
  };
  const auto ran = base::run_process({build_served_board(engine, board.memory_bytes / 8, cache).string()}, process);
  throw Error("the simulated board ended: " + ran.output.substr(0, 1000), "simulation", "start it again");
}

}  // namespace duet::simulate
