// duet_accumulate of a family: sums of random lengths against integers; first_i comes two cycles after its operands.
#include <verilated.h>

#include <cstdio>
#include <deque>
#include <random>

#include "Vduet_accumulate.h"

int main() {
  constexpr size_t kLatency = 3, kFirst = 2;
  Vduet_accumulate top;
  std::mt19937 random(3);
  std::deque<bool> firsts(kFirst, true);
  std::deque<int32_t> expected(kLatency - 1, 0);
  int32_t sum = 0;
  int wrong = 0, sums = 0;
  for (int cycle = 0; cycle < 50000; ++cycle) {
    const bool first = cycle == 0 || random() % 9 == 0;
    const int weight = cycle % 7 ? static_cast<int8_t>(random()) : -128, feature = cycle % 5 ? random() % 256 : 255;
    top.weight_i = static_cast<uint8_t>(weight), top.feature_i = static_cast<uint8_t>(feature);
    firsts.push_back(first);
    top.first_i = firsts.front(), firsts.pop_front();
    sum = (first ? 0 : sum) + weight * feature, sums += first;
    expected.push_back(sum);
    top.clk_i = 0, top.eval();
    top.clk_i = 1, top.eval();
    if (cycle + 1 >= static_cast<int>(kLatency)) wrong += static_cast<int32_t>(top.sum_o) != expected.front();
    expected.pop_front();
  }
  std::printf("%d sums, %d wrong\n", sums, wrong);
  return wrong != 0 || sums < 1000;
}
