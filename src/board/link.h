#pragma once
// The commands that a host gives over a board's serial line (docs/boards.md). Nothing but the standard library: the simulated
// board's programs are built with it too.

#include <cstdint>
#include <string>
#include <utility>

namespace duet::board {

/// Registers of the engine that a host needs (docs/registers.md).
enum Register : uint8_t {
  kControl = 0x00,
  kStatus = 0x04,
  kIrqEnable = 0x08,
  kIrq = 0x0c,
  kProgram = 0x10,
  kPicture = 0x14,
  kHead = 0x18,
  kError = 0x1c,
  kFrames = 0x20,
  kFrameCycles = 0x24,
  kLastCounter = 0x44
};
inline constexpr uint32_t kDuet = 0x54455544;  ///< CONTROL reads so
inline constexpr int kErrorOtherEngine = 3;    ///< in ERROR: the program was made for another engine

/// The host's end. `Line` sends a byte (`send`), waits for one (`receive`), and ends with an error of its own kind (`fail`):
/// a serial port (port.h) or the pins of a simulated board (simulate/harness/serial.h).
template <class Line>
class Link {
 public:
  enum Operation : uint8_t { kWriteMemory = 1, kReadMemory, kWriteRegister, kReadRegister, kReset };

  /// Arguments of the line.
  template <class... Arguments>
  explicit Link(Arguments&&... arguments) : line(std::forward<Arguments>(arguments)...) {}

  /// Addresses and bytes: multiples of 8.
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
  /// Sends a command with its data and takes the answer: its first byte. Where that is not 0xff, `got` bytes of data follow.
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
    if (line.receive() != sum) line.fail("a wrong sum");
    return answer;
  }
  Line line;

 private:
  void expect(uint8_t operation, uint8_t answer) {
    if (answer != (0x80 | operation))
      line.fail("operation " + std::to_string(operation) + " was answered " + std::to_string(answer));
  }
  void send(uint8_t byte) {
    sum_ = static_cast<uint8_t>(sum_ + byte);
    line.send(byte);
  }
  uint8_t receive() {
    const uint8_t byte = line.receive();
    sum_ = static_cast<uint8_t>(sum_ + byte);
    return byte;
  }
  uint8_t sum_ = 0;
};

}  // namespace duet::board
