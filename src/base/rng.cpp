#include "base/rng.h"

#include <cmath>
#include <numbers>

namespace duet {

uint64_t Rng::below(uint64_t n) {
  const uint64_t limit = UINT64_MAX - UINT64_MAX % n;
  uint64_t value = bits();
  while (value >= limit) value = bits();
  return value % n;
}

double Rng::normal() {
  const double u = 1.0 - uniform();
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace duet
