#pragma once
// The host's end of a board's serial line (docs/boards.md), bit by bit, for a module in Verilator with clk_i, rst_i, line_i and
// line_o.

#include <verilated.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <optional>
#include <string>

[[noreturn]] inline void board_error(const std::string& what, int64_t cycle) {
  std::fprintf(stderr, "board: %s in cycle %lld\n", what.c_str(), static_cast<long long>(cycle));
  std::exit(3);
}

// Bytes: 8 bits, the lowest first, between a start and a stop bit.
template <class Top>
class Serial {
 public:
  static constexpr int kBit = 8;  // cycles: Divisor of duet_board

  Serial() : top_(std::make_unique<Top>(&context_)) {
    top_->line_i = 1;
    for (int i = 0; i < 64; ++i) tick(i < 50);
  }
  ~Serial() { top_->final(); }
  void send(uint8_t byte) {
    out_.push_back(false);
    for (int bit = 0; bit < 8; ++bit) out_.push_back(byte >> bit & 1);
    out_.push_back(true);
  }
  // The line low for so many bits: what a host sends that is switched off.
  void hold_low(int bits) {
    for (int i = 0; i < bits; ++i) out_.push_back(false);
    out_.push_back(true);
  }
  uint8_t receive() {
    constexpr int64_t kPatience = 1'000'000;
    for (int64_t last = cycle; in_.empty(); tick(false)) {
      if (!out_.empty()) last = cycle;
      if (cycle - last > kPatience) fail("no answer");
    }
    return *take();
  }
  // A byte that has come.
  std::optional<uint8_t> take() {
    if (in_.empty()) return {};
    const uint8_t byte = in_.front();
    in_.pop_front();
    return byte;
  }
  [[noreturn]] void fail(const std::string& what) const { board_error(what, cycle); }
  // Lets `cycles` pass after all that is to be sent has gone; nothing may come.
  void wait(int64_t cycles) {
    pass(cycles);
    if (!in_.empty()) fail("a byte that nobody asked for");
  }
  // The same, and forgets what came.
  void drain(int64_t cycles) {
    pass(cycles);
    in_.clear();
  }
  // Lets `cycles` pass, whatever goes or comes; with the board's reset held, or not.
  void run(int64_t cycles, bool reset = false) {
    while (cycles-- > 0) tick(reset);
  }
  int64_t cycle = 0;

 private:
  void pass(int64_t cycles) {
    while (!out_.empty()) tick(false);
    while (cycles-- > 0) tick(false);
  }
  void tick(bool reset) {
    if (cycle % kBit == 0) {
      top_->line_i = out_.empty() || out_.front();
      if (!out_.empty()) out_.pop_front();
    }
    top_->rst_i = reset;
    top_->clk_i = 0;
    top_->eval();
    if (reset)
      bit_ = -1;  // a byte that was coming is lost
    else
      listen(top_->line_o);
    top_->clk_i = 1;
    top_->eval();
    ++cycle;
  }
  void listen(bool line) {
    if (bit_ < 0 && line) return;
    if (bit_ < 0) bit_ = 0, wait_ = kBit / 2;
    if (wait_--) return;
    wait_ = kBit - 1;
    if (bit_ == 0 && line) fail("a start bit is too short");
    if (bit_ >= 1 && bit_ <= 8) byte_ = static_cast<uint8_t>(byte_ >> 1 | line << 7);
    if (bit_ == 9 && !line) fail("a stop bit is missing");
    if (bit_++ < 9) return;
    in_.push_back(byte_);
    bit_ = -1;
  }

  VerilatedContext context_;
  std::unique_ptr<Top> top_;
  std::deque<bool> out_;
  std::deque<uint8_t> in_;
  int bit_ = -1, wait_ = 0;  // of the byte that comes in
  uint8_t byte_ = 0;
};
