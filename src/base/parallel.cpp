#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace duet::base {

void parallel_for(int count, const std::function<void(int)>& work, const Progress& progress, int threads) {
  if (threads <= 0) threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  std::atomic<int> next{0};
  int done = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  auto worker = [&] {
    for (int i = next++; i < count; i = next++) {
      try {
        work(i);
        const std::lock_guard lock(mutex);
        if (progress && !failure) progress(++done, count, "");
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  };
  std::vector<std::thread> pool;
  for (int t = 1; t < std::min(threads, count); ++t) pool.emplace_back(worker);
  worker();
  for (std::thread& thread : pool) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace duet::base
