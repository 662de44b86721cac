#pragma once
#include <filesystem>
#include <functional>

#include "flow/config.h"
#include "flow/steps.h"

namespace duet::flow {

/// Carries out a whole flow in the directory `out`, or goes on with the one that was begun there. Leaves result.json, report.json
/// and report.html, plan.json, a JSON file for each step, network/ and accelerator/, and returns result.json's content. A
/// verification step that failed stands in its "problems". Throws Error: bad input, a directory that holds another flow's run, a
/// step without which nothing can go on.
Json run(const Config& config, const std::filesystem::path& out, const World& world);

/// What run() would do: {"steps": [{"name", "what"}...], "seconds", "bundles", "prototypes", "proposals", "finalists"}.
Json dry_run(const Config& config);

}  // namespace duet::flow
