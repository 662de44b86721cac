// A board in Verilator whose serial line is a pseudo-terminal: sim. A host opens it as it would the board's port. Prints its name
// and runs until it is ended.

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>
#include <verilated.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "Vboard.h"
#include "serial.h"

int main() {
  const int line = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (line < 0 || grantpt(line) || unlockpt(line)) return std::cerr << "no pseudo-terminal: " << std::strerror(errno) << '\n', 1;
  // Held open, or what a host sends before it has set the port up would be echoed, and its leaving would end the line.
  termios raw{};
  const int held = open(ptsname(line), O_RDWR | O_NOCTTY);
  if (held < 0 || tcgetattr(held, &raw)) return std::cerr << "no pseudo-terminal: " << std::strerror(errno) << '\n', 1;
  cfmakeraw(&raw);
  tcsetattr(held, TCSANOW, &raw);
  std::cout << "port " << ptsname(line) << std::endl;
  constexpr int64_t kByte = 10 * Serial<Vboard>::kBit, kQuiet = int64_t{1} << 25;  // cycles
  Serial<Vboard> serial;
  for (int64_t last = serial.cycle;;) {
    uint8_t bytes[256];
    const ssize_t count = read(line, bytes, sizeof bytes);
    for (ssize_t i = 0; i < count; ++i) serial.send(bytes[i]);
    serial.run(kByte * (count > 0 ? count : 1));
    if (count > 0) last = serial.cycle;
    while (const auto byte = serial.take()) {
      while (write(line, &*byte, 1) != 1) usleep(1000);
      last = serial.cycle;
    }
    if (serial.cycle - last > kQuiet) usleep(1000);  // nobody is there
  }
}
