#pragma once
// Options that every verb asking for evaluations shares.

#include <string>

#include "cli/verb.h"
#include "flow/steps.h"

namespace duet::cli {

struct FlowOptions {
  std::string store;
  int cores = 0, timeout = 0;
  bool retry = false;
};

/// Adds --store, --cores, --timeout and --retry.
void add_flow_options(CLI::App* verb, FlowOptions& options);
/// A store, workers, progress on standard error.
flow::World make_world(const FlowOptions& options);

}  // namespace duet::cli
