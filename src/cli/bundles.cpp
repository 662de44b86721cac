#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "cli/step_options.h"
#include "flow/judge.h"
#include "flow/steps.h"

namespace duet::cli {
namespace {

void print_table(const Json& result) {
  const Json& bundles = result.at("bundles");
  std::vector<size_t> order(bundles.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto cycles = [&](size_t i) { return bundles[i].value("cycles", INT64_MAX); };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return cycles(a) < cycles(b); });
  print(fmt::format("{:<28} {:>9} {:>8} {:>9} {:>9} {:>7} {:>5} {:>7}  {}", "Bundle (its prototype)", "cycles", "FPS", "MMAC",
                    "KB/frame", "LUT", "DSP", "BRAM36", "engine"));
  for (size_t i : order) {
    const Json& b = bundles[i];
    if (b.at("judged") != true) {
      print(fmt::format("{:<28} {}", b.at("name").get<std::string>(), b.at("why").get<std::string>()));
      continue;
    }
    const double bytes = b.at("bytes_read").get<double>() + b.at("bytes_written").get<double>();
    print(fmt::format("{:<28} {:>9} {:>8.1f} {:>9.1f} {:>9.0f} {:>7} {:>5} {:>7.1f}  {}{}", b.at("name").get<std::string>(),
                      cycles(i), b.at("fps").get<double>(), b.at("macs").get<double>() / 1e6, bytes / 1e3,
                      b.at("resources").at("lut").get<int64_t>(), b.at("resources").at("dsp").get<int64_t>(),
                      b.at("resources").at("bram36").get<double>(),
                      flow::describe(engine::engine_from_json(b.at("engine"), "bundles")),
                      b.at("fits") == true ? "" : "; does not fit the device"));
  }
  print("All figures are estimates.");
}

}  // namespace

void add_bundles(CLI::App& app) {
  auto options = std::make_shared<StepOptions>();
  auto json = std::make_shared<bool>(false);
  CLI::App* verb = add_verb(app, "bundles", "Step 1: draw Bundles from the layer pool and model each on a device",
                            "duet bundles --device pynq-z1 --draw 18 --seed 1", [options, json] {
                              const Json result = flow::bundles_step(step_config(*options), progress_bar("modelling Bundles"));
                              deliver(result, *options, *json);
                              if (!*json) print_table(result);
                            });
  add_step_options(verb, *options);
  add_json_flag(verb, *json);
}

}  // namespace duet::cli
