#include "flow/bench.h"

#include <fmt/core.h>

#include <memory>

#include "base/error.h"
#include "cli/flow_options.h"

namespace duet::cli {
namespace {

struct Arguments {
  std::string what;
  std::vector<std::string> only;
  FlowOptions flow;
  bool json = false;
};

// A row of the table.
constexpr const char* kRow =
    "{:<12} {:>9} {:>9} {:>9} {:>9} {:>9} {:>6} {:>6} {:>6} {:>6} {:>8} {:>6} {:>4} {:>6} {:>6} {:>6} {:>6} {:>9} {:>6}  {}";

std::string cell(const Json& value, double scale = 1, int digits = 0) {
  return value.is_number() ? fmt::format("{:.{}f}", value.get<double>() * scale, digits) : "-";
}

std::string row_name(const Json& row) {
  return fmt::format("{} W{}F{}", row.at("network").get<std::string>(), row.at("weight_bits").get<int>(),
                     row.at("feature_bits").get<int>());
}

void print_row(const Json& row, double clock_mhz) {
  const Json& cycles = row.at("cycles");
  const std::string fps = cycles.is_number() ? fmt::format("{:.1f}", clock_mhz * 1e6 / cycles.get<double>()) : "-";
  print(fmt::format(kRow, row_name(row), cell(cycles), cell(row.at("most_cycles")), cell(row.at("cycles_predicted")),
                    cell(row.at("latency_cycles")), cell(row.at("roofline_cycles")), cell(row.at("ratio"), 1, 3),
                    cell(row.at("least_ratio"), 1, 2), fps, cell(row.at("lut")), cell(row.at("lut_multiplier_luts")),
                    cell(row.at("ff")), cell(row.at("dsp")), cell(row.at("bram36"), 1, 1), cell(row.at("logic_levels")),
                    cell(row.at("bytes_read"), 1e-6, 2), cell(row.at("bytes_written"), 1e-6, 2), cell(row.at("bytes_compared")),
                    cell(row.at("bytes_differ")), row.at("paper").get<std::string>()));
  if (row.contains("reason")) print("  " + row.at("reason").get<std::string>());
}

void print_table(const Json& result) {
  print(fmt::format(kRow, "network", "cycles", "at most", "predicted", "latency", "roofline", "ratio", "least", "FPS", "LUT",
                    "in mult.", "FF", "DSP", "BRAM36", "levels", "MB in", "MB out", "compared", "differ", "paper"));
  for (const Json& row : result.at("rows")) print_row(row, result.at("clock_mhz"));
  print(fmt::format("{} at {} MHz, frames back to back, input 160 x 360, random weights, pictures of noise; LUT (with those of",
                    result.at("device").get<std::string>(), cell(result.at("clock_mhz"))));
  print(
      "multipliers made of LUTs), FF, DSP, BRAM36 and levels of logic from Yosys; MB a frame; `compared` and `differ` are bytes, "
      "against the golden model.");
}

void run(const Arguments& arguments) {
  if (arguments.what != "accelerator") throw Error("no such bench", arguments.what, "the bench is called accelerator");
  const auto rows = arguments.only.empty() ? flow::bench_rows() : flow::bench_rows(arguments.only);
  const Json result = flow::bench_accelerator(rows, make_world(arguments.flow));
  if (arguments.json)
    print_json(result);
  else
    print_table(result);
  for (const Json& row : result.at("rows"))
    if (row.contains("reason"))
      throw Error(row.at("reason").get<std::string>(), "bench accelerator, " + row_name(row),
                  "docs/architecture.md has what was measured before");
}

}  // namespace

void add_bench(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      add_verb(app, "bench", "The paper's networks on its board, simulated and synthesised, beside ceilings and paper",
               "duet bench accelerator --only dnn-a:8,8", [arguments] { run(*arguments); });
  verb->add_option("what", arguments->what, "accelerator");
  verb->add_option("--only", arguments->only, "This row alone, such as dnn-a:16,8; may be repeated");
  add_flow_options(verb, arguments->flow);
  add_json_flag(verb, arguments->json);
}

}  // namespace duet::cli
