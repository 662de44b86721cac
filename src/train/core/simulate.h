#pragma once
#include "train/core/model.h"

namespace duet::train::core {

/// The integer network in floating point, in which every value is an exact integer: the twin of golden, through other code. Sums
/// below 2^24 are made in single precision by libtorch's convolutions, larger ones in double.
std::vector<int32_t> simulate_integers(const Plan& plan, const std::vector<IntegerLayer>& layers, const uint8_t* pictures,
                                       int count, const VisitMap& visit);

}  // namespace duet::train::core
