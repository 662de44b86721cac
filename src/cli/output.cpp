#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <memory>

#include "cli/verb.h"

namespace duet::cli {
namespace {

using Clock = std::chrono::steady_clock;

std::string duration(double seconds) {
  const auto s = static_cast<long>(seconds + 0.5);
  if (s < 90) return fmt::format("{} s", s);
  if (s < 5400) return fmt::format("{} min", (s + 30) / 60);
  return fmt::format("{}.{} h", s / 3600, s % 3600 / 360);
}

// What one task has shown so far.
struct Display {
  std::string title;
  bool terminal = ::isatty(2) != 0;
  Clock::time_point start = Clock::now(), shown = start;
  double first = -1;  // units done when the task (re)started: a resumed task's rate counts from there
  bool visible = false;
};

void show(Display& display, double done, double total, const std::string& note) {
  const auto now = Clock::now();
  if (display.first < 0) display.first = done;
  const std::chrono::duration<double> age = now - display.start, since = now - display.shown;
  const bool last = done >= total;
  if (last ? !display.visible : since.count() < (display.terminal ? 0.2 : 10.0) || age.count() < 1.0) return;
  display.shown = now;
  display.visible = true;
  const double share = total > 0 ? done / total : 1;
  const double moved = done - display.first;
  std::string left;
  if (last)
    left = duration(age.count());
  else if (moved > 0)
    left = duration(age.count() * (total - done) / moved) + " left";
  if (!display.terminal) {
    fmt::print(stderr, "{}: {:.0f} %, {} {}\n", display.title, 100 * share, left, note);
    return;
  }
  const int width = 30, full = static_cast<int>(share * width + 0.5);
  fmt::print(stderr, "\r\033[K{} [{}{}] {:.0f} % {} {}{}", display.title, std::string(full, '#'), std::string(width - full, '.'),
             100 * share, left, note, last ? "\n" : "");
  std::fflush(stderr);
}

}  // namespace

void print_json(const Json& value) { fmt::print("{}\n", value.dump(2)); }
void print(const std::string& line) { fmt::print("{}\n", line); }
void say(const std::string& line) { fmt::print(stderr, "{}\n", line); }

// Debian 12 packages no progress bar library for C++ (`indicators` is absent), hence these lines.
Progress progress_bar(const std::string& title) {
  auto display = std::make_shared<Display>();
  display->title = title;
  return [display](double done, double total, const std::string& note) { show(*display, done, total, note); };
}

}  // namespace duet::cli
