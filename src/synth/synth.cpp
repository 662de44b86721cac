#include "synth/synth.h"

#include <fmt/core.h>

#include <cstdlib>
#include <fstream>
#include <regex>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"

namespace duet::synth {
namespace fs = std::filesystem;
namespace {

// An undeclared or undriven signal is a warning to Yosys and a broken design to us.
constexpr const char* kFatalWarnings = "implicitly declared|has no driver";
// A synthesis pass has about this many steps ("2.17. Executing ..."): only the progress display reads it.
constexpr double kSteps = 45;

std::string quoted(const fs::path& path) { return "\"" + path.string() + "\""; }

// For Verilator: memories begin with nothing in them, and a net of several bits is as many nets, since parts of one that depend
// on each other would be a loop to it.
std::string write_netlist() {
  std::string text = "setparam";
  for (int i = 0; i < 64; ++i) text += fmt::format(" -unset INIT_{:02X}", i);
  for (int i = 0; i < 8; ++i) text += fmt::format(" -unset INITP_{:02X}", i);
  return text + " -unset INIT_A -unset INIT_B t:RAMB18E1\nsplitnets\nwrite_verilog -noattr netlist.v\n";
}

std::string script(const Request& request, const device::Device& device) {
  std::string text = "# " + device.title + "\n";
  for (const auto& source : request.sources) text += "read_verilog -sv " + quoted(fs::absolute(source)) + "\n";
  for (const auto& [name, value] : request.parameters) text += fmt::format("chparam -set {} {} {}\n", name, value, request.top);
  // With -flatten all at once; without, each module is mapped by itself and shared by its instances. ice40 and ecp5 flatten by
  // default.
  const bool xilinx = device.family == device::Family::xc7 || device.family == device::Family::ultrascale;
  const char* shape = xilinx ? (request.flatten ? " -flatten" : "") : (request.flatten ? "" : " -noflatten");
  text += fmt::format("{}{} -top {}\n", device.synthesis, shape, request.top);
  text += "check -assert\ntee -q -o stat.json stat -json\n";
  if (request.netlist) text += "design -push-copy\n" + write_netlist() + "design -pop\n";
  // For the longest path: the cells as counted, without the walls between modules.
  text += "flatten\nsetattr -unset src w:* c:*\nsetparam -unset INIT t:LUT*\n";
  text += fmt::format("json -o netlist.json {}\n", request.top);
  return text;
}

// Reports the step that a line such as "2.17.3. Executing TECHMAP pass" begins.
void follow(const std::string& line, const Progress& progress) {
  static const std::regex step(R"(^\d+\.(\d+)\. Executing (\w+))");
  std::smatch found;
  if (progress && std::regex_search(line, found, step)) progress(std::min(std::stod(found[1]), kSteps - 1), kSteps, found[2]);
}

[[noreturn]] void report_failure(const base::ProcessResult& run, const fs::path& log) {
  static const std::regex error(R"((ERROR: [^\n]*))");
  std::smatch found;
  const std::string what =
      std::regex_search(run.output, found, error) ? found[1].str() : "ended with code " + std::to_string(run.exit_code);
  throw Error("synthesis failed: " + what, log.string(),
              "the log says where; `check` errors mean undriven or conflicting signals");
}

}  // namespace

std::string yosys_version() {
  const std::string output = base::run_process({"yosys", "-V"}).output;
  static const std::regex version(R"(Yosys ((\d+)\.(\d+))[^\n]*)");
  std::smatch found;
  if (!std::regex_search(output, found, version))
    throw Error("does not tell its version", "yosys", "install Debian's package yosys");
  // 0.9 is older than 0.23.
  if (std::pair(std::stoi(found[2]), std::stoi(found[3])) < kOldestYosys)
    throw Error("version " + found[1].str() + " is too old", "yosys",
                fmt::format("install version {}.{} or newer", kOldestYosys.first, kOldestYosys.second));
  return found[0];
}

Counts synthesize(const Request& request, const device::Device& device, const fs::path& folder, const Progress& progress) {
  const std::string tool = yosys_version();
  for (const auto& source : request.sources)
    if (!fs::exists(source)) throw Error("source file is missing", source.string(), "emit the design again");
  fs::create_directories(folder);
  fs::remove(folder / "stat.json");
  base::write_file(folder / "synth.ys", script(request, device));
  base::ProcessOptions options;
  options.directory = folder;
  options.timeout = request.timeout;
  options.on_line = [&](const std::string& line) { follow(line, progress); };
  const auto run = base::run_process({"yosys", "-e", kFatalWarnings, "synth.ys"}, options);
  base::write_file(folder / "yosys.log", run.output);
  if (run.timed_out)
    throw Error(fmt::format("synthesis took longer than {} s", request.timeout.count()), (folder / "yosys.log").string(),
                "allow more time, or try a smaller engine");
  if (run.exit_code != 0) report_failure(run, folder / "yosys.log");
  Counts counts = read_counts(parse_stat(base::read_file(folder / "stat.json")), request.top, device.family);
  counts.tool = tool;
  std::ifstream netlist(folder / "netlist.json");
  counts.path = longest_path(netlist, request.top, device.family);
  if (progress) progress(kSteps, kSteps, "");
  return counts;
}

}  // namespace duet::synth
