#pragma once
// What a network costs on the run's device, and how far that is from the targets.

#include <optional>

#include "estimate/estimate.h"
#include "flow/config.h"
#include "flow/qor.h"
#include "search/strategy.h"

namespace duet::flow {

/// The fastest engine for a network that fits the device, or the one that comes nearest to fitting.
struct Judged {
  estimate::Design design;
  search::Verdict verdict;
  Widths widths;
};

/// Chooses widths and engine: the first widths, in the user's order, with which every constraint is met; else those with the
/// least load. Nothing when no engine can run the network at all.
std::optional<Judged> judge(const net::Network& network, const Config& config);

/// The same at given widths.
std::optional<Judged> judge(const net::Network& network, Widths widths, const Config& config);

/// For the search: the verdict with figures (see figures()).
search::Verdict verdict(const net::Network& network, const Config& config);
/// The same at given widths, with the worth that is predicted.
search::Verdict verdict(const net::Network& network, Widths widths, const Qor& qor, const Config& config);

/// Engine, widths and estimates as a proposal's log and the Bundles' table hold them.
Json figures(const net::Network& network, const Judged& judged, const Config& config);

/// Parallel factors in words: "8 x 24 lanes, 2 products a DSP, 2 depth-wise lanes", "compact engine, 8 lanes".
std::string describe(const engine::Engine& engine);
/// Multiply-accumulates a DSP of the device does in a cycle.
double mac_per_dsp_cycle(int64_t macs, int64_t cycles, const device::Device& device);
Json to_json(const device::Resources& resources);
/// Parameters of a network, without batch norm.
int64_t parameters(const net::Network& network);

}  // namespace duet::flow
