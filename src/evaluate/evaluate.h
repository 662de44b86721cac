#pragma once
#include "evaluate/kind.h"
#include "evaluate/store.h"

namespace duet::evaluate {

/// Evaluates in this process: the stored outcome if there is one (with `retry`, only if it is done), else the kind runs in the
/// part folder. A failure of the kind is an Outcome, not an exception. Throws Error for a specification without a known "kind"
/// (with the nearest).
Outcome evaluate(const Json& spec, const Store& store, const Kinds& kinds, const Progress& progress, bool retry = false);

/// One line of a worker's standard output that tells its progress, and back (false: not such a line).
std::string progress_line(double done, double total, const std::string& note);
bool parse_progress(const std::string& line, double& done, double& total, std::string& note);

}  // namespace duet::evaluate
