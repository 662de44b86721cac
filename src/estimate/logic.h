#pragma once
#include <array>
#include <cstdint>

#include "device/device.h"
#include "engine/engine.h"

namespace duet::estimate {

/// LUTs and flip-flops, modelled.
struct Logic {
  int64_t lut = 0, ff = 0;
};

inline constexpr size_t kLogicFeatures = 9;
/// What an engine's logic grows with; bench/fit_logic fits a coefficient to each.
using LogicFeatures = std::array<double, kLogicFeatures>;
inline constexpr std::array<const char*, kLogicFeatures> kLogicNames{
    "fixed",       "requantisers",    "requantiser bits", "output lane bits", "multiplexer LUTs",
    "memory bits", "input lane bits", "window bits",      "weight word bits"};
LogicFeatures logic_features(const engine::Engine& engine);

/// Multipliers made of LUTs instead of DSPs: how many, and their LUTs, which are counted, not modelled.
struct LutMultipliers {
  int64_t count = 0, lut = 0;
};
LutMultipliers lut_multipliers(const engine::Engine& engine);

/// The part of it that follows from the RTL's widths without a fit: taking products of a DSP apart, the greatest of four sums.
Logic counted_logic(const engine::Engine& engine);

/// Of duet's engine, hierarchy kept: linear in the features, fitted to syntheses for 7 series and ECP5 (docs/estimate.md says how
/// well), plus counted_logic. UltraScale is taken for 7 series. Of the compact engine: constants.
Logic engine_logic(const engine::Engine& engine);

}  // namespace duet::estimate
