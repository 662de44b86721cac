#include "base/error.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <utility>
#include <vector>

namespace duet {

Error::Error(std::string what, std::string where_, std::string hint_)
    : std::runtime_error(where_ + ": " + what + (hint_.empty() ? "" : "; " + hint_)),
      problem(std::move(what)),
      where(std::move(where_)),
      hint(std::move(hint_)) {}

namespace base {

void check_failed(const char* condition, const char* file, int line, const std::string& detail) {
  std::fprintf(stderr, "duet: internal error at %s:%d: %s %s\n", file, line, condition, detail.c_str());
  std::abort();
}

// Optimal string alignment: two letters swapped, the commonest slip, count once.
int edit_distance(const std::string& a, const std::string& b) {
  std::vector<int> before, above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(above, row);
  }
  return above.back();
}

}  // namespace base
}  // namespace duet
