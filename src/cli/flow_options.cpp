#include "cli/flow_options.h"

namespace duet::cli {

void add_flow_options(CLI::App* verb, FlowOptions& options) {
  verb->add_option("--store", options.store, "Where results are kept (default: $DUET_STORE, else ~/.cache/duet/store)");
  verb->add_option("--cores", options.cores, "How many to keep busy (default: all)")->check(CLI::Range(0, 4096));
  verb->add_option("--timeout", options.timeout, "Seconds for one evaluation (default: none)")->check(CLI::Range(0, 10'000'000));
  verb->add_flag("--retry", options.retry, "Repeat what has failed before");
}

flow::World make_world(const FlowOptions& options) {
  flow::World world{
      evaluate::Store(options.store.empty() ? evaluate::default_store() : std::filesystem::path(options.store)), {}, {}, {}};
  world.evaluations.cores = options.cores;
  world.evaluations.timeout = std::chrono::seconds(options.timeout);
  world.evaluations.retry = options.retry;
  world.progress = [](const std::string& title) { return progress_bar(title); };
  world.say = [](const std::string& line) { say(line); };
  return world;
}

}  // namespace duet::cli
