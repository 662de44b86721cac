#pragma once
// Arguments that several verbs share.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "device/device.h"
#include "engine/engine.h"
#include "net/network.h"

namespace duet::cli {

/// A known network ("dnn-a") or a network.json. Throws Error with the nearest known name.
net::Network read_network(const std::string& name_or_path);
/// An engine.json for a device of its family. Throws Error for another's.
engine::Engine read_engine(const std::string& path, const device::Device& device);

/// Bits of weights and features.
struct Widths {
  std::vector<int> bits{8, 8};
  int weights() const { return bits[0]; }
  int features() const { return bits[1]; }
};
/// Adds `--widths W,F`. `check` after parsing throws Error unless both are 2..16.
CLI::Option* add_widths(CLI::App* verb, Widths& widths);
void check(const Widths& widths);

}  // namespace duet::cli
