// MULT18X18D with registers at its inputs and at its output: products of random and extreme operands, each signed or
// not as SIGNEDA and SIGNEDB say in its cycle, two cycles later. TN-02205.
#include <verilated.h>

#include <cstdio>
#include <random>

#include "VMULT18X18D.h"
#include "pins.h"

int main(int argc, char**) {
  VMULT18X18D top;
  const Pins<18> a{&top.A0, &top.A1,  &top.A2,  &top.A3,  &top.A4,  &top.A5,  &top.A6,  &top.A7,  &top.A8,
                   &top.A9, &top.A10, &top.A11, &top.A12, &top.A13, &top.A14, &top.A15, &top.A16, &top.A17},
      b{&top.B0, &top.B1,  &top.B2,  &top.B3,  &top.B4,  &top.B5,  &top.B6,  &top.B7,  &top.B8,
        &top.B9, &top.B10, &top.B11, &top.B12, &top.B13, &top.B14, &top.B15, &top.B16, &top.B17};
  const Pins<36> product{&top.P0,  &top.P1,  &top.P2,  &top.P3,  &top.P4,  &top.P5,  &top.P6,  &top.P7,  &top.P8,
                         &top.P9,  &top.P10, &top.P11, &top.P12, &top.P13, &top.P14, &top.P15, &top.P16, &top.P17,
                         &top.P18, &top.P19, &top.P20, &top.P21, &top.P22, &top.P23, &top.P24, &top.P25, &top.P26,
                         &top.P27, &top.P28, &top.P29, &top.P30, &top.P31, &top.P32, &top.P33, &top.P34, &top.P35};
  const bool misuse = argc > 1;  // once
  std::mt19937_64 random(10);
  const auto operand = [&]() -> uint64_t {
    const uint64_t ends[] = {0, 1, 0x1ffff, 0x20000, 0x3ffff};
    return random() % 2 ? ends[random() % 5] : random() & 0x3ffff;
  };
  const auto value = [](uint64_t bits, bool is_signed) {
    return static_cast<int64_t>(bits) - (is_signed && bits >> 17 ? int64_t{1} << 18 : 0);
  };
  int64_t first = 0, second = 0;
  int wrong = 0;
  for (int cycle = 0; cycle < 100000; ++cycle) {
    const uint64_t x = operand(), y = operand();
    a.set(x), b.set(y);
    top.SIGNEDA = random() & 1, top.SIGNEDB = random() & 1, top.CE0 = 1;
    top.RST0 = misuse && cycle == 1000;
    second = first;
    first = value(x, top.SIGNEDA) * value(y, top.SIGNEDB);
    for (const int clock : {0, 1}) {
      top.CLK0 = clock;
      top.eval();
    }
    if (cycle > 0) wrong += product.get() != (static_cast<uint64_t>(second) & 0xfffffffff);
  }
  std::printf("%d wrong\n", wrong);
  return wrong != 0;
}
