#include "flow/run.h"

#include <fmt/core.h>

#include <memory>

#include "base/error.h"
#include "cli/flow_options.h"

namespace duet::cli {
namespace {

struct Arguments {
  std::string file, out, data;
  FlowOptions flow;
  bool dry_run = false, json = false;
};

std::string minutes(double seconds) {
  return seconds < 90 ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.0f} min", seconds / 60);
}

void dry_run(const flow::Config& config, bool json) {
  const Json plan = flow::dry_run(config);
  if (json) return print_json(plan);
  for (const Json& step : plan.at("steps"))
    print(fmt::format("{:<25} {}", step.at("name").get<std::string>(), step.at("what").get<std::string>()));
  print(fmt::format("about {}", minutes(plan.at("seconds"))));
}

std::string value(const Json& number, int digits) {
  return number.is_number() ? fmt::format("{:.{}f}", number.get<double>(), digits) : "-";
}

void print_result(const Json& result, const std::filesystem::path& out) {
  print(fmt::format("network      {} ({}), W{}F{}", result.at("network").dump(), result.at("bundle").dump(),
                    result.at("weight_bits").dump(), result.at("feature_bits").dump()));
  print(fmt::format("mean IoU     {} float, {} quantised, {} golden model, on {} test pictures", value(result.at("iou_float"), 3),
                    value(result.at("iou_quantized"), 3), value(result.at("iou_golden"), 3), result.at("images").dump()));
  print(fmt::format("accelerator  {} FPS at {} MHz: {} cycles simulated, {} predicted; {} MAC per DSP and cycle",
                    value(result.at("fps"), 1), value(result.at("clock_mhz"), 0), result.at("cycles_simulated").dump(),
                    result.at("cycles_predicted").dump(), value(result.at("mac_per_dsp_cycle"), 2)));
  print(fmt::format("verified     {} of {} bytes differ from the golden model", result.at("bytes_differ").dump(),
                    result.at("bytes_compared").dump()));
  for (const auto& [name, target] : result.at("targets").items())
    print(fmt::format("target       {} {}: {} ({})", name, value(target.at("wanted"), 2),
                      target.at("met") == true ? "met" : "NOT met", value(target.at("reached"), 3)));
  for (const Json& problem : result.at("problems")) print("problem      " + problem.get<std::string>());
  print("report       " + (out / "report.html").string());
}

void run(const Arguments& arguments) {
  if (arguments.file.empty()) throw Error("is missing", "FLOW.toml", "say which flow to run, for example examples/demo.toml");
  const flow::Config config = flow::read_config(arguments.file, arguments.data);
  if (arguments.dry_run) return dry_run(config, arguments.json);
  if (arguments.out.empty())
    throw Error("is missing", "--out", "say where the run's directory shall be, for example --out build/demo");
  const Json result = flow::run(config, arguments.out, make_world(arguments.flow));
  if (arguments.json)
    print_json(result);
  else
    print_result(result, arguments.out);
  const bool on_board = !config.device.board || (result.at("board").is_object() && result.at("board").at("bytes_differ") == 0);
  if (result.at("bytes_differ") != 0 || result.at("resources_synthesised").is_null() || !on_board)
    throw Error("the accelerator is not verified", arguments.out,
                "report.html lists the problems; the same command tries again what was interrupted");
}

}  // namespace

void add_run(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      add_verb(app, "run", "The whole flow: from images, a device and targets to a verified accelerator and a report",
               "duet run examples/demo.toml --out build/demo", [arguments] { run(*arguments); });
  verb->add_option("flow", arguments->file, "TOML that says what is wanted; docs/flow.md has every key");
  verb->add_option("--out", arguments->out, "The run's directory; a run that was begun there goes on");
  verb->add_option("--data", arguments->data, "Labelled images in place of the TOML's");
  verb->add_flag("--dry-run", arguments->dry_run, "Say what would be done and about how long it takes");
  add_flow_options(verb, arguments->flow);
  add_json_flag(verb, arguments->json);
}

}  // namespace duet::cli
