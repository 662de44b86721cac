#pragma once
// What `emit` and `simulate` share: a network in integers and the engine that runs it.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "device/device.h"
#include "quant/quantized.h"

namespace duet::cli {

struct AcceleratorOptions {
  std::string network, device = "pynq-z1", engine_file;
  std::vector<int> lanes;
  Widths widths;
  int products = 1;
  bool dw_in_luts = false;
  uint64_t seed = 1;
};

struct Accelerator {
  quant::QuantizedNetwork network;
  engine::Engine engine;
  device::Device device;
  bool trained = false;  ///< false: random weights
};

void add_accelerator_options(CLI::App* verb, AcceleratorOptions& options);
/// Reads a quantised network, or takes a known network or network.json with random weights; chooses the engine. Throws Error.
Accelerator read_accelerator(const AcceleratorOptions& options, const std::string& verb);

}  // namespace duet::cli
