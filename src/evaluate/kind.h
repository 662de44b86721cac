#pragma once
// A kind of evaluation: a pure function of a specification that takes seconds or more. To add one: a file in this folder that
// defines its function, one line in registry.cpp, and the rooms it depends on in sources.cmake. docs/flow.md walks through it.

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "base/json.h"
#include "base/progress.h"

namespace duet::evaluate {

/// Does the work of `spec` in `folder`, leaves artefacts there and returns the result. The folder may hold what a killed attempt
/// at the same specification left: go on from it. No wall-clock time in the result. Throws Error for a specification it cannot
/// evaluate.
using Kind = std::function<Json(const Json& spec, const std::filesystem::path& folder, const Progress& progress)>;
using Kinds = std::map<std::string, Kind>;

/// Every kind of duet, by name.
const Kinds& kinds();

/// Hash of the sources that can change a kind's result, made at build time; goes into its specifications.
std::string source_hash(const std::string& kind);

}  // namespace duet::evaluate
