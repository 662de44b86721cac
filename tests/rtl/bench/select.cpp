// duet_select: every index, also those behind the last word.
#include <verilated.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "Vduet_select.h"

int main() {
  constexpr int kWidth = 5, kCount = 6, kIndices = 8;
  Vduet_select top;
  int wrong = 0;
  for (uint64_t words = 1; words < uint64_t{1} << 30; words += 9'876'543)
    for (int index = 0; index < kIndices; ++index) {
      top.words_i = static_cast<uint32_t>(words), top.index_i = static_cast<uint8_t>(index);
      top.eval();
      wrong += top.word_o != (words >> kWidth * std::min(index, kCount - 1) & ((1 << kWidth) - 1));
    }
  std::printf("%d wrong\n", wrong);
  return wrong != 0;
}
