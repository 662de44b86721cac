#include "board/port.h"

#include <array>
#include <asio.hpp>
#include <thread>
#include <vector>

#include "base/error.h"

namespace duet::board {
namespace {

constexpr std::chrono::seconds kPatience{10};

}  // namespace

struct Port::Impl {
  explicit Impl(const std::string& path) : name(path), port(context) {}

  // Runs what `start` begins, for so long at most: how many bytes went or came. `start` takes a handler of asio's.
  template <class Start>
  size_t within(std::chrono::milliseconds time, const Start& start) {
    std::error_code problem;
    size_t bytes = 0;
    context.restart();
    start([&](const std::error_code& ended, size_t count) { problem = ended, bytes = count; });
    context.run_for(time);
    if (!context.stopped()) {
      port.cancel();
      context.run();
    }
    if (problem && problem != asio::error::operation_aborted)
      throw Error("the serial port failed: " + problem.message(), name, "see whether the board is still plugged in");
    return bytes;
  }
  void flush() {
    if (out.empty()) return;
    // A port takes bytes at its own rate, slower than a byte in a millisecond only where something is wrong.
    const auto time = kPatience + std::chrono::milliseconds(out.size());
    const size_t sent = within(time, [&](auto handler) { asio::async_write(port, asio::buffer(out), handler); });
    if (sent < out.size()) throw Error("the serial port takes no bytes", name, "see whether it is the board's port");
    out.clear();
  }
  // What comes within the time, behind what has come.
  bool fill(std::chrono::milliseconds time) {
    next = 0;
    came = within(time, [&](auto handler) { port.async_read_some(asio::buffer(in), handler); });
    return came > 0;
  }

  std::string name;
  asio::io_context context;
  asio::serial_port port;
  std::vector<uint8_t> out;
  std::array<uint8_t, 4096> in{};
  size_t came = 0, next = 0;  // bytes of `in`; the next one
};

Port::Port(const std::string& path, int baud) : impl_(std::make_unique<Impl>(path)) {
  using Option = asio::serial_port_base;
  std::error_code problem;
  impl_->port.open(path, problem);
  if (problem == std::errc::permission_denied)
    throw Error("may not be opened", path, "join its group (`ls -l " + path + "` shows it, often dialout) and log in again");
  if (problem)
    throw Error("cannot be opened as a serial port: " + problem.message(), path,
                "plug the board in and give its port: `ls /dev/ttyUSB* /dev/ttyACM*`");
  try {
    impl_->port.set_option(Option::baud_rate(static_cast<unsigned>(baud)));
    impl_->port.set_option(Option::character_size(8));
    impl_->port.set_option(Option::parity(Option::parity::none));
    impl_->port.set_option(Option::stop_bits(Option::stop_bits::one));
    impl_->port.set_option(Option::flow_control(Option::flow_control::none));
  } catch (const std::system_error& refused) {
    throw Error("does not do " + std::to_string(baud) + " bits a second: " + refused.code().message(), path,
                "change board.baud in the device file, and make the bitstream again");
  }
}
Port::Port(Port&&) noexcept = default;
Port::~Port() = default;

void Port::send(uint8_t byte) { impl_->out.push_back(byte); }

uint8_t Port::receive() {
  impl_->flush();
  if (impl_->next == impl_->came && !impl_->fill(kPatience)) fail("no answer");
  return impl_->in[impl_->next++];
}

void Port::drain(std::chrono::milliseconds quiet) {
  impl_->flush();
  std::this_thread::sleep_for(quiet);
  while (impl_->fill(std::chrono::milliseconds(10))) continue;
}

void Port::fail(const std::string& what) const {
  throw Error(what + " from the board", impl_->name,
              "see that it is the board's port, that duet's bitstream was loaded, and that device and bitstream are of one rate");
}

}  // namespace duet::board
