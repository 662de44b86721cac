#pragma once
// The host's end of a board's serial line, bit by bit, and the commands it speaks (docs/boards.md), for a module in Verilator
// with clk_i, rst_i, line_i and line_o.

#include <verilated.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
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
      if (cycle - last > kPatience) board_error("no answer", cycle);
    }
    const uint8_t byte = in_.front();
    in_.pop_front();
    return byte;
  }
  // Lets `cycles` pass after all that is to be sent has gone; nothing may come.
  void wait(int64_t cycles) {
    pass(cycles);
    if (!in_.empty()) board_error("a byte that nobody asked for", cycle);
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
    if (bit_ == 0 && line) board_error("a start bit is too short", cycle);
    if (bit_ >= 1 && bit_ <= 8) byte_ = static_cast<uint8_t>(byte_ >> 1 | line << 7);
    if (bit_ == 9 && !line) board_error("a stop bit is missing", cycle);
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

template <class Top>
class Link {
 public:
  enum Operation : uint8_t { kWriteMemory = 1, kReadMemory, kWriteRegister, kReadRegister, kReset };

  void write_memory(uint32_t address, const uint8_t* data, uint32_t bytes) {
    expect(kWriteMemory, call(kWriteMemory, address, bytes / 8, data, bytes, nullptr, 0));
  }
  void read_memory(uint32_t address, uint8_t* data, uint32_t bytes) {
    expect(kReadMemory, call(kReadMemory, address, bytes / 8, nullptr, 0, data, bytes));
  }
  void write_register(uint8_t address, uint32_t value) {
    expect(kWriteRegister, call(kWriteRegister, address, value, nullptr, 0, nullptr, 0));
  }
  uint32_t read_register(uint8_t address) {
    uint8_t b[4];
    expect(kReadRegister, call(kReadRegister, address, 0, nullptr, 0, b, 4));
    return uint32_t{b[3]} << 24 | uint32_t{b[2]} << 16 | uint32_t{b[1]} << 8 | b[0];
  }
  void reset() { expect(kReset, call(kReset, 0, 0, nullptr, 0, nullptr, 0)); }
  // Sends a command with its data and takes the answer: its first byte. Where that is not 0xff, `got` bytes of data follow.
  uint8_t call(uint8_t operation, uint32_t address, uint32_t value, const uint8_t* give, uint32_t given, uint8_t* get,
               uint32_t got) {
    sum_ = 0;
    send(operation);
    for (int i = 0; i < 4; ++i) send(static_cast<uint8_t>(address >> (8 * i)));
    for (int i = 0; i < 4; ++i) send(static_cast<uint8_t>(value >> (8 * i)));
    for (uint32_t i = 0; i < given; ++i) send(give[i]);
    const uint8_t answer = receive();
    for (uint32_t i = 0; answer != 0xff && i < got; ++i) get[i] = receive();
    const uint8_t sum = sum_;
    if (serial.receive() != sum) board_error("a wrong sum", serial.cycle);
    return answer;
  }
  int64_t cycle() const { return serial.cycle; }
  Serial<Top> serial;

 private:
  void expect(uint8_t operation, uint8_t answer) {
    if (answer != (0x80 | operation))
      board_error("operation " + std::to_string(operation) + " was answered " + std::to_string(answer), serial.cycle);
  }
  void send(uint8_t byte) {
    sum_ = static_cast<uint8_t>(sum_ + byte);
    serial.send(byte);
  }
  uint8_t receive() {
    const uint8_t byte = serial.receive();
    sum_ = static_cast<uint8_t>(sum_ + byte);
    return byte;
  }
  uint8_t sum_ = 0;
};
