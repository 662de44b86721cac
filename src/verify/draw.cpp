#include "verify/draw.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/error.h"
#include "estimate/estimate.h"
#include "quant/quantize.h"
#include "verify/numbers.h"

namespace duet::verify {
namespace {

constexpr Range kWeightBits{"weight bits", 2, 16}, kFeatureBits{"feature bits", 2, 16}, kAccBits{"accumulator bits", 16, 40};
constexpr Range kLatency{"AXI latency", 0, 200}, kGaps{"idle cycles in 20 beats", 0, 40};
constexpr Range kHeight{"picture height", 1, 32}, kWidth{"picture width", 1, 40}, kAnchors{"anchors", 1, 4};
constexpr Range kBundles{"Bundles", 1, 5}, kChannels{"channels", 1, 64};
constexpr Range kInLanes{"input lanes", 1, 24}, kOutLanes{"output lanes", 1, 24}, kDwLanes{"depth-wise lanes", 0, 16};
constexpr Range kProducts{"products a DSP (1, 2, 4 or, of rows, 6)", 1, 6}, kDwInLuts{"depth-wise multipliers in LUTs", 0, 1};
constexpr Range kUnitGroups{"output groups of a unit", 1, 2},
    kPicture{"picture (0 as it is, 1 quads, 2 two columns at once)", 0, 2};
constexpr Range kDoublings{"a memory's doublings beyond need", 0, 4};
constexpr Range kCycles{"cycles a frame", 0, 100'000};  // what a simulation may take

constexpr std::array<int, 3> kWays{1, 2, 4};                                  // products a DSP; 4: of rows 6
constexpr int kPictureWays = 3;                                               // kPicture
constexpr int kMappings = 2 * kPictureWays * static_cast<int>(kWays.size());  // and depth-wise multipliers in LUTs
constexpr int kMostNibble = 4;                                                // bits
constexpr int kPatience = 200, kDespair = 10'000;                             // tries
constexpr int kLeastSigned = 3;                                               // bits: of -2..1 only -1 is neither 0 nor clipped
constexpr double kNarrower = 0.25, kMoreMemory = 0.5, kGapless = 0.5, kNoPool = 0.2, kExactAccumulator = 0.3, kScarce = 0.5,
                 kAnyBundle = 0.5, kBypass = 0.6, kUnusedBypass = 0.2;

int draw(const Range& range, Rng& rng) { return static_cast<int>(rng.between(range.lo, range.hi)); }

bool can_join(engine::Engine engine, int weight_bits, int feature_bits) {
  engine.weight_bits = weight_bits, engine.feature_bits = feature_bits;
  if (engine.products > 1 && engine::pair(engine).products != engine.products) return false;
  return engine::array_kernel(engine) == 1 || engine::pixels(engine) == 1 || engine::row_taps(engine) > 1;
}

bool joins_with_some(const engine::Engine& engine, int weight_bits, int most_feature_bits) {
  for (int f = engine::signed_features(engine) ? kLeastSigned : kFeatureBits.lo; f <= most_feature_bits; ++f)
    if (can_join(engine, weight_bits, f)) return true;
  return false;
}

// The pool's Bundles that differ in their computing layers.
const std::vector<net::Bundle>& by_layers() {
  static const std::vector<net::Bundle> all = [] {
    std::vector<net::Bundle> different;
    for (const net::Bundle& bundle : net::all_bundles())
      if (different.empty() || different.back().layers != bundle.layers) different.push_back(bundle);
    return different;
  }();
  return all;
}

const net::Bundle& plain_bundle() {
  static const net::Bundle bundle = net::parse_bundle("dw3-conv1-bn-relu-max");
  return bundle;
}

program::Memory draw_memory(int latency, Rng& rng) {
  program::Memory memory;
  memory.latency = latency;
  if (!rng.chance(kGapless)) memory.gap_num = draw(kGaps, rng), memory.gap_den = 20;
  return memory;
}

// Lanes in whole beats, so that other lanes than one are not rare.
void try_lanes(engine::Engine& engine, Rng& rng) {
  const int most = 64 / (engine.feature_bits <= kMostNibble ? kMostNibble : engine.feature_bits <= 8 ? 8 : 16);
  const int beat = static_cast<int>(rng.between(1, most));
  engine.unit_groups = draw(kUnitGroups, rng);
  engine.in_lanes = beat * static_cast<int>(rng.between(1, kInLanes.hi / beat));
  engine.out_lanes = beat * static_cast<int>(rng.between(1, kOutLanes.hi / beat));
  if (engine.out_lanes % engine.unit_groups == 0 && rng.chance(0.5)) engine.out_lanes /= engine.unit_groups;
  engine.dw_lanes = engine::dw_kernel(engine) ? draw({"", 1, most}, rng) : 0;
}

// Around some of the replications, where one pools a map of even size; its channels fill beats.
void try_bypass(net::Network& network, const engine::Engine& engine, bool quads, int least_channels, Rng& rng) {
  const auto count = static_cast<int>(network.replications.size());
  std::vector<net::Bypass> possible;
  net::Shape map = network.input;
  for (int from = 0; from < count; ++from) {
    if (!network.replications[static_cast<size_t>(from)].downsample) continue;
    if (map.height % 2 == 0 && map.width % 2 == 0 && !(quads && from == 0)) {
      int to = from + 1;
      do possible.push_back({from, to});
      while (to < count && !network.replications[static_cast<size_t>(to++)].downsample);
    }
    map.height /= 2, map.width /= 2;
  }
  if (possible.empty()) return;
  network.bypass = possible[rng.below(possible.size())];
  int& channels = network.replications[static_cast<size_t>(network.bypass->from)].channels;
  const int beat = engine::beat_lanes(engine);
  channels = channels / beat * beat;
  if (channels < least_channels) channels += beat;
}

// Many wide channels and large kernels can have sums that no accumulator holds: those of narrower numbers than the engine's fit.
void narrow(Design& design) {
  if (design.weight_bits > kWeightBits.lo) --design.weight_bits;
  if (design.feature_bits > kLeastSigned) --design.feature_bits;
}

}  // namespace

const std::vector<Range>& ranges() {
  static const std::vector<Range> all{kWeightBits, kFeatureBits, kAccBits,  kLatency,   kGaps,     kHeight,  kWidth,
                                      kAnchors,    kBundles,     kChannels, kInLanes,   kOutLanes, kDwLanes, kProducts,
                                      kDwInLuts,   kUnitGroups,  kPicture,  kDoublings, kCycles};
  return all;
}

int Deck::take(Rng& rng, const std::function<bool(int)>& allowed) {
  for (;;) {
    const auto found = std::find_if(cards_.begin(), cards_.end(), [&](int card) { return !allowed || allowed(card); });
    if (found != cards_.end()) {
      const int card = *found;
      cards_.erase(found);
      return card;
    }
    std::vector<int> fresh;
    for (int value = lo_; value <= hi_; ++value) fresh.push_back(value);
    rng.shuffle(fresh);
    cards_.insert(cards_.end(), fresh.begin(), fresh.end());
  }
}

Drawer::Drawer(uint64_t seed, const device::Device& device)
    : rng_(seed),
      device_(device),
      weight_bits_(kWeightBits.lo, kWeightBits.hi),
      feature_bits_(kFeatureBits.lo, kFeatureBits.hi),
      latencies_(kLatency.lo, kLatency.hi),
      mappings_(0, kMappings - 1),
      layers_(0, static_cast<int>(by_layers().size()) - 1) {}

// Any Bundle that allows depth-wise multipliers in LUTs where they are wanted.
net::Bundle Drawer::draw_bundle(bool dw_in_luts) {
  net::Bundle bundle = by_layers()[static_cast<size_t>(layers_.take(rng_, [&](int i) {
    engine::Engine engine;
    engine.bundle = by_layers()[static_cast<size_t>(i)];
    return !dw_in_luts || engine::dw_kernel(engine) > 0;
  }))];
  bundle.relu = rng_.chance(0.5);
  bundle.pool = std::array{net::Pool::none, net::Pool::max, net::Pool::average}[rng_.below(3)];
  return bundle;
}

// Several products a DSP need widths that allow them, so they come first.
Drawer::Wish Drawer::draw_choices(Design& design) {
  engine::Engine& e = design.engine;
  e.family = device_.family;
  const bool any = rng_.chance(kAnyBundle);
  const auto picture_of = [](int mapping) { return mapping / 2 % kPictureWays; };
  const int mapping = mappings_.take(rng_, [&](int m) { return !any || picture_of(m) == 0; });
  e.products = kWays[static_cast<size_t>(mapping / (2 * kPictureWays))];
  e.bundle = any ? draw_bundle(mapping & 1) : plain_bundle();
  if (e.products == 4 && engine::array_kernel(e) > 1) e.products = 6;
  if (!any && picture_of(mapping) == 0 && rng_.chance(kNoPool)) e.bundle.pool = net::Pool::none;
  e.dw_in_luts = mapping & 1 && engine::dw_kernel(e);
  const int picture = picture_of(mapping), most = picture == 2 ? kMostNibble : kFeatureBits.hi;
  e.weight_bits = weight_bits_.take(rng_, [&](int w) { return joins_with_some(e, w, most); });
  const int least = engine::signed_features(e) ? kLeastSigned : kFeatureBits.lo;
  e.feature_bits = feature_bits_.take(rng_, [&](int f) { return f >= least && f <= most && can_join(e, e.weight_bits, f); });
  design.weight_bits = rng_.chance(kNarrower) ? static_cast<int>(rng_.between(2, e.weight_bits)) : e.weight_bits;
  design.feature_bits = rng_.chance(kNarrower) ? static_cast<int>(rng_.between(least, e.feature_bits)) : e.feature_bits;
  design.memory = draw_memory(latencies_.take(rng_), rng_);
  const int turn = drawn_++ % 4;
  return {turn == 0, turn == 2, picture > 0, picture == 2};
}

net::Network Drawer::draw_network(const Wish& wish, const net::Bundle& bundle) {
  net::Network network;
  network.name = "random";
  network.bundle = bundle;
  const bool pools = bundle.pool != net::Pool::none;
  network.input = {3, draw(kHeight, rng_), draw(kWidth, rng_)};
  int height = network.input.height, width = network.input.width;
  for (int i = 0, n = draw({"", wish.deep ? kManyBundles : kBundles.lo, kBundles.hi}, rng_); i < n; ++i) {
    const bool pool = pools && height > 1 && width > 1 && ((i == 0 && wish.quads) || rng_.chance(0.5));
    network.replications.push_back({draw({"", wish.deep ? kManyChannels : kChannels.lo, kChannels.hi}, rng_), pool});
    if (pool) height /= 2, width /= 2;
  }
  network.anchors.resize(static_cast<size_t>(draw(kAnchors, rng_)), {0.1, 0.1});
  return network;
}

void Drawer::draw_lanes(engine::Engine& engine, const Wish& wish, int most_multipliers) {
  engine.buffers = {};  // those of a design drawn before may be what was wrong with it
  do try_lanes(engine, rng_);
  while (!engine::illegal_because(engine).empty() || (wish.quads && !engine::quads(engine)) ||
         (wish.nibbles && !engine::nibbles(engine)) ||
         (wish.many_multipliers && engine.in_lanes * engine.out_lanes < kManyMultipliers) ||
         engine.in_lanes * engine.out_lanes > most_multipliers);
}

engine::Buffers Drawer::draw_memories(engine::Buffers buffers) {
  using B = engine::Buffers;
  for (int B::*words : {&B::line_words, &B::side_words, &B::tile_words, &B::psum_words, &B::result_words, &B::pw_weight_words,
                        &B::dw_weight_words, &B::pw_param_words, &B::dw_param_words})
    if (rng_.chance(kMoreMemory)) {
      buffers.*words <<= draw(kDoublings, rng_);
      buffers.*words += static_cast<int>(rng_.below(static_cast<uint64_t>(buffers.*words) / 2 + 1));
    }
  return buffers;
}

// Less than what lets the engine run at its best, down to what it needs to run at all: weights are streamed, layers take no
// turns, rings hold one tile.
void Drawer::draw_scarce(engine::Engine& engine, const net::Network& network) {
  using B = engine::Buffers;
  for (int B::*words : {&B::pw_weight_words, &B::side_words, &B::tile_words, &B::result_words}) {
    if (!rng_.chance(kScarce)) continue;
    int& now = engine.buffers.*words;
    const int enough = now;
    int least = words == &B::side_words ? 0 : 1;
    for (int most = enough; least < most;) {
      now = (least + most) / 2;
      if (program::unfit_because(network, engine).empty())
        most = now;
      else
        least = now + 1;
    }
    now = rng_.chance(kScarce) ? least : static_cast<int>(rng_.between(least, enough));
  }
}

// Whether it runs, in a time that can be simulated, on numbers that tell something.
bool Drawer::sound(const Design& design) {
  if (!program::unfit_because(design.network, design.engine).empty()) return false;
  if (program::predict(program::compile(design.network, design.engine), design.memory).frame > kCycles.hi) return false;
  const Numbers numbers = draw_numbers(design);
  return quant::accumulator_bits(numbers.network) <= design.engine.acc_bits &&
         least(live_outputs(numbers, golden_maps(numbers))) >= kLeastLive;
}

// Adds what follows from the numbers; false where the design is not one to verify.
bool Drawer::complete(Design& design) {
  engine::Engine& e = design.engine;
  const auto fits = [&] { return estimate::excess(estimate::engine_resources(e), device_.resources) == 0; };
  e.acc_bits = kAccBits.lo;
  if (!fits()) return false;
  e.acc_bits = kAccBits.hi;
  if (!sound(design)) return false;
  const int least_bits = std::max(kAccBits.lo, quant::accumulator_bits(draw_numbers(design).network));
  e.acc_bits = rng_.chance(kExactAccumulator) ? least_bits : static_cast<int>(rng_.between(least_bits, kAccBits.hi));
  return fits();
}

Design Drawer::next_compact() {
  const auto runs = [](int i) {
    const std::vector<net::ComputeLayer>& layers = by_layers()[static_cast<size_t>(i)].layers;
    const bool sides =
        std::all_of(layers.begin(), layers.end(), [](const net::ComputeLayer& l) { return l.kernel == (l.depthwise ? 3 : 1); });
    return sides && !std::all_of(layers.begin(), layers.end(), [](const net::ComputeLayer& l) { return l.depthwise; });
  };
  net::Bundle bundle = by_layers()[static_cast<size_t>(layers_.take(rng_, runs))];
  bundle.relu = true, bundle.pool = rng_.chance(kNoPool) ? net::Pool::none : net::Pool::max;
  Design design;
  const auto byte = [](int bits) { return bits <= 8; };
  design.weight_bits = weight_bits_.take(rng_, byte), design.feature_bits = feature_bits_.take(rng_, byte);
  design.engine = engine::compact_engine(bundle, design.weight_bits, design.feature_bits);
  const Wish wish{false, drawn_++ % 4 == 2, false, false};
  for (int tries = 1; tries <= kDespair; ++tries) {
    design.network = draw_network(wish, bundle);
    design.seed = rng_.bits();
    if (sound(design)) return design;
  }
  throw Error("none of the networks drawn one after another runs on the compact engine", device_.name, "this is a fault of duet");
}

Design Drawer::next() {
  if (device_.family == device::Family::ice40) return next_compact();
  Design design;
  const Wish wish = draw_choices(design);
  for (int tries = 1;; ++tries) {
    design.network = draw_network(wish, design.engine.bundle);
    const int patience_lost = std::min(tries / kPatience, 8);
    draw_lanes(design.engine, wish, std::max(kManyMultipliers, kInLanes.hi * kOutLanes.hi >> patience_lost));
    design.engine.bypass = design.network.bundle.pool != net::Pool::none && rng_.chance(kBypass);
    if (design.engine.bypass && !rng_.chance(kUnusedBypass))
      try_bypass(design.network, design.engine, wish.quads, wish.deep ? kManyChannels : kChannels.lo, rng_);
    design.engine = program::size_for(design.engine, design.network);
    if (rng_.chance(kMoreMemory) && patience_lost == 0)
      design.engine.buffers = draw_memories(design.engine.buffers);
    else if (rng_.chance(kScarce))
      draw_scarce(design.engine, design.network);
    design.seed = rng_.bits();
    if ((!wish.quads || runs_quads(design)) && complete(design)) return design;
    if (tries % kPatience == 0) narrow(design);
    if (tries == kDespair)
      throw Error(fmt::format("none of {} designs drawn one after another fits, the last one {}", tries, describe(design)),
                  device_.name, "verify a larger device");
  }
}

std::vector<Design> draw(int count, uint64_t seed, const device::Device& device) {
  Drawer drawer(seed, device);
  std::vector<Design> designs;
  std::generate_n(std::back_inserter(designs), count, [&] { return drawer.next(); });
  return designs;
}

}  // namespace duet::verify
