#pragma once
// Three kinds of failure: what the user can mend is thrown as Error and reported once, by main; an expected "no" is a
// return value; a bug of ours ends in DUET_CHECK, which is on in every build.

#include <stdexcept>
#include <string>

namespace duet {

/// A failure the user can mend. `what`: one sentence; `where`: file, key or place; `hint`: what to do. Exit code 2.
struct Error : std::runtime_error {
  Error(std::string what, std::string where, std::string hint);
  std::string problem, where, hint;
};

/// One that may not come again though nothing about the task changes: memory that others took, a file that went away. An
/// evaluation that ends so is not taken for failed; the next run tries again.
struct PassingError : Error {
  using Error::Error;
};

namespace base {
[[noreturn]] void check_failed(const char* condition, const char* file, int line, const std::string& detail);

/// The candidate nearest to `word` by edit distance, or "" when none is near: for "did you mean".
template <class Range>
std::string nearest(const std::string& word, const Range& candidates);
int edit_distance(const std::string& a, const std::string& b);
}  // namespace base
}  // namespace duet

/// Aborts with file, line and detail when `condition` is false: a bug in duet, never the user's fault.
#define DUET_CHECK(condition, ...) \
  ((condition) ? (void)0 : ::duet::base::check_failed(#condition, __FILE__, __LINE__, ::std::string(__VA_ARGS__)))

template <class Range>
std::string duet::base::nearest(const std::string& word, const Range& candidates) {
  std::string best;
  int distance = static_cast<int>(word.size()) / 2 + 1;
  for (const auto& candidate : candidates)
    if (int d = edit_distance(word, std::string(candidate)); d < distance) distance = d, best = candidate;
  return best;
}
