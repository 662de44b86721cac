#include "flow/bench.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "estimate/estimate.h"
#include "flow/judge.h"
#include "flow/specs.h"
#include "layer/layer.h"

namespace duet::flow {
namespace {

constexpr const char* kDevice = "pynq-z1";
constexpr uint64_t kSeed = 1;
constexpr const char* kProduct = "duet_product";  // the module that is a multiplier of LUTs
constexpr int kMostLevels = 8;                    // of logic, so that 150 MHz is credible

const char* const kFigures[] = {"cycles",
                                "cycles_predicted",
                                "latency_cycles",
                                "ratio",
                                "lut",
                                "lut_multipliers",
                                "ff",
                                "lut_multiplier_luts",
                                "dsp",
                                "bram36",
                                "logic_levels",
                                "bytes_compared",
                                "bytes_differ",
                                "bytes_read",
                                "bytes_written"};

Json begin(const BenchRow& row, const net::Network& network, const device::Device& device) {
  const auto macs = layer::total_work(net::to_graph(network)).macs;
  Json json{{"network", row.network}, {"weight_bits", row.widths.weight_bits}, {"feature_bits", row.widths.feature_bits}};
  for (const char* figure : kFigures) json[figure] = nullptr;
  json["roofline_cycles"] = macs / (device.resources.dsp * row.products);
  json["most_cycles"] = row.most_cycles;
  json["least_ratio"] = row.least_ratio;
  json["paper"] = row.paper;
  return json;
}

// Which resource keeps the nearest design out.
std::string too_large(const estimate::Design& design, const device::Device& device) {
  const Json needed = to_json(design.estimate.resources), usable = to_json(device::usable(device.resources));
  std::string text;
  for (const auto& [name, limit] : usable.items())
    if (needed.at(name).get<double>() > limit.get<double>())
      text += fmt::format("{}{} {} of {} usable", text.empty() ? "" : ", ", name, needed.at(name).dump(), limit.dump());
  return "no engine fits; the nearest needs " + text;
}

void add_simulated(const evaluate::Outcome& outcome, Json& row) {
  const Json& result = outcome.result;
  row["cycles"] = result.at("cycles_simulated");
  row["latency_cycles"] = result.at("latency_cycles_simulated");
  for (const char* figure : {"cycles_predicted", "bytes_compared", "bytes_differ", "bytes_read", "bytes_written"})
    row[figure] = result.at(figure);
  row["ratio"] = row.at("roofline_cycles").get<double>() / row.at("cycles").get<double>();
}

void add_synthesised(const evaluate::Outcome& outcome, Json& row) {
  for (const auto& [name, count] : outcome.result.at("resources").items()) row[name] = count;
  row["logic_levels"] = outcome.result.at("logic_levels");
  int64_t luts = 0;
  for (const Json& module : outcome.result.at("modules"))
    if (module.at("module") == kProduct) luts += module.at("lut").get<int64_t>() * module.at("instances").get<int64_t>();
  row["lut_multiplier_luts"] = luts;
}

void add_reason(const std::string& reason, Json& row) {
  const std::string before = row.contains("reason") ? row["reason"].get<std::string>() + "; " : "";
  row["reason"] = before + reason;
}

// The design that a row runs, or nothing and why.
std::optional<estimate::Design> choose(const BenchRow& row, const net::Network& network, const device::Device& device,
                                       Json& json) {
  const auto found = estimate::designs(network, device, row.widths.weight_bits, row.widths.feature_bits);
  if (found.empty()) {
    add_reason("no engine can run it", json);
    return {};
  }
  json["engine"] = engine::to_json(found[0].engine);
  json["lut_multipliers"] = found[0].estimate.lut_multipliers;
  if (found[0].excess <= 0) return found[0];
  json["excess"] = found[0].excess;
  add_reason(too_large(found[0], device), json);
  return {};
}

}  // namespace

std::string BenchRow::name() const { return fmt::format("{}:{},{}", network, widths.weight_bits, widths.feature_bits); }

// Ceilings of the cycles: what the engine is built for. The paper's frames per second at 150 MHz; those of DNN-B and DNN-C
// are quoted from memory.
const std::vector<BenchRow>& bench_rows() {
  static const std::vector<BenchRow> kRows{{"dnn-a", {16, 8}, 1, 1'130'000, 0.90, "29.7 FPS, ratio 0.20"},
                                           {"dnn-b", {16, 16}, 1, 1'150'000, 0.88, "22.7 FPS (recalled)"},
                                           {"dnn-c", {11, 8}, 1, 2'050'000, 0.90, "17.4 FPS (recalled)"},
                                           {"dnn-a", {8, 8}, 2, 600'000, 0.85, "-"},
                                           {"dnn-a", {4, 4}, 4, 290'000, 0.87, "-"}};
  return kRows;
}

std::vector<BenchRow> bench_rows(const std::vector<std::string>& names) {
  std::vector<BenchRow> rows;
  for (const std::string& name : names) {
    std::vector<std::string> known;
    for (const BenchRow& row : bench_rows()) {
      known.push_back(row.name());
      if (row.name() == name) rows.push_back(row);
    }
    if (rows.empty() || rows.back().name() != name)
      throw Error("no such row", name, fmt::format("the rows are {}", fmt::join(known, " ")));
  }
  return rows;
}

void judge(const device::Device& device, Json& row) {
  const auto expect = [&](const char* figure, bool kept, const std::string& wanted) {
    if (!row.at(figure).is_null() && !kept) add_reason(fmt::format("{} is {}, {}", figure, row.at(figure).dump(), wanted), row);
  };
  const auto number = [&](const char* figure) { return row.at(figure).is_null() ? 0 : row.at(figure).get<double>(); };
  const auto most = [&](const char* figure, double limit) {
    expect(figure, number(figure) <= limit, fmt::format("at most {:g} wanted", limit));
  };
  most("cycles", number("most_cycles"));
  expect("ratio", number("ratio") >= number("least_ratio"), fmt::format("at least {:g} wanted", number("least_ratio")));
  expect("cycles_predicted", row.at("cycles_predicted") == row.at("cycles"), "not what was simulated");
  expect("bytes_compared", number("bytes_compared") > 0, "nothing was compared");
  most("bytes_differ", 0);
  most("logic_levels", kMostLevels);
  const device::Resources limit = device::usable(device.resources);
  most("lut", static_cast<double>(limit.lut)), most("ff", static_cast<double>(limit.ff));
  most("dsp", static_cast<double>(limit.dsp)), most("bram36", limit.bram36);
}

Json bench_accelerator(const std::vector<BenchRow>& rows, const World& world) {
  const Config config = device_config(kDevice, kSeed);
  std::vector<Json> specs, table;
  std::vector<std::pair<size_t, void (*)(const evaluate::Outcome&, Json&)>> wanted;  // row, what becomes of the outcome
  for (const BenchRow& row : rows) {
    const net::Network& network = *net::find_known(row.network);
    table.push_back(begin(row, network, config.device));
    const auto design = choose(row, network, config.device, table.back());
    if (!design) continue;
    specs.push_back(trial_spec(network, design->engine, config));
    wanted.emplace_back(table.size() - 1, add_simulated);
    specs.push_back(synth_spec(design->engine, config));
    wanted.emplace_back(table.size() - 1, add_synthesised);
  }
  const auto outcomes = evaluate_all(world, "simulating and synthesising", specs);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    Json& row = table[wanted[i].first];
    if (outcomes[i].done())
      wanted[i].second(outcomes[i], row);
    else
      add_reason(to_string(outcomes[i].status) + ": " + outcomes[i].message, row);
  }
  for (Json& row : table) judge(config.device, row);
  return {{"device", config.device.name}, {"clock_mhz", config.clock_mhz}, {"rows", table}};
}

}  // namespace duet::flow
