#pragma once
#include <vector>

#include "program/program.h"

namespace duet::program {

/// A number of a layer's descriptor: `bits` of one of its 16 beats, from bit `low` on (docs/registers.md).
struct Field {
  const char* name;
  int64_t value;
  int beat, low, bits;
  bool fits() const { return value >= 0 && value >> bits == 0; }
};

/// All numbers of a layer's descriptor that are not 0 by definition. `previous`: the layer before it, or null; `last`: whether it
/// is the head; `depthwise_hi`, `pointwise_hi`: the largest outputs of its two convolutions.
std::vector<Field> descriptor(const Layer& layer, const Layer* previous, bool last, int depthwise_hi, int pointwise_hi);

}  // namespace duet::program
