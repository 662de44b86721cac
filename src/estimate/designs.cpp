// The inner search: every legal set of parallel factors is ranked by a closed form of its cycles, the best few are estimated
// exactly.

#include <algorithm>
#include <bit>
#include <cmath>

#include "estimate/estimate.h"
#include "estimate/schedule_bound.h"
#include "fixed/requantize.h"
#include "program/program.h"

namespace duet::estimate {
namespace {

constexpr size_t kExact = 4;  // candidates estimated exactly beyond those asked for
constexpr int kMaxLanes = 64;
constexpr int kMostDwLanes = 8, kMostDwNibbles = 16;  // as many as a beat holds channels

struct Candidate {
  int64_t cycles = 0;
  int in = 1, out = 1, depthwise = 1, products = 1, unit_groups = 1, in_luts = 0;
};

struct Problem {
  const net::Network& network;
  const device::Device& device;
  std::vector<program::Pass> passes;
  engine::Engine engine;  // widths and Bundle set
  Rates rates;
  bool pairs = false;  // two products of the widths fit a DSP
  int most = 1;        // four, or six of a kernel's rows, or 1
  int pair_lanes = 2;  // of output channels that share a DSP, of pairs
};

// Wide enough for any weights: a sign, the largest sum of a layer's products, and as much again for the bias. The picture has 8
// bits.
int accumulator_bits(const std::vector<program::Pass>& passes, const engine::Engine& engine) {
  const int64_t feature =
      engine::signed_features(engine) ? int64_t{1} << (engine.feature_bits - 1) : (int64_t{1} << engine.feature_bits) - 1;
  int64_t most = 1, input = 255;
  const auto layer = [&](int64_t products) {
    most = std::max(most, products * input * fixed::weight_limit(engine.weight_bits));
    input = feature;
  };
  for (const program::Pass& pass : passes) {
    if (pass.depthwise) layer(int64_t{pass.depthwise} * pass.depthwise);
    if (pass.dense) layer(int64_t{pass.in.channels} * pass.dense * pass.dense);
  }
  return std::clamp(static_cast<int>(std::bit_width(static_cast<uint64_t>(2 * most))) + 1, 16, 40);
}

Problem make_problem(const net::Network& network, const device::Device& device, int weight_bits, int feature_bits) {
  Problem p{network, device, program::passes(network), {}, rates(device)};
  p.engine.family = device.family;
  p.engine.bundle = network.bundle;
  p.engine.weight_bits = weight_bits;
  p.engine.feature_bits = feature_bits;
  p.engine.acc_bits = accumulator_bits(p.passes, p.engine);
  const bool one_pixel = engine::array_kernel(p.engine) > 1;  // more than one shares no DSP there
  const device::Packing pair = engine::pair(p.engine);
  p.pairs = pair.products == 2 && !(one_pixel && pair.features == 2);
  p.pair_lanes = pair.weights;
  engine::Engine joined = p.engine;
  joined.products = one_pixel ? 6 : 4;
  if (engine::pair(joined).products == joined.products) p.most = joined.products;
  return p;
}

engine::Engine engine_of(const Problem& p, const Candidate& c) {
  engine::Engine e = p.engine;
  e.in_lanes = c.in;
  e.out_lanes = c.out;
  e.dw_lanes = c.depthwise;
  e.products = c.products;
  e.unit_groups = c.unit_groups;
  e.dw_in_luts = c.in_luts;
  if (!engine::illegal_because(e).empty()) return e;
  return program::size_for(e, p.network, p.device.resources.bram36, program::memory_of(p.device, p.device.clock_mhz));
}

// Multipliers of a candidate, or -1 where the hardware's rules forbid it (the part of engine::illegal_because that lanes can
// break: asking it here would take longer than all the rest).
int64_t multipliers(const engine::Engine& e) {
  return e.dw_lanes == 0 || engine::beat_lanes(e) % e.dw_lanes == 0 ? engine::dsp_count(e) : -1;
}

// Adds the candidate that `e` is, unless it breaks a rule or takes too many multipliers. Two products share a DSP only where the
// multipliers would not suffice otherwise: taking them apart costs LUTs.
void add(const Problem& p, engine::Engine e, int64_t dsp_limit, std::vector<Candidate>& all) {
  int64_t dsp = multipliers(e);
  if (dsp > dsp_limit && p.pairs && e.out_lanes % p.pair_lanes == 0) {
    e.products = 2;
    dsp = multipliers(e);
  }
  const auto push = [&] {
    all.push_back(
        {schedule_bound(p.passes, e, p.rates), e.in_lanes, e.out_lanes, e.dw_lanes, e.products, e.unit_groups, e.dw_in_luts});
  };
  if (dsp >= 0 && dsp <= dsp_limit) push();
  if (p.most == 1 || (p.most == 4 && e.out_lanes % 2)) return;
  e.products = p.most;  // of two pixels
  dsp = multipliers(e);
  if (dsp >= 0 && dsp <= dsp_limit) push();
}

// All candidates of at most `dsp_limit` multipliers, fastest first.
std::vector<Candidate> candidates(const Problem& p, int64_t dsp_limit) {
  std::vector<Candidate> all;
  engine::Engine e = p.engine;
  const int64_t product_limit = dsp_limit * (p.pairs ? 2 : 1);
  const bool depthwise = engine::dw_kernel(e) > 0;
  const int dw_first = depthwise ? 1 : 0, dw_last = !depthwise ? 0 : e.feature_bits <= 4 ? kMostDwNibbles : kMostDwLanes;
  for (e.out_lanes = 1; e.out_lanes <= std::min<int64_t>(kMaxLanes, product_limit); ++e.out_lanes)
    for (e.in_lanes = 1; e.in_lanes <= kMaxLanes && e.in_lanes * e.out_lanes <= product_limit; ++e.in_lanes)
      for (e.dw_lanes = dw_first; e.dw_lanes <= dw_last; ++e.dw_lanes)
        for (e.dw_in_luts = 0; e.dw_in_luts <= dw_first; ++e.dw_in_luts)
          for (e.unit_groups = 1; e.unit_groups <= 2; ++e.unit_groups)
            if (e.unit_groups == 1 || engine::nibbles(e)) add(p, e, dsp_limit, all);
  std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) { return a.cycles < b.cycles; });
  return all;
}

// By how much the network is too large for the memory of a board that has its own.
double memory_excess(const Problem& p, int64_t bytes) {
  return p.device.board ? std::max(0.0, static_cast<double>(bytes) / static_cast<double>(p.device.board->memory_bytes) - 1) : 0;
}

// No engine's program for the network takes less: the picture, and maps whose beats are all full.
int64_t least_memory(const Problem& p) {
  const int bits = p.engine.feature_bits <= 4 ? 4 : p.engine.feature_bits <= 8 ? 8 : 16, lanes = 64 / bits;
  int64_t beats = p.network.input.pixels();
  for (const program::Pass& pass : p.passes)
    if (!pass.head) beats += int64_t{(pass.out.channels + lanes - 1) / lanes} * pass.out.pixels();
  return 8 * beats;
}

std::vector<Design> fitting(const Problem& p, size_t wanted) {
  std::vector<Design> found;
  if (memory_excess(p, least_memory(p)) > 0) return found;
  for (const Candidate& c : candidates(p, p.device.resources.dsp)) {
    if (found.size() >= wanted) break;
    const engine::Engine e = engine_of(p, c);
    if (!device::fits(engine_resources(e), p.device.resources)) continue;
    if (!program::unfit_because(p.network, e).empty()) continue;
    if (p.device.board && memory_excess(p, program::memory_bytes(program::compile(p.network, e))) > 0) continue;
    found.push_back({e, estimate(p.network, e, p.device), 0});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Design& a, const Design& b) { return a.estimate.cycles < b.estimate.cycles; });
  return found;
}

// Where nothing fits: the designs that are least too large, in steps of 10 %, the fastest of a step first.
int step(double excess) { return static_cast<int>(std::ceil(std::min(excess, 1e6) * 10)); }

std::vector<Design> nearest(const Problem& p, size_t wanted) {
  std::vector<Design> found;
  const double memory = memory_excess(p, least_memory(p));
  for (const Candidate& c : candidates(p, p.device.resources.dsp + 16)) {
    const engine::Engine e = engine_of(p, c);
    if (!program::unfit_because(p.network, e).empty()) continue;
    found.push_back({e, {}, std::max(memory, excess(engine_resources(e), p.device.resources))});
  }
  std::stable_sort(found.begin(), found.end(), [](const Design& a, const Design& b) { return step(a.excess) < step(b.excess); });
  if (found.size() > wanted) found.resize(wanted);
  for (Design& design : found) {
    design.estimate = estimate(p.network, design.engine, p.device);
    design.excess = std::max(design.excess, memory_excess(p, design.estimate.memory_bytes));
  }
  return found;
}

// The compact engine is what it is: it runs the network on the device, or no engine of the family does.
std::vector<Design> compact_design(const net::Network& network, const device::Device& device, int weight_bits, int feature_bits) {
  const engine::Engine engine = engine::compact_engine(network.bundle, weight_bits, feature_bits);
  if (!program::unfit_because(network, engine).empty()) return {};
  return {{engine, estimate(network, engine, device), excess(engine_resources(engine), device.resources)}};
}

}  // namespace

std::vector<Design> designs(const net::Network& network, const device::Device& device, int weight_bits, int feature_bits,
                            int count) {
  if (device.family == device::Family::ice40) return compact_design(network, device, weight_bits, feature_bits);
  const Problem p = make_problem(network, device, weight_bits, feature_bits);
  const size_t wanted = static_cast<size_t>(std::max(1, count));
  std::vector<Design> found = fitting(p, wanted + kExact);
  if (found.empty()) return nearest(p, wanted);
  if (found.size() > wanted) found.resize(wanted);
  return found;
}

std::vector<engine::Engine> best_engines(const net::Network& network, const device::Device& device, int weight_bits,
                                         int feature_bits, int count) {
  std::vector<engine::Engine> engines;
  for (const Design& design : designs(network, device, weight_bits, feature_bits, count))
    if (design.excess == 0) engines.push_back(design.engine);
  return engines;
}

std::string impossible_because(const net::Network& network, const device::Device& device, int weight_bits, int feature_bits) {
  if (device.family == device::Family::ice40)
    return "the compact engine cannot run it: " +
           program::unfit_because(network, engine::compact_engine(network.bundle, weight_bits, feature_bits));
  const Problem p = make_problem(network, device, weight_bits, feature_bits);
  Candidate least;
  if (engine::dw_kernel(p.engine) == 0) least.depthwise = 0;
  const engine::Engine e = engine_of(p, least);
  const std::string illegal = engine::illegal_because(e);
  return "no engine can run it: " + (illegal.empty() ? program::unfit_because(network, e) : illegal);
}

}  // namespace duet::estimate
