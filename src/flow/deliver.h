#pragma once
#include <filesystem>

#include "flow/state.h"

namespace duet::flow {

/// Bits that sums of a fine-tuned or calibrated network's integers need (quant::accumulator_bits): a bias may want more than its
/// engine was planned with.
int accumulator_bits(const evaluate::Outcome& quantized);

/// Copies the winner's network (float and quantised) into `out`/network.
void deliver_network(const State& state, const std::filesystem::path& out);
/// Writes the winner's accelerator into `out`/accelerator.
void deliver_accelerator(const State& state, const std::filesystem::path& out);
/// Writes another design of the Pareto set, network and accelerator, into `out`/designs.
void deliver_design(const State& state, const Finalist& finalist, const std::filesystem::path& out);
/// Of such a design, below `out`.
std::filesystem::path design_folder(const Finalist& finalist);
/// Copies the winner's bitstream, where there is one, into `out`/bitstream.
void deliver_bitstream(const State& state, const std::filesystem::path& out);

}  // namespace duet::flow
