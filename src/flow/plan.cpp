#include "flow/plan.h"

#include "base/fields.h"

namespace duet::flow {

Json to_json(const Plan& plan) {
  return {{"prototype_epochs", plan.prototype_epochs},
          {"prototype_threads", plan.prototype_threads},
          {"prototype_samples", plan.prototype_samples},
          {"scouts", plan.scouts},
          {"scout_epochs", plan.scout_epochs},
          {"proposals", plan.proposals},
          {"epochs", plan.epochs},
          {"threads", plan.threads},
          {"samples", plan.samples},
          {"final_epochs", plan.final_epochs},
          {"quantize_epochs", plan.quantize_epochs},
          {"seconds", plan.seconds},
          {"basis", plan.basis}};
}

Plan plan_from_json(const Json& json, const std::string& where) {
  const auto integer = [&](const char* key, int64_t lo) { return base::int_field(json, key, lo, INT32_MAX, where); };
  Plan plan;
  plan.prototype_epochs = static_cast<int>(integer("prototype_epochs", 1));
  plan.prototype_threads = static_cast<int>(integer("prototype_threads", 1));
  plan.prototype_samples = integer("prototype_samples", 0);
  plan.scouts = static_cast<int>(integer("scouts", 0));
  plan.scout_epochs = static_cast<int>(integer("scout_epochs", 1));
  plan.proposals = static_cast<int>(integer("proposals", 1));
  plan.epochs = static_cast<int>(integer("epochs", 1));
  plan.threads = static_cast<int>(integer("threads", 1));
  plan.samples = integer("samples", 0);
  plan.final_epochs = static_cast<int>(integer("final_epochs", 0));
  plan.quantize_epochs = static_cast<int>(integer("quantize_epochs", 0));
  plan.seconds = base::number_field(json, "seconds", where);
  plan.basis = base::text_field(json, "basis", where);
  return plan;
}

}  // namespace duet::flow
