#pragma once
#include <functional>

#include "base/progress.h"

namespace duet::base {

/// Calls work(i) for every i in [0, count) on `threads` threads (0: one per core). The first exception stops the rest and is
/// thrown here. `progress` is called from this thread's pool under a lock, in units of items. What work(i) does must not depend
/// on the order.
void parallel_for(int count, const std::function<void(int)>& work, const Progress& progress = {}, int threads = 0);

}  // namespace duet::base
