#pragma once
#include "device/device.h"
#include "estimate/estimate.h"

namespace duet::estimate {

/// Watts of a design that takes `frames_per_second` frames of `bytes` memory traffic each: the device's static power, plus power
/// per resource and clock, plus energy per byte of memory. A rough estimate: docs/power.md.
Power power(const device::Resources& design, const device::Device& device, double frames_per_second, int64_t bytes);

}  // namespace duet::estimate
