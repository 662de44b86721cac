#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "board/link.h"
#include "board/port.h"
#include "device/device.h"
#include "program/program.h"

namespace duet::board {

/// A network on a board's accelerator, at the end of a serial port (docs/boards.md).
class Host {
 public:
  /// Finds the board, whatever it was at, resets it and loads the program. `engine`: the one in its bitstream. Throws Error where
  /// the device has no board or too little memory, the port cannot be opened, or nobody answers as duet does.
  Host(const std::string& port, const device::Device& device, const quant::QuantizedNetwork& network,
       const engine::Engine& engine);
  /// Sends a picture (0..255) and returns the head's map. Throws Error where the engine reports an error or takes too long.
  layer::IntMap run(const layer::IntMap& picture);

 private:
  // Where things lie in the board's memory, bytes, and in which form.
  struct Places {
    std::vector<uint8_t> program;  // from address 0 on
    int64_t picture = 0, head = 0, end = 0;
    size_t head_bytes = 0;
    std::function<std::vector<uint8_t>(const layer::IntMap&)> pack;
    std::function<layer::IntMap(const std::vector<uint8_t>&)> unpack;
  };
  static Places places(const quant::QuantizedNetwork& network, const engine::Engine& engine);
  void check_error();

  Places places_;
  bool compact_;
  Link<Port> link_;
  uint32_t frames_ = 0;
};

}  // namespace duet::board
