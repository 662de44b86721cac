#include <fmt/core.h>

#include <memory>

#include "base/error.h"
#include "base/files.h"
#include "cli/flow_options.h"
#include "flow/calibrate.h"
#include "flow/steps.h"

namespace duet::cli {
namespace {

struct Arguments {
  std::string file, data, bundles, out;
  FlowOptions flow;
  bool json = false;
};

void print_table(const Json& result) {
  print(fmt::format("{:<28} {:>8} {:>9} {:>6}  {}", "Bundle", "group", "FPS", "IoU", "selected"));
  for (const Json& b : result.at("bundles")) {
    if (b.at("group").is_null()) continue;
    const std::string iou = b.at("iou").is_number() ? fmt::format("{:.3f}", b.at("iou").get<double>()) : "-";
    print(fmt::format("{:<28} {:>8} {:>9.1f} {:>6}  {}{} {}", b.at("name").get<std::string>(), b.at("group").get<int>() + 1,
                      b.at("fps").get<double>(), iou, b.at("selected") == true ? "yes" : "no",
                      b.at("pareto") == true ? ", on the Pareto front" : "", b.at("note").get<std::string>()));
  }
}

void run(const Arguments& arguments) {
  if (arguments.file.empty())
    throw Error("is missing", "FLOW.toml", "say which flow to select for, for example examples/demo.toml");
  const flow::Config config = flow::read_config(arguments.file, arguments.data);
  const flow::World world = make_world(arguments.flow);
  const Json bundles = arguments.bundles.empty() ? flow::bundles_step(config, progress_bar("modelling Bundles"))
                                                 : base::read_json(arguments.bundles);
  if (!bundles.is_object() || !bundles.contains("bundles"))
    throw Error("is not what `duet bundles` writes", arguments.bundles, "give its --out file, or the bundles.json of a run");
  const flow::Packs packs = flow::prepare_data(config, world);
  const Json result = flow::select_step(bundles, config, flow::fixed_plan(config, 1), packs, world);
  if (!arguments.out.empty()) base::write_json(arguments.out, result);
  if (arguments.json)
    print_json(result);
  else
    print_table(result);
}

}  // namespace

void add_select(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = add_verb(app, "select", "Step 2: train the Bundles' prototypes, group them by speed, keep the best",
                            "duet select examples/demo.toml --out select.json", [arguments] { run(*arguments); });
  verb->add_option("flow", arguments->file, "A flow's TOML: data, targets, epochs of the prototypes");
  verb->add_option("--data", arguments->data, "Labelled images in place of the TOML's");
  verb->add_option("--bundles", arguments->bundles, "What `duet bundles` wrote (default: as the TOML says)");
  verb->add_option("--out", arguments->out, "Also write the result to this file, as a run does");
  add_flow_options(verb, arguments->flow);
  add_json_flag(verb, arguments->json);
}

}  // namespace duet::cli
