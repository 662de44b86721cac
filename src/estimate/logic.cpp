#include "estimate/logic.h"

#include <cmath>

namespace duet::estimate {
namespace {

// Placeholder figures until syntheses are fitted.
struct Coefficients {
  double base, multiplier, lane_bit, beat, depthwise;
};
constexpr Coefficients kLut{2500, 12, 1.5, 700, 150};
constexpr Coefficients kFf{2500, 20, 2.5, 150, 200};

double linear(const Coefficients& c, double multipliers, double lane_bits, double beat, double depthwise) {
  return c.base + c.multiplier * multipliers + c.lane_bit * lane_bits + c.beat * beat + c.depthwise * depthwise;
}

// Lattice LUTs have four inputs where Xilinx's have six.
double lut_factor(device::Family family) { return family == device::Family::ice40 || family == device::Family::ecp5 ? 1.7 : 1; }

}  // namespace

Logic engine_logic(const engine::Engine& e, device::Family family) {
  const double multipliers = engine::dsp_count(e), lane_bits = e.out_lanes * e.acc_bits;
  const double beat = engine::beat_lanes(e);
  return {std::llround(lut_factor(family) * linear(kLut, multipliers, lane_bits, beat, e.dw_lanes)),
          std::llround(linear(kFf, multipliers, lane_bits, beat, e.dw_lanes))};
}

Logic modelled_logic(const engine::Engine& e, int64_t multipliers, int stages, device::Family family) {
  const double lane_bits = stages * e.out_lanes * e.acc_bits, beat = 4 * stages;
  return {std::llround(lut_factor(family) * linear(kLut, static_cast<double>(multipliers), lane_bits, beat, e.dw_lanes)),
          std::llround(linear(kFf, static_cast<double>(multipliers), lane_bits, beat, e.dw_lanes))};
}

}  // namespace duet::estimate
