#pragma once
// How the verbs of single steps (bundles, explore) are told what a flow's TOML says otherwise.

#include <string>
#include <vector>

#include "cli/verb.h"
#include "flow/config.h"

namespace duet::cli {

struct StepOptions {
  std::string flow;  ///< a TOML; else the options below
  std::string device, out;
  std::vector<std::string> bundles;
  std::vector<int> input{160, 320};
  std::vector<int> widths{8, 8};
  double fps = 60, clock_mhz = 0, watts = 0;
  int draw = 18, proposals = 240;
  uint64_t seed = 1;
};

/// Adds FLOW.toml and the options in its place.
void add_step_options(CLI::App* verb, StepOptions& options);
/// The flow's settings, from the TOML or from the options.
flow::Config step_config(const StepOptions& options);
/// Writes the step's file where asked, and on standard output with --json.
void deliver(const Json& value, const StepOptions& options, bool json);

}  // namespace duet::cli
