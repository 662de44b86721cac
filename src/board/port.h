#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace duet::board {

/// A serial port of this machine: 8 bits, no parity, one stop bit, no flow control.
class Port {
 public:
  /// `path`: "/dev/ttyUSB1". Throws Error where it cannot be opened or has no such rate.
  Port(const std::string& path, int baud);
  Port(Port&&) noexcept;
  ~Port();

  /// Keeps the byte until something is to be received.
  void send(uint8_t byte);
  /// Sends what was kept and waits for a byte. Throws Error when none comes for ten seconds.
  uint8_t receive();
  /// Sends what was kept, then waits and forgets what has come.
  void drain(std::chrono::milliseconds quiet);
  /// Throws Error.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace duet::board
