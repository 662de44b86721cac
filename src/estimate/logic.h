#pragma once
#include <cstdint>

#include "device/device.h"
#include "engine/engine.h"

namespace duet::estimate {

/// LUTs and flip-flops, modelled.
struct Logic {
  int64_t lut = 0, ff = 0;
};

/// Of duet's engine: a linear model fitted to syntheses (docs/estimate.md says how well).
Logic engine_logic(const engine::Engine& engine, device::Family family);
/// Of a Bundle without hardware with `multipliers` and `stages` computing layers: the same model, by its multipliers and lanes.
Logic modelled_logic(const engine::Engine& engine, int64_t multipliers, int stages, device::Family family);

}  // namespace duet::estimate
