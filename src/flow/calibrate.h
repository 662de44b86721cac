#pragma once
#include "flow/steps.h"

namespace duet::flow {

/// Shares of a run's time budget, after what does not depend on training.
inline constexpr double kPrototypeShare = 0.1, kScoutShare = 0.1, kFinalistShare = 0.25, kFinalShare = 0.4, kQuantizeShare = 0.15;
inline constexpr int kFewestScouts = 4, kFewestScoutEpochs = 2;  // less says too little of accuracy: the time is the winner's
inline constexpr double kSafety = 0.85;                          // scoring after each epoch, and what else runs on the machine
/// Seconds kept for scoring, simulation, synthesis and the report (measured on 2 cores).
inline constexpr double kVerifySeconds = 150;

/// Pictures that are trained in a second, all cores together, by one network: measured for a few seconds.
double training_rate(const net::Network& network, const Packs& packs, const Config& config, int threads, int at_once,
                     const World& world, const std::filesystem::path& scratch);

/// The plan of a run. Without a time budget, the TOML's numbers; with one, a short calibration tells what fits. `elapsed`:
/// seconds of the budget that are gone. `scratch`: a folder for the calibration, removed afterwards.
Plan make_plan(const Config& config, const Json& bundles, const Packs& packs, const World& world, double elapsed,
               const std::filesystem::path& scratch);

/// The TOML's numbers, whatever the time: threads for at most `cores`.
Plan fixed_plan(const Config& config, int cores);

/// About how long a run takes, without measuring anything: from what networks of the size that the targets allow took on one core
/// of a 2-core machine.
double rough_seconds(const Config& config, const Json& bundles, int training_pictures);

}  // namespace duet::flow
