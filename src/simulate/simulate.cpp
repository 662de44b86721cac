#include "simulate/simulate.h"

#include <fmt/core.h>

#include <chrono>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "simulate/build.h"
#include "simulate/compact.h"
#include "simulate/job.h"

namespace duet::simulate {
namespace {

namespace fs = std::filesystem;

std::string job_text(const program::Program& program, const Places& places, const Options& options, int64_t expected) {
  std::string text =
      fmt::format("latency {}\ngap {} {}\nstall_seed {}\nmemory_bytes {}\nprogram {} {}\nlimit {}\n", options.memory.latency,
                  options.memory.gap_num, options.memory.gap_den, options.stall_seed, places.end, program.layout.program,
                  program.layout.program + program.layout.program_bytes, 20 * expected + 2'000'000);
  for (size_t i = 0; i < places.heads.size(); ++i)
    text += fmt::format("frame {} {}\n", places.pictures[i % places.pictures.size()], places.heads[i]);
  return text;
}

// What the simulator printed.
struct Report {
  int64_t loaded = 0, frames = 0, frame_cycles = 0;
  std::vector<int64_t> done;
  Counters counters;
  int64_t bus_read = 0, bus_written = 0;  // beats that the memory saw
};

Report read_report(const std::string& text) {
  std::istringstream lines(text);
  Report report;
  int64_t value = 0;
  Counters& c = report.counters;
  for (std::string line, key; std::getline(lines, line);) {
    std::istringstream words(line);
    words >> key;
    if (key == "loaded") words >> report.loaded;
    if (key == "done" && words >> value) report.done.push_back(value);
    if (key == "error" && words >> value)
      throw Error("the engine reports error " + std::to_string(value), "simulation", "see docs/registers.md");
    if (key == "hang")
      throw Error("the engine does not finish a frame", "simulation", "this is a fault of the engine or its program");
    if (key == "frames") words >> report.frames;
    if (key == "frame_cycles") words >> report.frame_cycles;
    if (key == "counters")
      words >> c.cycles >> c.wait_fill >> c.wait_load >> c.wait_store >> c.load_busy >> c.store_busy >> c.beats_read >>
          c.beats_written;
    if (key == "bus") words >> report.bus_read >> report.bus_written;
  }
  if (report.done.empty())
    throw Error("the simulation ended early: " + text.substr(0, 500), "simulation", "run it again with a waveform");
  return report;
}

// The engine's registers against what the memory and the host saw.
void check_registers(const Report& r) {
  const auto expect = [](const char* name, int64_t counted, int64_t seen) {
    if (counted != seen)
      throw Error(fmt::format("the engine counts {} = {}, there were {}", name, counted, seen), "simulation",
                  "this is a fault of the engine");
  };
  const size_t frames = r.done.size();
  expect("FRAMES", r.frames, static_cast<int64_t>(frames));
  if (frames > 1) expect("FRAME_CYCLES", r.frame_cycles, r.done[frames - 1] - r.done[frames - 2]);
  expect("BEATS_READ", r.counters.beats_read, r.bus_read);
  expect("BEATS_WRITTEN", r.counters.beats_written, r.bus_written);
}

Result result_of(const Report& report, const program::Program& program) {
  Result result;
  result.counters = report.counters;
  for (const int64_t cycle : report.done) result.done.push_back(cycle - report.loaded);
  result.latency_cycles = result.done[0];
  if (result.done.size() > 2) result.frame_cycles = result.done[2] - result.done[1];
  result.bytes_read = 8 * report.bus_read - program.layout.program_bytes;
  result.bytes_written = 8 * report.bus_written;
  return result;
}

}  // namespace

Result run(const quant::QuantizedNetwork& network, const engine::Engine& engine, const std::vector<layer::IntMap>& pictures,
           const Options& options, const Progress& progress) {
  DUET_CHECK(!pictures.empty(), "a simulation needs a picture");
  if (engine::compact(engine)) return run_compact(network, engine, pictures, options, progress);
  const program::Program program = program::compile(network.network, engine);
  const int frames = options.frames ? options.frames : std::max<int>(3, static_cast<int>(pictures.size()));
  const int64_t expected = program::predict(program, options.memory).frame;
  const fs::path simulator =
      options.simulator.empty() ? build(engine, options.cache, !options.waveform.empty()) : options.simulator;
  const Places places = place(program, pictures.size(), frames);
  const Scratch scratch;
  base::write_file(scratch.path / "job", job_text(program, places, options, expected));
  base::write_file(scratch.path / "memory", memory_image(program, network, places, pictures));
  std::vector<std::string> command{simulator.string(), (scratch.path / "job").string(), (scratch.path / "memory").string(),
                                   (scratch.path / "out").string()};
  if (!options.waveform.empty()) command.push_back(fs::absolute(options.waveform).string());
  base::ProcessOptions process;
  int done = 0;
  process.on_line = [&](const std::string& line) {
    if (progress && line.rfind("done", 0) == 0) progress(++done, frames, "frames simulated");
  };
  const auto begin = std::chrono::steady_clock::now();
  const base::ProcessResult ran = base::run_process(command, process);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  if (ran.exit_code)
    throw Error("the simulator failed: " + ran.output.substr(0, 1000), "simulation", "this is a fault of the engine");
  const Report report = read_report(ran.output);
  check_registers(report);
  Result result = result_of(report, program);
  result.cycles_per_second = static_cast<double>(result.done.back()) / seconds.count();
  const std::string after = base::read_file(scratch.path / "out");
  for (int i = 0; i < frames; ++i) result.outputs.push_back(head_at(after, places.heads[i], program));
  if (!options.keep_maps) return result;
  for (size_t i = 1; i < program.layers.size(); ++i)
    result.maps.push_back({program.layers[i].part.reads.name(), input_at(after, program.layers[i], engine)});
  return result;
}

Comparison compare(const std::vector<layer::IntMap>& got, const std::vector<layer::IntMap>& expected, int bits) {
  Comparison comparison;
  const int bytes = (bits + 7) / 8;
  for (size_t i = 0; i < expected.size(); ++i) {
    const layer::IntMap& want = expected[i];
    DUET_CHECK(i < got.size() && got[i].shape == want.shape, "maps of different shapes are compared");
    for (size_t at = 0; at < want.values.size(); ++at) {
      const uint32_t difference = static_cast<uint32_t>(got[i].values[at] ^ want.values[at]);
      comparison.bytes_compared += bytes;
      if (!difference) continue;
      for (int byte = 0; byte < bytes; ++byte) comparison.bytes_differ += (difference >> (8 * byte) & 0xff) != 0;
      if (!comparison.first.empty()) continue;
      const int64_t pixels = want.shape.pixels(), pixel = static_cast<int64_t>(at) % pixels;
      comparison.first =
          fmt::format("map {}, channel {}, row {}, column {}: {} instead of {}", i, static_cast<int64_t>(at) / pixels,
                      pixel / want.shape.width, pixel % want.shape.width, got[i].values[at], want.values[at]);
    }
  }
  return comparison;
}

}  // namespace duet::simulate
