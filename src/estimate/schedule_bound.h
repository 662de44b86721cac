#pragma once
#include "device/device.h"
#include "engine/engine.h"
#include "estimate/modelled.h"

namespace duet::estimate {

/// Cycles of a frame on duet's engine in closed form: every layer takes its slowest stage times its tiles, plus the fill of its
/// first tile. Within a few per cent of program::predict (a test says how few), and a thousand times faster: it ranks candidates.
int64_t schedule_bound(const Plan& plan, const engine::Engine& engine, const Rates& rates);

}  // namespace duet::estimate
