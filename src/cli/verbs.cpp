#include "cli/verb.h"

namespace duet::cli {

// Two lines here and one file: that is a verb.
void add_data(CLI::App&);
void add_devices(CLI::App&);
void add_estimate(CLI::App&);
void add_synth(CLI::App&);
void add_emit(CLI::App&);
void add_simulate(CLI::App&);
void add_bitstream(CLI::App&);
void add_bench(CLI::App&);
void add_report(CLI::App&);
void add_bundles(CLI::App&);
void add_select(CLI::App&);
void add_explore(CLI::App&);
void add_evaluate(CLI::App&);
void add_train(CLI::App&);
void add_quantize(CLI::App&);
void add_score(CLI::App&);
void add_detect(CLI::App&);
void add_run(CLI::App&);
void add_study(CLI::App&);
void add_verify(CLI::App&);

void add_verbs(CLI::App& app) {  // in the order of `duet --help`
  add_data(app);
  add_train(app);
  add_quantize(app);
  add_score(app);
  add_detect(app);
  add_devices(app);
  add_estimate(app);
  add_synth(app);
  add_emit(app);
  add_simulate(app);
  add_bitstream(app);
  add_bench(app);
  add_report(app);
  add_bundles(app);
  add_select(app);
  add_explore(app);
  add_evaluate(app);
  add_run(app);
  add_study(app);
  add_verify(app);
}

}  // namespace duet::cli
