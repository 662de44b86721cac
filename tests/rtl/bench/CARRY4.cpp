// Every input of a CARRY4. UG474: four multiplexers, each passing the carry where S is 1 and DI where it is 0, and four exclusive
// ors. So with S = a ^ b and DI = a it adds.
#include <verilated.h>

#include <cstdio>

#include "VCARRY4.h"

int main() {
  VCARRY4 top;
  int wrong = 0;
  for (int code = 0; code < 1 << 10; ++code) {
    top.S = code & 15, top.DI = code >> 4 & 15, top.CI = code >> 8 & 1, top.CYINIT = code >> 9 & 1;
    top.eval();
    bool carry = top.CI || top.CYINIT;
    int outs = 0, carries = 0;
    for (int i = 0; i < 4; ++i) {
      const bool propagate = top.S >> i & 1;
      outs |= (propagate != carry) << i;
      if (!propagate) carry = top.DI >> i & 1;
      carries |= carry << i;
    }
    wrong += top.O != outs || top.CO != carries;
  }
  for (int a = 0; a < 16; ++a)
    for (int b = 0; b < 16; ++b)
      for (int in = 0; in < 2; ++in) {
        top.S = a ^ b, top.DI = a, top.CI = in, top.CYINIT = 0;
        top.eval();
        wrong += ((top.CO >> 3) << 4 | top.O) != a + b + in;
      }
  std::printf("%d wrong\n", wrong);
  return wrong != 0;
}
