#include "device/device.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/files.h"
#include "base/toml.h"

namespace duet::device {
namespace fs = std::filesystem;
namespace {

struct FamilyFacts {
  Family family;
  const char *name, *dsp;
};
constexpr std::array<FamilyFacts, 4> kFamilies{{{Family::xc7, "xc7", "DSP48E1"},
                                                {Family::ultrascale, "ultrascale", "DSP48E2"},
                                                {Family::ice40, "ice40", "SB_MAC16"},
                                                {Family::ecp5, "ecp5", "MULT18X18D"}}};

const FamilyFacts& facts(Family family) {
  auto it = std::find_if(kFamilies.begin(), kFamilies.end(), [&](const auto& f) { return f.family == family; });
  DUET_CHECK(it != kFamilies.end());
  return *it;
}

Family parse_family(const base::Settings& settings) {
  const std::string word = settings.text("family");
  if (const auto family = family_of(word)) return *family;
  settings.wrong("family", "names the unknown family '" + word + "'", "known families: " + family_names());
}

double positive(const base::Settings& settings, const std::string& key) {
  const double value = settings.number(key);
  if (!(value > 0)) settings.wrong(key, "must be greater than 0", "write what the data sheet says");
  return value;
}

// Not negative: a device may have no DSP at all.
int64_t count(const base::Settings& settings, const std::string& key) {
  const int64_t value = settings.integer(key);
  if (value < 0) settings.wrong(key, "must not be negative", "write what the data sheet says");
  return value;
}

// rtl/board/duet_onchip.sv: a beat of 8 bytes a cycle each way, 5 cycles later.
constexpr double kOnchipBytesPerCycle = 16;
constexpr int kOnchipLatency = 5;

Board read_board(const base::Settings& board, const fs::path& file) {
  Board b{board.text("top"), positive(board, "clock_in_mhz"), count(board, "memory_bytes"),
          static_cast<int>(std::min<int64_t>(count(board, "baud"), INT32_MAX)), board.text("place")};
  const fs::path folder = base::home() / "rtl" / "board" / b.top;
  if (!fs::exists(folder / (b.top + ".sv")))
    throw Error("names a board that duet has no top module for: " + b.top, file.string() + ": board.top",
                "add " + (folder / (b.top + ".sv")).string() + " (docs/boards.md)");
  if (b.memory_bytes < 1024 || (b.memory_bytes & (b.memory_bytes - 1)))
    board.wrong("memory_bytes", "must be a power of two, at least 1,024", "write what fits beside the engine");
  if (b.baud < 1) board.wrong("baud", "must be greater than 0", "write what the board's USB bridge can do");
  return b;
}

}  // namespace

std::string to_string(Family family) { return facts(family).name; }

std::optional<Family> family_of(const std::string& name) {
  const auto it = std::find_if(kFamilies.begin(), kFamilies.end(), [&](const auto& f) { return f.name == name; });
  return it == kFamilies.end() ? std::nullopt : std::optional(it->family);
}

std::string family_names() {
  std::string all;
  for (const auto& f : kFamilies) all += std::string(all.empty() ? "" : ", ") + f.name;
  return all;
}

std::string dsp_name(Family family) { return facts(family).dsp; }

Resources usable(const Resources& device) {
  constexpr int64_t kPercent = 85;  // of LUTs and FFs
  Resources limit = device;
  limit.lut = device.lut * kPercent / 100;
  limit.ff = device.ff * kPercent / 100;
  return limit;
}

bool fits(const Resources& design, const Resources& device) {
  const Resources limit = usable(device);
  return design.lut <= limit.lut && design.ff <= limit.ff && design.dsp <= limit.dsp && design.bram36 <= limit.bram36;
}

Device read_device(const fs::path& path) {
  const base::Settings top(base::read_toml(path), path.string(),
                           {"title", "part", "family", "synthesis", "clock_mhz", "resources", "memory", "power", "board"});
  const auto resources = top.table("resources", {"lut", "ff", "dsp", "bram36", "single_port_kbit"});
  Device device;
  device.name = path.stem().string();
  device.title = top.text("title");
  device.part = top.text("part");
  device.family = parse_family(top);
  device.synthesis = top.text("synthesis");
  device.clock_mhz = positive(top, "clock_mhz");
  device.resources = {count(resources, "lut"), count(resources, "ff"), count(resources, "dsp"), resources.number("bram36")};
  device.single_port_kbit = resources.integer("single_port_kbit", 0);
  if (top.has("board")) {
    if (top.has("memory"))
      top.wrong("memory", "is no business of a device with a [board]", "remove [memory]: the board has its own");
    device.board = read_board(top.table("board", {"top", "clock_in_mhz", "memory_bytes", "baud", "place"}), path);
    device.memory_latency = kOnchipLatency;
    device.memory_bytes_per_second = kOnchipBytesPerCycle * device.clock_mhz * 1e6;
  } else {
    device.memory_bytes_per_second = positive(top.table("memory", {"bytes_per_second"}), "bytes_per_second");
  }
  device.static_watts = top.table("power", {"static_watts"}).number("static_watts");
  return device;
}

double memory_bytes_per_cycle(const Device& device, double clock_mhz) {
  return device.board ? kOnchipBytesPerCycle : device.memory_bytes_per_second / (clock_mhz * 1e6);
}

std::vector<std::string> device_names() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(base::home() / "devices", ignored))
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

Device find_device(const std::string& name) {
  const bool is_path = name.find('/') != std::string::npos || fs::path(name).extension() == ".toml";
  if (is_path) return read_device(name);
  const auto names = device_names();
  if (std::find(names.begin(), names.end(), name) != names.end()) return read_device(base::home() / "devices" / (name + ".toml"));
  const std::string near = base::nearest(name, names);
  throw Error("unknown device", name,
              near.empty() ? "`duet devices` lists them; docs/add-a-device.md adds one" : "did you mean '" + near + "'?");
}

}  // namespace duet::device
