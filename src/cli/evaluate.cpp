#include "evaluate/evaluate.h"

#include <fmt/core.h>

#include <memory>

#include "base/error.h"
#include "base/files.h"
#include "cli/verb.h"

namespace duet::cli {
namespace {

struct Arguments {
  std::string spec, store;
  bool worker = false, retry = false, json = false;
};

// A worker's standard output is read by the process that started it.
Progress worker_progress() {
  return [](double done, double total, const std::string& note) {
    fmt::print("{}\n", evaluate::progress_line(done, total, note));
    std::fflush(stdout);
  };
}

void run(const Arguments& arguments) {
  if (arguments.spec.empty()) throw Error("is missing", "SPEC.json", "say what to evaluate");
  const Json spec = base::read_json(arguments.spec);
  const evaluate::Store store(arguments.store.empty() ? evaluate::default_store() : std::filesystem::path(arguments.store));
  const Progress progress = arguments.worker ? worker_progress() : progress_bar("evaluation");
  const evaluate::Outcome outcome = evaluate::evaluate(spec, store, evaluate::kinds(), progress, arguments.retry);
  if (!outcome.done()) throw Error(to_string(outcome.status) + ": " + outcome.message, arguments.spec, "");
  if (arguments.worker) return;
  if (arguments.json)
    print_json({{"status", to_string(outcome.status)},
                {"stored", outcome.stored},
                {"seconds", outcome.seconds},
                {"folder", outcome.folder.string()},
                {"result", outcome.result}});
  else
    print(fmt::format("{} in {:.1f} s{}: {}", to_string(outcome.status), outcome.seconds, outcome.stored ? " (stored)" : "",
                      outcome.folder.string()));
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      add_verb(app, "evaluate", "Run one evaluation (a training, a simulation, a synthesis...) from its specification",
               "duet evaluate spec.json --store results --json", [arguments] { run(*arguments); });
  verb->add_option("spec", arguments->spec, "JSON specification; a run leaves one beside every result");
  verb->add_option("--store", arguments->store, "Where results are kept (default: $DUET_STORE, else ~/.cache/duet/store)");
  verb->add_flag("--retry", arguments->retry, "Repeat it if it has failed before");
  verb->add_flag("--worker", arguments->worker, "Tell progress as JSON lines")->group("");
  add_json_flag(verb, arguments->json);
}

}  // namespace duet::cli
