#pragma once
// Between the project's types and the plain data that the core library takes.

#include <string>

#include "data/pack.h"
#include "net/network.h"
#include "quant/tensors.h"
#include "train/core/core.h"

namespace duet::train {

/// The network's float operations. Throws Error for a layer that the trainer does not know.
core::Plan make_plan(const net::Network& network);
core::Weights to_weights(const quant::Tensors& tensors);
quant::Tensors to_tensors(const core::Plan& plan, const core::Weights& weights);

/// Two (or `count`) typical box sizes of a pack: k-means on the logarithms, smallest first. The same for equal boxes.
std::vector<net::Anchor> find_anchors(const data::Pack& pack, int count);

/// Opens a pack and checks it against the network's input and, unless `may_be_empty`, that it holds pictures. Throws Error.
data::Pack open_pack(const std::filesystem::path& path, const net::Network& network, bool may_be_empty = false);

/// The library with libtorch in it, opened on first use: beside the program, else where it was built. Throws Error when it cannot
/// be loaded.
const core::Core& library_core();

}  // namespace duet::train
