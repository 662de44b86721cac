// duet_requantize against fixed::requantize: ties, range ends and random values.
#include "fixed/requantize.h"

#include <verilated.h>

#include <cstdio>
#include <deque>
#include <random>

#include "Vduet_requantize.h"

namespace {

constexpr int kAccBits = 30, kLatency = 8;

struct Sample {
  int64_t acc, bias;
  int multiplier, shift;
};

// Sums whose product lies at a tie or one off it, or at the ends of the output's range.
Sample aimed(std::mt19937_64& random, int64_t hi) {
  Sample s{};
  s.multiplier = 1 + static_cast<int>(random() % 255);
  s.shift = 1 + static_cast<int>(random() % 36);
  const int64_t unit = int64_t{1} << s.shift;
  const int64_t targets[] = {0, 1, -1, hi, hi + 1, -32768, -32769, 32767, 32768, static_cast<int64_t>(random() % 70000) - 35000};
  const int64_t product = targets[random() % 10] * unit + (random() % 2 ? unit / 2 : -unit / 2);
  const int64_t limit = (int64_t{1} << (kAccBits - 1)) - 1;
  const int64_t sum = std::clamp(product / s.multiplier + static_cast<int64_t>(random() % 3) - 1, -limit, limit);
  s.bias = static_cast<int64_t>(random() % (1 << 20)) - (1 << 19);
  s.acc = std::clamp(sum - s.bias, -limit, limit);
  s.bias = std::clamp(s.bias, -limit - s.acc, limit - s.acc);
  return s;
}

}  // namespace

int main() {
  Vduet_requantize top;
  std::mt19937_64 random(7);
  int wrong = 0, ties = 0, clipped = 0;
  for (const bool is_signed : {false, true})
    for (const int hi : {255, 15, 3, is_signed ? 32767 : 65535}) {
      const duet::fixed::Range range = is_signed ? duet::fixed::Range{-hi - 1, hi} : duet::fixed::Range{0, hi};
      top.signed_i = is_signed;
      top.hi_i = static_cast<uint16_t>(hi);
      std::deque<int32_t> expected;
      for (int i = 0; i < 50000; ++i) {
        const Sample s = aimed(random, hi);
        top.acc_i = static_cast<uint32_t>(s.acc) & ((1u << kAccBits) - 1);
        top.bias_i = static_cast<uint32_t>(s.bias) & ((1u << kAccBits) - 1);
        top.multiplier_i = static_cast<uint8_t>(s.multiplier);
        top.shift_i = static_cast<uint8_t>(s.shift);
        const int64_t product = (s.acc + s.bias) * s.multiplier;
        ties += (product & ((int64_t{1} << s.shift) - 1)) == int64_t{1} << (s.shift - 1);
        expected.push_back(duet::fixed::requantize(s.acc + s.bias, s.multiplier, s.shift, range));
        clipped += expected.back() == range.lo || expected.back() == range.hi;
        top.clk_i = 0, top.eval();
        top.clk_i = 1, top.eval();
        if (static_cast<int>(expected.size()) < kLatency) continue;
        const int32_t got = is_signed ? static_cast<int16_t>(top.value_o) : top.value_o;
        if (got != expected.front() && ++wrong < 5) std::printf("%d instead of %d\n", got, expected.front());
        expected.pop_front();
      }
    }
  std::printf("%d ties, %d at range ends, %d wrong\n", ties, clipped, wrong);
  return wrong != 0 || ties < 1000 || clipped < 1000;
}
