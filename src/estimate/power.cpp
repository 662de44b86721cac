#include "estimate/power.h"

namespace duet::estimate {
namespace {

// Milliwatts at 100 MHz per unit in use, at the activity of data paths that work most of the time; nanojoules per byte of
// external memory. Sizes, not measurements: docs/power.md.
struct Coefficients {
  double lut, ff, dsp, bram36, byte_nj;
};

Coefficients coefficients(device::Family family) {
  switch (family) {
    case device::Family::xc7:
      return {0.008, 0.004, 1.3, 1.8, 0.5};
    case device::Family::ultrascale:
      return {0.005, 0.0025, 0.8, 1.2, 0.3};
    case device::Family::ice40:
      return {0.005, 0.002, 1.0, 4.0, 1.0};
    case device::Family::ecp5:
      return {0.01, 0.004, 1.6, 2.0, 1.0};
  }
  return {};
}

}  // namespace

Power power(const device::Resources& design, const device::Device& device, double frames_per_second, int64_t bytes) {
  const Coefficients c = coefficients(device.family);
  const double scale = device.clock_mhz / 100 * 1e-3;
  Power p;
  p.board = device.static_watts;
  p.logic = scale * (c.lut * static_cast<double>(design.lut) + c.ff * static_cast<double>(design.ff));
  p.dsp = scale * c.dsp * static_cast<double>(design.dsp);
  p.bram = scale * c.bram36 * design.bram36;
  p.memory = c.byte_nj * 1e-9 * static_cast<double>(bytes) * frames_per_second;
  return p;
}

}  // namespace duet::estimate
