// How many evaluations a second of CPU time the estimator makes: exact, closed form, and whole searches over parallel factors.
#include <fmt/core.h>

#include <ctime>

#include "estimate/estimate.h"
#include "estimate/schedule_bound.h"

namespace {

using namespace duet;

// Calls per second of CPU time of `work`, over at least half a second.
template <class Work>
double rate(const Work& work) {
  const std::clock_t start = std::clock();
  long calls = 0;
  while (std::clock() - start < CLOCKS_PER_SEC / 2) work(), ++calls;
  return static_cast<double>(calls) * CLOCKS_PER_SEC / static_cast<double>(std::clock() - start);
}

}  // namespace

int main() {
  const device::Device device = device::find_device("pynq-z1");
  const net::Network& network = *net::find_known("dnn-a");
  net::Network other = network;
  other.bundle = net::parse_bundle("conv3-conv1-bn-relu-max");
  const engine::Engine engine = estimate::best_engines(network, device, 8, 8)[0];
  const std::vector<program::Pass> passes = program::passes(network);
  const estimate::Rates rates = estimate::rates(device);
  volatile int64_t sink = 0;
  fmt::print("exact estimate of DNN-A:            {:>10.0f} / s\n",
             rate([&] { sink = estimate::estimate(network, engine, device).cycles; }));
  fmt::print("closed form of DNN-A's cycles:      {:>10.0f} / s\n",
             rate([&] { sink = estimate::schedule_bound(passes, engine, rates); }));
  fmt::print("search over parallel factors:       {:>10.1f} / s\n",
             rate([&] { sink = static_cast<int64_t>(estimate::designs(network, device, 8, 8).size()); }));
  fmt::print("the same for conv3-conv1:           {:>10.1f} / s\n",
             rate([&] { sink = static_cast<int64_t>(estimate::designs(other, device, 8, 8).size()); }));
}
