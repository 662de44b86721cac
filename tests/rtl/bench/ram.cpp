// duet_ram of a family: random writes and reads against an array, a read two cycles later.
#include <verilated.h>

#include <cstdio>
#include <random>
#include <vector>

#include "Vduet_ram.h"

#ifndef DEPTH
#define DEPTH 1100
#endif

namespace {
constexpr int kWidth = 48, kDepth = DEPTH;
}

int main() {
  Vduet_ram top;
  std::mt19937_64 random(5);
  std::vector<uint64_t> words(kDepth);
  std::vector<bool> written(kDepth);
  struct Read {
    uint64_t value;
    bool known;
  } pipe[2] = {};
  int wrong = 0, compared = 0;
  for (int cycle = 0; cycle < 40000; ++cycle) {
    top.we_i = random() % 2;
    top.waddr_i = random() % kDepth;
    top.wdata_i = random() & ((uint64_t{1} << kWidth) - 1);
    top.raddr_i = random() % kDepth;
    const bool clash = top.we_i && top.waddr_i == top.raddr_i;
    pipe[1] = pipe[0];
    pipe[0] = {words[top.raddr_i], written[top.raddr_i] && !clash};
    if (top.we_i) words[top.waddr_i] = top.wdata_i, written[top.waddr_i] = true;
    top.clk_i = 0, top.eval();
    top.clk_i = 1, top.eval();
    if (!pipe[1].known) continue;
    ++compared;
    wrong += pipe[1].value != top.rdata_o;
  }
  std::printf("%d words, %d wrong\n", compared, wrong);
  return wrong != 0 || compared < 10000;
}
