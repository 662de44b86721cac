#pragma once
// The specifications of the evaluations that a run asks for.

#include <string>

#include "base/json.h"
#include "engine/engine.h"
#include "flow/config.h"
#include "flow/steps.h"
#include "verify/design.h"

namespace duet::flow {

/// {"evaluation", "path"} of what an evaluation left behind; `file` within its folder, may be empty.
Json artefact(const evaluate::Outcome& outcome, const std::string& file);

/// Versions of the tools whose work a run is made of: {"libtorch": ..., "Verilator": ..., "Yosys": ...}.
Json tool_versions();

/// Throws Error when a tool that the run will need is missing or too old, before any work is done.
void check_tools();

Json dataset_spec(const DataConfig& data);
Json pack_spec(const std::filesystem::path& root, const std::string& hash, const Config& config);
/// `samples` 0: every picture once an epoch.
Json train_spec(const net::Network& network, const Packs& packs, const Config& config, int epochs, int64_t samples, int threads);
/// A finalist's training: the first part of a learning-rate schedule whose rest the winner takes with continue_spec.
Json finalist_spec(const net::Network& network, const Packs& packs, const Config& config, const Plan& plan);
/// A prototype's training from epoch `first` to `last` of the plan's, going on from `trained` unless that is null.
Json prototype_spec(const net::Network& network, const evaluate::Outcome* trained, int first, int last, const Packs& packs,
                    const Config& config, const Plan& plan);
/// Goes on with the training that left `trained`: its weights and anchors, the schedule from where it ended.
Json continue_spec(const evaluate::Outcome& trained, const Packs& packs, const Config& config, const Plan& plan);
Json quantize_spec(const Json& network, Widths widths, const Packs& packs, const Config& config, int epochs, int64_t samples,
                   int threads);
Json score_spec(const Json& network, const Packs& packs, const std::string& part, const std::string& runner, int threads);
Json simulate_spec(const Json& network, const engine::Engine& engine, const Packs& packs, const Config& config);
/// Random weights and noise, seeded by the config.
Json trial_spec(const net::Network& network, const engine::Engine& engine, const Config& config);
Json synth_spec(const engine::Engine& engine, const Config& config);
/// A test picture through the serial line of the device's board.
Json board_spec(const Json& network, const engine::Engine& engine, const Packs& packs, const Config& config);
Json bitstream_spec(const engine::Engine& engine, const Config& config);
Json verify_spec(const verify::Design& design, const std::filesystem::path& device_file, bool synthesise, bool netlist);

}  // namespace duet::flow
