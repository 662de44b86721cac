#pragma once
// A word over single pins, the lowest first, as Lattice's cells have them.

#include <verilated.h>

#include <array>
#include <cstdint>

template <int Count>
struct Pins {
  std::array<CData*, Count> pins;
  template <class... Pin>
  Pins(Pin... all) : pins{all...} {}
  void set(uint64_t word) const {
    for (int i = 0; i < Count; ++i) *pins[static_cast<size_t>(i)] = word >> i & 1;
  }
  uint64_t get() const {
    uint64_t word = 0;
    for (int i = 0; i < Count; ++i) word |= static_cast<uint64_t>(*pins[static_cast<size_t>(i)]) << i;
    return word;
  }
};
