#include <fmt/core.h>

#include <memory>

#include "base/error.h"
#include "base/files.h"
#include "cli/step_options.h"
#include "flow/steps.h"
#include "net/network.h"

namespace duet::cli {
namespace {

struct Arguments {
  StepOptions step;
  std::string select;
  bool json = false;
};

void print_finalists(const Json& result) {
  const Json& proposals = result.at("proposals");
  size_t met = 0;
  for (const Json& proposal : proposals) met += proposal.at("meets") == true;
  print(fmt::format("{} proposals, {} meet the targets (estimates)", proposals.size(), met));
  if (result.at("met") != true) print("Nothing meets the targets; the nearest designs:");
  for (const Json& index : result.at("finalists")) {
    const Json& p = proposals[index.get<size_t>()];
    const std::string why = p.at("why");
    print(fmt::format("{:<32} {:<28} W{}F{}  {:>8.1f} FPS  {:>6.1f} MMAC  {:>6.1f} K parameters  {} DSP  {:.2f} W{}{}",
                      p.at("network").at("name").get<std::string>(), p.at("network").at("bundle").get<std::string>(),
                      p.at("weight_bits").get<int>(), p.at("feature_bits").get<int>(), p.at("fps").get<double>(),
                      p.at("macs").get<double>() / 1e6, p.at("parameters").get<double>() / 1e3,
                      p.at("resources").at("dsp").get<int64_t>(), p.at("watts").get<double>(), why.empty() ? "" : "  ", why));
  }
}

void run(const Arguments& arguments) {
  const flow::Config config = step_config(arguments.step);
  std::vector<std::string> bundles;
  for (const auto& bundle : config.search.bundles) bundles.push_back(net::name(bundle));
  if (!arguments.select.empty()) {
    const Json selected = base::read_json(arguments.select);
    if (!selected.is_object() || !selected.contains("selected"))
      throw Error("is not what `duet select` writes", arguments.select, "give its --out file, or the select.json of a run");
    bundles = selected["selected"].get<std::vector<std::string>>();
  }
  if (bundles.empty()) bundles.push_back("dw3-conv1-bn-relu-max");
  const Json result = flow::explore_step(bundles, config, config.search.proposals, nullptr, progress_bar("exploring networks"));
  deliver(result, arguments.step, arguments.json);
  if (!arguments.json) print_finalists(result);
}

}  // namespace

void add_explore(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = add_verb(
      app, "explore", "Step 3: networks of a Bundle that meet the targets, by stochastic coordinate descent",
      "duet explore --device pynq-z1 --fps 60 --bundle dw3-conv1-bn-relu-max --proposals 240", [arguments] { run(*arguments); });
  add_step_options(verb, arguments->step);
  verb->add_option("--proposals", arguments->step.proposals, "How many networks are judged")->capture_default_str();
  verb->add_option("--select", arguments->select, "Build on the Bundles that `duet select` chose (its file)");
  add_json_flag(verb, arguments->json);
}

}  // namespace duet::cli
