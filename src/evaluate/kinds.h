#pragma once
// The functions that registry.cpp lists; each stands in its own file with its specification.

#include <filesystem>

#include "base/json.h"
#include "base/progress.h"

namespace duet::evaluate {

Json run_dataset(const Json& spec, const std::filesystem::path& folder, const Progress& progress);
Json run_pack(const Json& spec, const std::filesystem::path& folder, const Progress& progress);
Json run_train(const Json& spec, const std::filesystem::path& folder, const Progress& progress);
Json run_quantize(const Json& spec, const std::filesystem::path& folder, const Progress& progress);
Json run_score(const Json& spec, const std::filesystem::path& folder, const Progress& progress);
Json run_simulate(const Json& spec, const std::filesystem::path& folder, const Progress& progress);
Json run_board(const Json& spec, const std::filesystem::path& folder, const Progress& progress);
Json run_bitstream(const Json& spec, const std::filesystem::path& folder, const Progress& progress);
Json run_trial(const Json& spec, const std::filesystem::path& folder, const Progress& progress);
Json run_synth(const Json& spec, const std::filesystem::path& folder, const Progress& progress);
Json run_classes(const Json& spec, const std::filesystem::path& folder, const Progress& progress);
Json run_zoo(const Json& spec, const std::filesystem::path& folder, const Progress& progress);
Json run_verify(const Json& spec, const std::filesystem::path& folder, const Progress& progress);

/// The path of an artefact of another evaluation: {"evaluation": its key, "path": where it lies here}. Throws Error when it is
/// gone.
std::filesystem::path artefact(const Json& spec, const std::string& member);

}  // namespace duet::evaluate
