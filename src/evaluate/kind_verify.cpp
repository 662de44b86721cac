// {"kind": "verify", "design", "device", "synthesise", "netlist"}: one design (src/verify/design.h) simulated against the golden
// model, with a quiet and a stalling memory, synthesised and its netlist simulated where that is asked for; the result is a
// Finding. Leaves no artefact.
#include "base/fields.h"
#include "device/device.h"
#include "evaluate/kinds.h"
#include "evaluate/spec.h"
#include "verify/check.h"

namespace duet::evaluate {

Json run_verify(const Json& spec, const std::filesystem::path& folder, const Progress& progress) {
  const std::string where = "verify";
  const auto design = verify::design_from_json(base::field(spec, "design", where), "verify: design");
  const auto device = device::read_device(checked_path(base::field(spec, "device", where), where));
  verify::Finding finding = verify::run_simulation(design, folder, progress);
  if (base::bool_field(spec, "synthesise", where))
    verify::run_synthesis(design, device, folder, base::bool_field(spec, "netlist", where), finding, progress);
  return to_json(finding);
}

}  // namespace duet::evaluate
