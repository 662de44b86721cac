// DP16KD, WIDTH bits, port A writing and port B reading. TN-02204: an address counts bits, from the lowest one that the width
// leaves (of 9 and 18 bits: 8 and 16), and duet reads with those below it low; the two lowest address bits of port A enable the
// bytes of 18 bits. The output register makes a read take two cycles.
#include <verilated.h>

#include <cstdio>
#include <random>
#include <vector>

#include "VDP16KD.h"
#include "pins.h"

namespace {
constexpr int kUnused = WIDTH == 18 ? 4 : WIDTH == 9 ? 3 : WIDTH == 4 ? 2 : WIDTH == 2 ? 1 : 0;

struct Word {
  uint32_t value = 0;
  bool known = false;
};
}  // namespace

int main(int argc, char**) {
  VDP16KD top;
  const Pins<18> in{&top.DIA0, &top.DIA1,  &top.DIA2,  &top.DIA3,  &top.DIA4,  &top.DIA5,  &top.DIA6,  &top.DIA7,  &top.DIA8,
                    &top.DIA9, &top.DIA10, &top.DIA11, &top.DIA12, &top.DIA13, &top.DIA14, &top.DIA15, &top.DIA16, &top.DIA17},
      out{&top.DOB0, &top.DOB1,  &top.DOB2,  &top.DOB3,  &top.DOB4,  &top.DOB5,  &top.DOB6,  &top.DOB7,  &top.DOB8,
          &top.DOB9, &top.DOB10, &top.DOB11, &top.DOB12, &top.DOB13, &top.DOB14, &top.DOB15, &top.DOB16, &top.DOB17};
  const Pins<14> write_address{&top.ADA0, &top.ADA1, &top.ADA2, &top.ADA3,  &top.ADA4,  &top.ADA5,  &top.ADA6,
                               &top.ADA7, &top.ADA8, &top.ADA9, &top.ADA10, &top.ADA11, &top.ADA12, &top.ADA13},
      read_address{&top.ADB0, &top.ADB1, &top.ADB2, &top.ADB3,  &top.ADB4,  &top.ADB5,  &top.ADB6,
                   &top.ADB7, &top.ADB8, &top.ADB9, &top.ADB10, &top.ADB11, &top.ADB12, &top.ADB13};
  const bool misuse = argc > 1;  // once
  std::mt19937_64 random(8);
  std::vector<uint32_t> words(16384 >> kUnused);
  std::vector<bool> written(words.size());
  Word first, second;
  int wrong = 0, compared = 0;
  for (int cycle = 0; cycle < 100000; ++cycle) {
    const auto address = [&] { return static_cast<uint32_t>(random() % 4 ? random() % 512 : random() % 16384); };
    const uint32_t read = address() >> kUnused << kUnused, write = address() | (WIDTH == 18 ? 3 : 0),
                   value = static_cast<uint32_t>(random()) & ((1u << WIDTH) - 1);
    in.set(value), write_address.set(write), read_address.set(read);
    top.CEA = random() % 4 != 0, top.WEA = random() % 4 != 0, top.CEB = top.OCEB = 1;
    top.CEB = !(misuse && cycle == 1000);
    const bool writes = top.CEA && top.WEA;
    const uint32_t from = read >> kUnused, to = write >> kUnused;
    second = first;
    first = {words[from], written[from] && !(writes && from == to)};
    if (writes) words[to] = value, written[to] = true;
    for (const int clock : {0, 1}) {
      top.CLKA = top.CLKB = clock;
      top.eval();
    }
    if (!second.known) continue;
    ++compared;
    wrong += out.get() != second.value;
  }
  std::printf("%d words, %d wrong\n", compared, wrong);
  return wrong != 0 || compared < 10000;
}
