#pragma once
#include <chrono>
#include <filesystem>
#include <vector>

#include "evaluate/evaluate.h"

namespace duet::evaluate {

struct RunOptions {
  std::filesystem::path program;  ///< what is started as `program evaluate SPEC.json --store DIR --worker`; empty: this program
  int cores = 0;  ///< how many may be busy at once; 0: all of this machine. A specification's "threads" (default 1) counts
  std::chrono::seconds timeout{0};  ///< for each evaluation; 0: none
  bool retry = false;               ///< repeat what has failed before
  Progress progress;                ///< over all specifications together, each counting 1
};

/// Evaluates all specifications, each in a worker process, as many at a time as there are cores for; outcomes in the same order.
/// A worker that dies is started once more, then recorded as crashed. Workers die with this process; what they had done stays for
/// the next run. Throws Error only when workers cannot be started at all.
std::vector<Outcome> run_all(const std::vector<Json>& specs, const Store& store, const RunOptions& options);

}  // namespace duet::evaluate
