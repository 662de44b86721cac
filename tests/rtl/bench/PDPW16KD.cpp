// PDPW16KD: 512 words of 36 bits, written at ADW, read at the highest nine bits of ADR. TN-02204. The output register makes a
// read take two cycles.
#include <verilated.h>

#include <cstdio>
#include <random>
#include <vector>

#include "VPDPW16KD.h"
#include "pins.h"

namespace {
struct Word {
  uint64_t value = 0;
  bool known = false;
};
}  // namespace

int main(int argc, char**) {
  VPDPW16KD top;
  const Pins<36> in{&top.DI0,  &top.DI1,  &top.DI2,  &top.DI3,  &top.DI4,  &top.DI5,  &top.DI6,  &top.DI7,  &top.DI8,
                    &top.DI9,  &top.DI10, &top.DI11, &top.DI12, &top.DI13, &top.DI14, &top.DI15, &top.DI16, &top.DI17,
                    &top.DI18, &top.DI19, &top.DI20, &top.DI21, &top.DI22, &top.DI23, &top.DI24, &top.DI25, &top.DI26,
                    &top.DI27, &top.DI28, &top.DI29, &top.DI30, &top.DI31, &top.DI32, &top.DI33, &top.DI34, &top.DI35},
      out{&top.DO0,  &top.DO1,  &top.DO2,  &top.DO3,  &top.DO4,  &top.DO5,  &top.DO6,  &top.DO7,  &top.DO8,
          &top.DO9,  &top.DO10, &top.DO11, &top.DO12, &top.DO13, &top.DO14, &top.DO15, &top.DO16, &top.DO17,
          &top.DO18, &top.DO19, &top.DO20, &top.DO21, &top.DO22, &top.DO23, &top.DO24, &top.DO25, &top.DO26,
          &top.DO27, &top.DO28, &top.DO29, &top.DO30, &top.DO31, &top.DO32, &top.DO33, &top.DO34, &top.DO35};
  const Pins<9> write_address{&top.ADW0, &top.ADW1, &top.ADW2, &top.ADW3, &top.ADW4, &top.ADW5, &top.ADW6, &top.ADW7, &top.ADW8};
  const Pins<14> read_address{&top.ADR0, &top.ADR1, &top.ADR2, &top.ADR3,  &top.ADR4,  &top.ADR5,  &top.ADR6,
                              &top.ADR7, &top.ADR8, &top.ADR9, &top.ADR10, &top.ADR11, &top.ADR12, &top.ADR13};
  const bool misuse = argc > 1;  // once
  std::mt19937_64 random(9);
  std::vector<uint64_t> words(512);
  std::vector<bool> written(512);
  Word first, second;
  int wrong = 0, compared = 0;
  for (int cycle = 0; cycle < 100000; ++cycle) {
    const uint64_t from = random() % 512, to = random() % 512, value = random() & ((uint64_t{1} << 36) - 1);
    in.set(value), write_address.set(to), read_address.set(from << 5 | random() % 32);
    top.CEW = random() % 4 != 0, top.CER = top.OCER = 1;
    top.BE0 = top.BE1 = top.BE2 = top.BE3 = 1;
    top.BE2 = !(misuse && cycle == 1000);
    second = first;
    first = {words[from], written[from] && !(top.CEW && from == to)};
    if (top.CEW) words[to] = value, written[to] = true;
    for (const int clock : {0, 1}) {
      top.CLKW = top.CLKR = clock;
      top.eval();
    }
    if (!second.known) continue;
    ++compared;
    wrong += out.get() != second.value;
  }
  std::printf("%d words, %d wrong\n", compared, wrong);
  return wrong != 0 || compared < 10000;
}
