#pragma once
#include "device/device.h"
#include "engine/engine.h"
#include "program/passes.h"

namespace duet::estimate {

/// External memory seen from the engine's clock.
struct Rates {
  double port_bytes = 8;    ///< a 64-bit port, per cycle and direction
  double memory_bytes = 8;  ///< both directions together, per cycle
};
Rates rates(const device::Device& device);

/// Cycles of a frame on duet's engine in closed form: every layer takes its slowest stage times its tiles, plus the fill of its
/// first tile. Within a few per cent of program::predict (a test says how few), and a thousand times faster: it ranks candidates.
int64_t schedule_bound(const std::vector<program::Pass>& passes, const engine::Engine& engine, const Rates& rates);

}  // namespace duet::estimate
