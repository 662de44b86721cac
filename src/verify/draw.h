#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/rng.h"
#include "device/device.h"
#include "verify/design.h"

namespace duet::verify {

/// What a number of a design is drawn from, both ends included.
struct Range {
  const char* name;
  int lo, hi;
};
/// All of them, as `duet verify` prints them.
const std::vector<Range>& ranges();

/// Of every four designs one has at least so many multipliers in its point-wise array, another one at least so many Bundles,
/// each of at least so many channels.
inline constexpr int kManyMultipliers = 64, kManyBundles = 3, kManyChannels = 32;
/// Least share of a layer's outputs that are neither 0 nor clipped; designs with less are drawn again.
inline constexpr double kLeastLive = 0.3;

/// Values dealt like cards, in random order: where every value is allowed, all come up before any comes up again. Where the next
/// cards are not allowed they stay, and fresh ones are dealt behind them: values that are seldom allowed come up less often.
class Deck {
 public:
  Deck(int lo, int hi) : lo_(lo), hi_(hi) {}
  /// The next value that `allowed` accepts; those before it stay for later. One value at least must be acceptable.
  int take(Rng& rng, const std::function<bool(int)>& allowed = {});

 private:
  int lo_, hi_;
  std::vector<int> cards_;
};

/// Draws designs for a device, one after another: the same seed and device, the same designs. Half of them are of dw3-conv1, the
/// rest of any Bundle, whose computing layers are dealt like cards. Every AXI latency comes up as often as any other; a mapping
/// (products a DSP, picture, depth-wise multipliers) or a width less often where few Bundles or mappings allow it. For iCE40:
/// networks that the compact engine runs, their widths and Bundles dealt likewise.
class Drawer {
 public:
  Drawer(uint64_t seed, const device::Device& device);
  /// Throws Error where none that fits the device is found.
  Design next();

 private:
  /// What a design must have; the rest is free.
  struct Wish {
    bool many_multipliers = false, deep = false, quads = false, nibbles = false;
  };
  net::Bundle draw_bundle(bool dw_in_luts);
  Wish draw_choices(Design& design);
  net::Network draw_network(const Wish& wish, const net::Bundle& bundle);
  void draw_lanes(engine::Engine& engine, const Wish& wish, int most_multipliers);
  engine::Buffers draw_memories(engine::Buffers buffers);
  void draw_scarce(engine::Engine& engine, const net::Network& network);
  bool complete(Design& design);
  bool sound(const Design& design);
  Design next_compact();

  Rng rng_;
  const device::Device device_;
  int drawn_ = 0;
  Deck weight_bits_, feature_bits_, latencies_, mappings_, layers_;
};

std::vector<Design> draw(int count, uint64_t seed, const device::Device& device);

}  // namespace duet::verify
