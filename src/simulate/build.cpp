#include "simulate/build.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "emit/emit.h"
#include "synth/models.h"

namespace duet::simulate {
namespace {

namespace fs = std::filesystem;

fs::path harness() { return base::home() / "src" / "simulate" / "harness"; }

std::string verilator_version() {
  if (!base::have_program("verilator"))
    throw Error("Verilator is not installed", "simulation", "install the package verilator (5.006 or newer)");
  return base::run_process({"verilator", "--version"}).output;
}

// A module to simulate and the program around it.
struct Bench {
  const char *top, *program;
  std::vector<fs::path> sources;
  std::vector<std::string> flags;  // what only some simulators need
};

// Everything that a built simulator depends on.
std::string key(const Bench& bench, const std::string& top) {
  std::string all = top + verilator_version();
  for (const std::string& flag : bench.flags) all += flag;
  for (const fs::path& file : bench.sources) all += base::read_file(file);
  for (const char* file : {bench.program, "memory.h", "serial.h", "../../board/link.h"}) all += base::read_file(harness() / file);
  return base::sha256(all).substr(0, 24);
}

// `optimise`: how the compiler optimises the simulation.
void verilate(const fs::path& folder, const Bench& bench, const char* optimise) {
  std::vector<std::string> command{"verilator",
                                   "--cc",
                                   "--exe",
                                   "--build",
                                   "-O3",
                                   "--x-assign",
                                   "fast",
                                   "--x-initial",
                                   "fast",
                                   "--noassert",
                                   "-Wno-fatal",
                                   "-j",
                                   "2",
                                   "--top-module",
                                   bench.top,
                                   "-Mdir",
                                   "obj",
                                   "-o",
                                   "../sim",
                                   "-CFLAGS",
                                   "-O2 -I" + harness().string() + " -I" + (base::home() / "src").string(),
                                   "-MAKEFLAGS",
                                   std::string("OPT_FAST=") + optimise + " OPT_SLOW=-O0 OPT_GLOBAL=-O0"};
  if (base::have_program("ccache")) command.insert(command.end(), {"-MAKEFLAGS", "OBJCACHE=ccache"});
  command.insert(command.end(), bench.flags.begin(), bench.flags.end());
  for (const fs::path& file : bench.sources) command.push_back(file.string());
  command.push_back((harness() / bench.program).string());
  base::ProcessOptions options;
  options.directory = folder;
  const base::ProcessResult result = base::run_process(command, options);
  base::write_file(folder / "build.log", result.output);
  if (result.exit_code || !fs::exists(folder / "sim"))
    throw Error("Verilator failed: " + result.output.substr(0, 2000), folder.string(), "see build.log there");
  fs::remove_all(folder / "obj");
}

// The simulator of an engine, from the cache or made now.
fs::path cached(const engine::Engine& engine, Bench bench, const fs::path& cache) {
  const std::string top = emit::top(engine);
  const fs::path folder = cache_folder(cache) / key(bench, top);
  if (fs::exists(folder / "sim")) return folder / "sim";
  const fs::path part = folder.string() + "." + std::to_string(getpid()) + ".part";
  fs::remove_all(part);
  fs::create_directories(part);
  base::write_file(part / "top.sv", top);
  bench.sources.push_back("top.sv");
  verilate(part, bench, "-O1");
  std::error_code other_was_faster;
  fs::rename(part, folder, other_was_faster);
  if (other_was_faster) fs::remove_all(part);
  return folder / "sim";
}

// An engine on a board; a compact one has memory and line inside.
Bench board_bench(const engine::Engine& engine, int64_t words, const char* program) {
  Bench bench{engine::compact(engine) ? "duet_top" : "duet_board", program, emit::rtl_files(engine, emit::kGeneric), {}};
  for (const fs::path& file : emit::board_files(engine)) bench.sources.push_back(file);
  if (!engine::compact(engine)) bench.flags.push_back(fmt::format("-GWords={}", words));
  return bench;
}

}  // namespace

fs::path cache_folder(const fs::path& asked) {
  if (!asked.empty()) return asked;
  const char* set = std::getenv("DUET_CACHE");
  return set ? fs::path(set) / "simulators" : base::home() / "build" / "simulators";
}

fs::path build(const engine::Engine& engine, const fs::path& cache, bool wave) {
  Bench bench{"duet_top", engine::compact(engine) ? "compact.cpp" : "main.cpp", emit::rtl_files(engine, emit::kGeneric), {}};
  if (wave) bench.flags = {"--trace-fst", "-CFLAGS", "-DDUET_WAVE"};
  return cached(engine, bench, cache);
}

fs::path build_board(const engine::Engine& engine, int64_t words, const fs::path& cache) {
  return cached(engine, board_bench(engine, words, "link.cpp"), cache);
}

fs::path build_served_board(const engine::Engine& engine, int64_t words, const fs::path& cache) {
  Bench bench = board_bench(engine, words, "pty.cpp");
  bench.flags.insert(bench.flags.end(), {"--prefix", "Vboard"});
  return cached(engine, bench, cache);
}

fs::path build_netlist(const fs::path& netlist, device::Family family, const fs::path& folder) {
  verilator_version();
  fs::create_directories(folder);
  const synth::CellModels models = synth::cell_models(family);
  Bench bench{"duet_top",
              family == device::Family::ice40 ? "compact.cpp" : "main.cpp",
              models.own,
              {"-v", models.library.string(), "+incdir+" + models.library.parent_path().string()}};
  if (family == device::Family::ice40) bench.flags.push_back("-DNO_ICE40_DEFAULT_ASSIGNMENTS");  // Verilator reads none of ports
  bench.sources.push_back(fs::absolute(netlist));
  verilate(folder, bench, "-O0");  // it takes longer to compile than to run
  return folder / "sim";
}

}  // namespace duet::simulate
