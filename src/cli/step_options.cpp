#include "cli/step_options.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/files.h"

namespace duet::cli {

void add_step_options(CLI::App* verb, StepOptions& options) {
  verb->add_option("flow", options.flow, "A flow's TOML; the options below, but --out, are for working without one");
  verb->add_option("--device", options.device, "Name of a device (`duet devices`), or the path of a device file");
  verb->add_option("--bundle", options.bundles, "A Bundle by name, for example dw3-conv1-bn-relu-max; may be repeated");
  verb->add_option("--draw", options.draw, "Bundles in all, the rest drawn by seed")->capture_default_str();
  verb->add_option("--seed", options.seed, "Same seed, same result")->capture_default_str();
  verb->add_option("--input", options.input, "Height and width of the network's input")->expected(2)->capture_default_str();
  verb->add_option("--widths", options.widths, "Weight and feature bits")->expected(2)->capture_default_str();
  verb->add_option("--fps", options.fps, "Target")->capture_default_str();
  verb->add_option("--watts", options.watts, "Target (default: none)");
  verb->add_option("--clock", options.clock_mhz, "MHz (default: the device's)");
  verb->add_option("--out", options.out, "Also write the result to this file, as a run does");
}

flow::Config step_config(const StepOptions& options) {
  if (!options.flow.empty()) return flow::read_config(options.flow);
  if (options.device.empty())
    throw Error("is missing", "--device", "name a device (`duet devices` lists them), or give a flow's TOML");
  std::string names;
  for (const auto& bundle : options.bundles)
    names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", net::name(net::parse_bundle(bundle)));
  std::string text = fmt::format("device = {}\nseed = {}\ninput = [{}]\nwidths = [[{}]]\n", Json(options.device).dump(),
                                 options.seed, fmt::join(options.input, ", "), fmt::join(options.widths, ", "));
  if (options.clock_mhz > 0) text += fmt::format("clock_mhz = {}\n", options.clock_mhz);
  text += fmt::format("[targets]\nfps = {}\n", options.fps);
  if (options.watts > 0) text += fmt::format("watts = {}\n", options.watts);
  text += fmt::format("[search]\nbundles = [{}]\ndraw = {}\nproposals = {}\n[train]\nepochs = 1\n", names, options.draw,
                      options.proposals);
  return flow::parse_config(text, "command line");
}

void deliver(const Json& value, const StepOptions& options, bool json) {
  if (!options.out.empty()) base::write_json(options.out, value);
  if (json) print_json(value);
}

}  // namespace duet::cli
