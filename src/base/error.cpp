#include "base/error.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
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

int edit_distance(const std::string& a, const std::string& b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      int substitute = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row.back();
}

}  // namespace base
}  // namespace duet
