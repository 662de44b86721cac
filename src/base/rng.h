#pragma once
#include <cstdint>
#include <random>
#include <vector>

namespace duet {

/// Pseudo-random numbers with the same values on every machine (the standard fixes mt19937_64 but not its distributions).
class Rng {
 public:
  explicit Rng(uint64_t seed) : engine_(seed) {}
  uint64_t bits() { return engine_(); }
  /// Uniform integer in [0, n), n > 0, by rejection: exactly uniform.
  uint64_t below(uint64_t n);
  /// Uniform integer in [lo, hi].
  int64_t between(int64_t lo, int64_t hi) { return lo + static_cast<int64_t>(below(static_cast<uint64_t>(hi - lo) + 1)); }
  /// Uniform in [0, 1) with 53 bits.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double uniform(double lo, double hi) { return lo + (hi - lo) * uniform(); }
  /// Standard normal (Box-Muller).
  double normal();
  bool chance(double probability) { return uniform() < probability; }
  template <class T>
  const T& pick(const std::vector<T>& values) {
    return values[below(values.size())];
  }
  template <class T>
  void shuffle(std::vector<T>& values) {
    for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }
  /// An independent generator for a named part of the work, so that parts can be reordered without changing each other.
  Rng fork(uint64_t stream) { return Rng(engine_() ^ (stream * 0x9E3779B97F4A7C15ull)); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace duet
