#pragma once
#include <algorithm>
#include <cstdint>

namespace duet::fixed {

/// Inclusive range of a stored integer.
struct Range {
  int32_t lo = 0, hi = 0;
  bool operator==(const Range&) const = default;
};

/// Range of a feature map of `bits` (2..16): unsigned after ReLU, else two's complement (docs/arithmetic.md, 1).
constexpr Range feature_range(int bits, bool is_signed) {
  return is_signed ? Range{-(1 << (bits - 1)), (1 << (bits - 1)) - 1} : Range{0, (1 << bits) - 1};
}

/// Largest magnitude of a weight of `bits` (2..16): symmetric, so the most negative code is never used.
constexpr int32_t weight_limit(int bits) { return (1 << (bits - 1)) - 1; }

/// Widest accumulator of any engine, and so the width of a bias, in bits.
inline constexpr int kMaxAccumulatorBits = 40;
/// Width of the head's outputs, whatever the feature width.
inline constexpr int kHeadBits = 16;
inline constexpr int kMaxMultiplier = 255, kMinShift = 1, kMaxShift = 47;

/// What turns a channel's accumulator into its output (docs/arithmetic.md, 2 and 3).
struct Requant {
  int64_t bias = 0;          ///< added to the accumulator, signed 40 bit
  uint8_t multiplier = 128;  ///< M
  uint8_t shift = 7;         ///< S, 1..47
  bool operator==(const Requant&) const = default;
};

/// y = clip((acc * M + 2^(S-1)) >> S): ties towards plus infinity. `acc` already holds the bias; |acc| < 2^39.
/// Twin: rtl/math/duet_requantize.sv.
constexpr int32_t requantize(int64_t acc, int multiplier, int shift, Range range) {
  const int64_t rounded = (acc * multiplier + (int64_t{1} << (shift - 1))) >> shift;
  return static_cast<int32_t>(std::clamp<int64_t>(rounded, range.lo, range.hi));
}

/// The parameter word of docs/arithmetic.md, 6.
constexpr uint64_t pack(const Requant& q) {
  return (static_cast<uint64_t>(q.bias) & ((uint64_t{1} << kMaxAccumulatorBits) - 1)) | uint64_t{q.multiplier} << 40 |
         uint64_t{q.shift} << 48;
}

}  // namespace duet::fixed
