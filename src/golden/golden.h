#pragma once
#include <vector>

#include "quant/quantized.h"

namespace duet::golden {

/// Runs the integer network on a picture (3 x height x width bytes as 0..255, docs/arithmetic.md 5): the reference for
/// everything. Returns the head's map (signed 16 bit values).
layer::IntMap run(const quant::QuantizedNetwork& network, const layer::IntMap& picture);

/// Every feature map in graph order (the input first), for comparison layer by layer.
std::vector<layer::IntMap> run_all(const quant::QuantizedNetwork& network, const layer::IntMap& picture);

}  // namespace duet::golden
