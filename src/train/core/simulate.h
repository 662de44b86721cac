#pragma once
#include "train/core/model.h"

namespace duet::train::core {

/// The integer network in double precision, where every value is an exact integer: the twin of golden, through other code.
std::vector<int32_t> simulate_integers(const Plan& plan, const std::vector<IntegerLayer>& layers, const uint8_t* pictures,
                                       int count);

}  // namespace duet::train::core
