#pragma once
#include <filesystem>

#include "base/json.h"

namespace duet::flow {

/// How much is done of everything that takes time: decided once, at the start of a run, and recorded in plan.json, so that a
/// resumed run ends as an uninterrupted one.
struct Plan {
  int prototype_epochs = 0, prototype_threads = 1;
  int64_t prototype_samples = 0;  ///< pictures an epoch; 0: all
  int scouts = 0, scout_epochs = 1;
  int proposals = 0;
  int epochs = 0, threads = 1;  ///< of the finalists
  int64_t samples = 0;
  int final_epochs = 0;  ///< the best finalist goes on for so many; 0: it does not
  int quantize_epochs = 0;
  double seconds = 0;  ///< about how long the run takes, 0: not known
  std::string basis;   ///< where the numbers come from, in words
};

Json to_json(const Plan& plan);
Plan plan_from_json(const Json& json, const std::string& where);

}  // namespace duet::flow
