// How many evaluations a second of CPU time the estimator makes: of networks of five Bundles on engines of their own, all
// different, each from the network on with its schedule made; and whole searches over parallel factors. Last line: the first
// figure.
#include <fmt/core.h>

#include <cstdlib>
#include <ctime>
#include <new>
#include <vector>

#include "base/rng.h"
#include "estimate/estimator.h"

namespace {

int64_t allocations = 0;

}  // namespace

void* operator new(size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace {

using namespace duet;

constexpr int kBundles = 5;

struct Point {
  net::Network network;
  engine::Engine engine;
};

net::Network draw_network(Rng& rng) {
  net::Network network;
  network.name = "drawn", network.bundle = net::draw_bundle(rng);
  int channels = static_cast<int>(rng.between(2, 6)) * 8;
  for (int i = 0; i < kBundles; ++i) {
    network.replications.push_back({channels, i < 3 && network.bundle.pool != net::Pool::none});
    channels = std::min<int>(384, channels * static_cast<int>(rng.between(2, 5)) / 2 / 8 * 8);
  }
  return network;
}

// Of lanes, widths and packings of its own, with memories for the network, such that it fits the device.
std::vector<Point> draw_points(const device::Device& device, size_t count, Rng& rng) {
  std::vector<Point> points;
  while (points.size() < count) {
    Point p{draw_network(rng), {}};
    engine::Engine& e = p.engine;
    e.family = device.family, e.bundle = p.network.bundle;
    e.in_lanes = 4 * static_cast<int>(rng.between(1, 8)), e.out_lanes = 2 * static_cast<int>(rng.between(2, 16));
    e.dw_lanes = engine::dw_kernel(e) ? static_cast<int>(rng.between(1, 8)) : 0;
    e.weight_bits = static_cast<int>(rng.between(2, 12)), e.feature_bits = static_cast<int>(rng.between(3, 12));
    e.products = rng.chance(0.5) ? 1 : 2 * static_cast<int>(rng.between(1, 3));
    if (!engine::illegal_because(e).empty()) continue;
    e = program::size_for(e, p.network);
    if (!program::unfit_because(p.network, e).empty()) continue;
    if (device::fits(estimate::engine_resources(e), device.resources)) points.push_back(std::move(p));
  }
  return points;
}

double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

int main() {
  constexpr size_t kPoints = 20000, kSearches = 20;
  const device::Device device = device::find_device("pynq-z1");
  Rng rng(1);
  const std::vector<Point> points = draw_points(device, kPoints, rng);
  estimate::Estimator estimate;
  int64_t checksum = 0;
  const auto all = [&] {
    for (const Point& p : points) checksum += estimate(p.network, p.engine, device).cycles;
  };
  all();  // what is kept grows to the largest
  const int64_t allocated = allocations;
  const double start = seconds();
  all();
  const double each = (seconds() - start) / kPoints;
  const int64_t more = allocations - allocated;

  const double search_start = seconds();
  for (size_t i = 0; i < kSearches; ++i) {
    const engine::Engine& e = points[i].engine;
    checksum += static_cast<int64_t>(estimate::designs(points[i].network, device, e.weight_bits, e.feature_bits).size());
  }
  const double search = (seconds() - search_start) / kSearches;

  fmt::print("{} networks of {} Bundles of the whole pool at 160 x 360 on engines of their own that fit {}\n", kPoints, kBundles,
             device.title);
  fmt::print("allocations in the loop:            {:>10}\n", more);
  fmt::print("searches over parallel factors:     {:>10.1f} / s\n", 1 / search);
  fmt::print("checksum of their cycles:           {:>10}\n", checksum % 1000000007);
  fmt::print("{:.0f} evaluations/s/core\n", 1 / each);
}
