#include "flow/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "base/files.h"
#include "base/toml.h"
#include "search/choose.h"
#include "search/strategy.h"

namespace duet::flow {
namespace fs = std::filesystem;

namespace {

using base::Settings;

double number(const Settings& table, const std::string& key, double otherwise, double lo, double hi) {
  const double value = table.number(key, otherwise);
  if (!(value >= lo && value <= hi))
    table.wrong(key, fmt::format("is {}", value), fmt::format("give a number from {} to {}", lo, hi));
  return value;
}

template <class T = int>
T integer(const Settings& table, const std::string& key, int64_t otherwise, int64_t lo, int64_t hi) {
  const int64_t value = table.integer(key, otherwise);
  if (value < lo || value > hi)
    table.wrong(key, fmt::format("is {}", value), fmt::format("give a whole number from {} to {}", lo, hi));
  return static_cast<T>(value);
}

std::optional<double> optional_number(const Settings& table, const std::string& key, double lo, double hi) {
  if (!table.has(key)) return std::nullopt;
  return number(table, key, 0, lo, hi);
}

Targets read_targets(const Settings& top) {
  const Settings table = top.table("targets", {"fps", "latency_ms", "iou", "watts", "mac_per_dsp_cycle"});
  Targets targets;
  targets.fps = optional_number(table, "fps", 0.001, 1e6);
  targets.latency_ms = optional_number(table, "latency_ms", 0.001, 1e6);
  targets.iou = optional_number(table, "iou", 0, 1);
  targets.watts = optional_number(table, "watts", 0.001, 1000);
  targets.mac_per_dsp_cycle = optional_number(table, "mac_per_dsp_cycle", 0, 16);
  if (!targets.fps && !targets.latency_ms)
    table.wrong("fps", "is missing, and so is 'latency_ms'", "say how fast the accelerator must be, for example fps = 60");
  return targets;
}

std::vector<Widths> read_widths(const Json& toml, const Settings& top) {
  if (!top.has("widths")) return {{8, 8}};
  std::vector<Widths> widths;
  const std::string hint = "write pairs of weight and feature bits from 2 to 16, for example widths = [[8, 8], [6, 8]]";
  const Json& list = toml["widths"];
  if (!list.is_array() || list.empty()) top.wrong("widths", "is " + list.dump(), hint);
  for (const Json& pair : list) {
    const bool right = pair.is_array() && pair.size() == 2 && pair[0].is_number_integer() && pair[1].is_number_integer();
    if (!right) top.wrong("widths", "has " + pair.dump() + " in it", hint);
    const Widths both{pair[0].get<int>(), pair[1].get<int>()};
    if (std::min(both.weight_bits, both.feature_bits) < 2 || std::max(both.weight_bits, both.feature_bits) > 16)
      top.wrong("widths", "has " + pair.dump() + " in it", hint);
    widths.push_back(both);
  }
  return widths;
}

DataConfig read_data(const Settings& top, const fs::path& folder, const fs::path& instead) {
  const Settings table = top.table("data",
                                   {"dir", "format", "class", "several", "split", "column", "validation", "test", "split_seed",
                                    "skip_bad", "pictures", "seed"},
                                   true);
  DataConfig data;
  const std::string dir = table.text("dir", "default");
  data.composed = instead.empty() && dir == "default";
  if (!data.composed) data.root = fs::absolute(instead.empty() ? folder / dir : instead).lexically_normal();
  data.read.format = table.text("format", "auto");
  data.read.wanted_class = table.text("class", "");
  data.read.several = table.text("several", data.read.several);
  data.read.split = table.text("split", "auto");
  data.read.column = table.text("column", "");
  data.read.validation = number(table, "validation", data.read.validation, 0.01, 0.5);
  data.read.test = number(table, "test", data.read.test, 0.01, 0.9);
  data.read.seed = integer<uint64_t>(table, "split_seed", 1, 0, 1'000'000'000);
  data.read.skip_bad = table.flag("skip_bad", false);
  data.pictures = integer(table, "pictures", data.pictures, 8, 1'000'000);
  data.seed = integer<uint64_t>(table, "seed", 1, 0, 1'000'000'000);
  return data;
}

int stride(const Settings& table, const std::string& key, int otherwise) {
  const int value = integer(table, key, otherwise, 1, 64);
  if (!std::has_single_bit(static_cast<unsigned>(value)))
    table.wrong(key, fmt::format("is {}", value), "give a power of two: 2x2 pooling halves the map");
  return value;
}

std::string one_of(const Settings& table, const std::string& key, const std::string& otherwise, const auto& names) {
  const std::string name = table.text(key, otherwise);
  if (std::find(std::begin(names), std::end(names), name) == std::end(names))
    table.wrong(key, "is \"" + name + "\"", fmt::format("choose {}", fmt::join(names, ", ")));
  return name;
}

SearchConfig read_search(const Settings& top) {
  const Settings table = top.table("search",
                                   {"bundles",
                                    "draw",
                                    "prototypes",
                                    "prototype_epochs",
                                    "prototype_replications",
                                    "prototype_channels",
                                    "qos_ratio",
                                    "top_n",
                                    "strategy",
                                    "scouts",
                                    "proposals",
                                    "tolerance",
                                    "finalists",
                                    "choose",
                                    "min_replications",
                                    "max_replications",
                                    "min_stride",
                                    "max_stride",
                                    "channel_step",
                                    "max_channels"},
                                   true);
  SearchConfig search;
  if (table.has("bundles"))
    for (const auto& name : table.texts("bundles")) search.bundles.push_back(net::parse_bundle(name));
  search.draw = integer(table, "draw", search.draw, 0, 720);
  if (search.bundles.empty() && search.draw == 0) table.wrong("draw", "is 0", "name Bundles or draw at least one");
  search.prototypes = integer(table, "prototypes", search.prototypes, 1, 720);
  search.prototype_epochs = integer(table, "prototype_epochs", search.prototype_epochs, 1, 10000);
  search.prototype_replications = integer(table, "prototype_replications", search.prototype_replications, 1, 16);
  search.prototype_channels = integer(table, "prototype_channels", search.prototype_channels, 4, 1024);
  search.qos_ratio = number(table, "qos_ratio", search.qos_ratio, 1.01, 1000);
  search.top_n = integer(table, "top_n", search.top_n, 1, 100);
  search.strategy = one_of(table, "strategy", search.strategy, search::kStrategies);
  search.scouts = integer(table, "scouts", search.scouts, 0, 1000);
  search.proposals = integer(table, "proposals", search.proposals, 1, 1'000'000);
  search.tolerance = number(table, "tolerance", search.tolerance, 0.001, 0.9);
  search.finalists = integer(table, "finalists", search.finalists, 1, 100);
  search.choose = one_of(table, "choose", search.choose, search::kRules);
  search.min_replications = integer(table, "min_replications", search.min_replications, 1, 16);
  search.max_replications = integer(table, "max_replications", search.max_replications, search.min_replications, 16);
  search.min_stride = stride(table, "min_stride", search.min_stride);
  search.max_stride = stride(table, "max_stride", search.max_stride);
  if (search.max_stride < search.min_stride) table.wrong("max_stride", "is below min_stride", "swap the two");
  search.channel_step = integer(table, "channel_step", search.channel_step, 1, 64);
  search.max_channels = integer(table, "max_channels", search.max_channels, search.channel_step, 4096);
  return search;
}

TrainConfig read_train(const Settings& top) {
  const Settings table =
      top.table("train", {"epochs", "final_epochs", "quantize_epochs", "batch", "learning_rate", "samples_per_epoch"}, true);
  TrainConfig train;
  if (table.has("epochs")) train.epochs = integer(table, "epochs", 0, 1, 100000);
  if (table.has("final_epochs")) train.final_epochs = integer(table, "final_epochs", 0, 0, 100000);
  if (table.has("quantize_epochs")) train.quantize_epochs = integer(table, "quantize_epochs", 0, 0, 100000);
  train.batch = integer(table, "batch", train.batch, 1, 4096);
  train.learning_rate = number(table, "learning_rate", train.learning_rate, 1e-7, 10);
  train.samples_per_epoch = integer<int64_t>(table, "samples_per_epoch", 0, 0, 1'000'000'000);
  return train;
}

void read_input(const Settings& top, Config& config) {
  if (!top.has("input")) return;
  const std::string hint = "write height and width of the network's input in pixels, for example input = [160, 320]";
  const auto sizes = top.numbers("input");
  if (sizes.size() != 2) top.wrong("input", "is not a pair", hint);
  for (double size : sizes)
    if (size < 16 || size > 2048 || size != static_cast<int>(size))
      top.wrong("input", fmt::format("has {} in it", size), hint + ", 16 to 2048");
  config.height = static_cast<int>(sizes[0]);
  config.width = static_cast<int>(sizes[1]);
}

void set_device(Config& config, const std::string& name) {
  config.device = device::find_device(name);
  const fs::path known = base::home() / "devices" / (name + ".toml");
  config.device_file = fs::exists(known) ? known : fs::absolute(name);
}

}  // namespace

Config parse_config(const std::string& text, const fs::path& file, const fs::path& data) {
  const Json toml = base::parse_toml(text, file.string());
  const Settings top(
      toml, file.string(),
      {"device", "clock_mhz", "minutes", "seed", "input", "widths", "data", "targets", "search", "train", "simulate"});
  Config config;
  config.file = file;
  config.name = file.stem();
  config.text = text;
  if (!data.empty()) config.text += "# --data " + fs::absolute(data).lexically_normal().string() + "\n";
  set_device(config, top.text("device"));
  config.clock_mhz = number(top, "clock_mhz", config.device.clock_mhz, 1, 2000);
  config.own_clock = top.has("clock_mhz");
  config.device.clock_mhz = config.clock_mhz;  // memory bandwidth is judged at the run's clock
  config.minutes = optional_number(top, "minutes", 1, 100000);
  config.seed = integer<uint64_t>(top, "seed", 1, 0, 1'000'000'000);
  read_input(top, config);
  config.targets = read_targets(top);
  config.widths = read_widths(toml, top);
  config.data = read_data(top, file.parent_path(), data);
  config.search = read_search(top);
  config.train = read_train(top);
  const Settings simulate = top.table("simulate", {"pictures"}, true);
  config.simulate_pictures = integer(simulate, "pictures", config.simulate_pictures, 5, 10000);
  if (!config.minutes && !config.train.epochs)
    top.wrong("minutes", "is missing, and so is 'epochs' of [train]",
              "give the run a time budget, or its training a number of epochs");
  if (config.minutes && config.train.samples_per_epoch)
    top.wrong("minutes", "goes with no 'samples_per_epoch' of [train]",
              "leave that out: the time decides how many pictures an epoch has");
  if (config.height >> 1 < config.search.max_stride || config.width >> 1 < config.search.max_stride)
    top.wrong("input", "is too small for max_stride of [search]", "enlarge the input or lower max_stride");
  return config;
}

Config device_config(const std::string& device, uint64_t seed) {
  Config config;
  set_device(config, device);
  config.clock_mhz = config.device.clock_mhz;
  config.seed = seed;
  return config;
}

Config read_config(const fs::path& file, const fs::path& data) { return parse_config(base::read_file(file), file, data); }

}  // namespace duet::flow
