#include "simulate/build.h"

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

// Everything that a built simulator depends on.
std::string key(const std::string& top, bool wave) {
  std::string all = top + verilator_version() + (wave ? "wave" : "");
  for (const fs::path& file : emit::rtl_files(emit::kGeneric)) all += base::read_file(file);
  for (const char* file : {"main.cpp", "memory.h"}) all += base::read_file(harness() / file);
  return base::sha256(all).substr(0, 24);
}

// `flags`: sources and what only some simulators need. `optimise`: how the compiler optimises the simulation.
void verilate(const fs::path& folder, const std::vector<std::string>& flags, const char* optimise) {
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
                                   "duet_top",
                                   "-Mdir",
                                   "obj",
                                   "-o",
                                   "../sim",
                                   "-CFLAGS",
                                   "-O2 -I" + harness().string(),
                                   "-MAKEFLAGS",
                                   std::string("OPT_FAST=") + optimise + " OPT_SLOW=-O0 OPT_GLOBAL=-O0"};
  if (base::have_program("ccache")) command.insert(command.end(), {"-MAKEFLAGS", "OBJCACHE=ccache"});
  command.insert(command.end(), flags.begin(), flags.end());
  command.push_back((harness() / "main.cpp").string());
  base::ProcessOptions options;
  options.directory = folder;
  const base::ProcessResult result = base::run_process(command, options);
  base::write_file(folder / "build.log", result.output);
  if (result.exit_code || !fs::exists(folder / "sim"))
    throw Error("Verilator failed: " + result.output.substr(0, 2000), folder.string(), "see build.log there");
  fs::remove_all(folder / "obj");
}

}  // namespace

fs::path cache_folder(const fs::path& asked) {
  if (!asked.empty()) return asked;
  const char* set = std::getenv("DUET_CACHE");
  return set ? fs::path(set) / "simulators" : base::home() / "build" / "simulators";
}

fs::path build(const engine::Engine& engine, const fs::path& cache, bool wave) {
  const std::string top = emit::top(engine);
  const fs::path folder = cache_folder(cache) / key(top, wave);
  if (fs::exists(folder / "sim")) return folder / "sim";
  const fs::path part = folder.string() + "." + std::to_string(getpid()) + ".part";
  fs::remove_all(part);
  fs::create_directories(part);
  base::write_file(part / "top.sv", top);
  std::vector<std::string> flags;
  if (wave) flags = {"--trace-fst", "-CFLAGS", "-DDUET_WAVE"};
  for (const fs::path& file : emit::rtl_files(emit::kGeneric)) flags.push_back(file.string());
  flags.push_back("top.sv");
  verilate(part, flags, "-O1");
  std::error_code other_was_faster;
  fs::rename(part, folder, other_was_faster);
  if (other_was_faster) fs::remove_all(part);
  return folder / "sim";
}

fs::path build_netlist(const fs::path& netlist, device::Family family, const fs::path& folder) {
  verilator_version();
  fs::create_directories(folder);
  const synth::CellModels models = synth::cell_models(family);
  std::vector<std::string> flags;
  for (const fs::path& file : models.own) flags.push_back(file.string());
  flags.insert(flags.end(), {fs::absolute(netlist).string(), "-v", models.library.string(),
                             "+incdir+" + models.library.parent_path().string()});
  verilate(folder, flags, "-O0");  // it takes longer to compile than to run
  return folder / "sim";
}

}  // namespace duet::simulate
