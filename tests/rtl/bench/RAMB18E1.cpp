// RAMB18E1, WIDTH bits (36: simple dual port), port A reading and port B writing, with REGISTERS behind it. UG473, chapter 1: an
// address counts bits, from the lowest one that the width leaves, and the bits of a word lie at it in an array of 16,384; parity
// bits, one for eight, in one of 2,048. Each byte has a write enable. ENARDEN holds the latch, REGCEAREGCE the register.
#include <verilated.h>

#include <cstdio>
#include <random>
#include <vector>

#include "VRAMB18E1.h"

namespace {
constexpr bool kSimple = WIDTH == 36;
constexpr int kData = WIDTH >= 9 ? WIDTH / 9 * 8 : WIDTH, kParity = WIDTH >= 9 ? WIDTH / 9 : 0,
              kBytes = WIDTH >= 9 ? WIDTH / 9 : 1;
constexpr int kUnused = kData == 32 ? 5 : kData == 16 ? 4 : kData == 8 ? 3 : kData == 4 ? 2 : 1;  // lowest bits of an address

struct Word {
  uint32_t data = 0, parity = 0;
  bool known = false;  // written before, and not in this cycle
};
}  // namespace

int main(int argc, char**) {
  VRAMB18E1 top;
  const bool misuse = argc > 1;  // once
  std::mt19937_64 random(7);
  std::vector<bool> bits(16384), parities(2048), written(16384);
  Word latch, output;
  int wrong = 0, compared = 0;
  for (int cycle = 0; cycle < 200000; ++cycle) {
    // A corner of the memory most of the time, so that words are met again.
    const auto address = [&] { return static_cast<int>(random() % 4 ? random() % 1024 : random() % 16384); };
    const int read = address(), write = address();
    const uint32_t data = static_cast<uint32_t>(random()), parity = random() & 15, enable = random() % 4 ? random() & 15 : 15;
    top.ADDRARDADDR = read, top.ADDRBWRADDR = write;
    top.ENARDEN = random() % 4 != 0, top.REGCEAREGCE = random() % 4 != 0, top.ENBWREN = random() % 4 != 0;
    top.DIBDI = kSimple ? data >> 16 : data & 0xffff, top.DIADI = kSimple ? data & 0xffff : 0;
    top.DIPBDIP = kSimple ? parity >> 2 : parity & 3, top.DIPADIP = kSimple ? parity & 3 : 0;
    top.WEBWE = kSimple ? enable : kBytes == 2 ? enable & 3 : enable & 1 ? 3 : 0;
    top.WEA = misuse && cycle == 1000;
    const uint32_t writes = !top.ENBWREN ? 0 : kSimple ? enable : kBytes == 2 ? enable & 3 : enable & 1;
    const int from = read >> kUnused << kUnused, to = write >> kUnused << kUnused;
    if (top.REGCEAREGCE) output = latch;
    if (top.ENARDEN) {
      latch = {0, 0, !(writes && from == to)};
      for (int i = 0; i < kData; ++i) {
        latch.data |= static_cast<uint32_t>(bits[static_cast<size_t>(from + i)]) << i;
        latch.known &= written[static_cast<size_t>(from + i)];
      }
      for (int i = 0; i < kParity; ++i) latch.parity |= static_cast<uint32_t>(parities[static_cast<size_t>(from / 8 + i)]) << i;
    }
    for (int byte = 0; byte < kBytes; ++byte) {
      if (!(writes >> byte & 1)) continue;
      for (int i = 8 * byte; i < kData && i < 8 * byte + 8; ++i)
        bits[static_cast<size_t>(to + i)] = data >> i & 1, written[static_cast<size_t>(to + i)] = true;
      if (kParity) parities[static_cast<size_t>(to / 8 + byte)] = parity >> byte & 1;
    }
    for (const int clock : {0, 1}) {
      top.CLKARDCLK = top.CLKBWRCLK = clock;
      top.eval();
    }
    const Word& expected = REGISTERS ? output : latch;
    if (!expected.known) continue;
    ++compared;
    const uint32_t got = static_cast<uint32_t>(top.DOBDO) << 16 | top.DOADO, got_parity = top.DOPBDOP << 2 | top.DOPADOP;
    wrong += got != expected.data || got_parity != expected.parity;
  }
  std::printf("%d words, %d wrong\n", compared, wrong);
  return wrong != 0 || compared < 10000;
}
