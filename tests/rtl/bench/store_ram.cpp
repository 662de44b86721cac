// duet_store_ram of a family: random writes and reads against an array, a word one cycle after its address. COMPLEMENTS: behind a
// write the twin shows what no one may take for data.
#include <verilated.h>

#include <cstdio>
#include <random>
#include <vector>

#include "Vduet_store_ram.h"

int main() {
  Vduet_store_ram top;
  std::mt19937_64 random(5);
  std::vector<uint64_t> words(16384);
  std::vector<bool> written(words.size());
  int wrong = 0, compared = 0;
  for (int cycle = 0; cycle < 200000; ++cycle) {
    const size_t at = random() % words.size();
    top.we_i = random() % 2, top.addr_i = static_cast<uint16_t>(at), top.data_i = random();
    if (top.we_i) words[at] = top.data_i, written[at] = true;
    top.clk_i = 0, top.eval();
    top.clk_i = 1, top.eval();
#ifdef COMPLEMENTS
    if (top.we_i) wrong += top.data_o != ~words[at];
#endif
    if (top.we_i || !written[at]) continue;
    ++compared;
    wrong += top.data_o != words[at];
  }
  std::printf("%d words, %d wrong\n", compared, wrong);
  return wrong != 0 || compared < 10000;
}
