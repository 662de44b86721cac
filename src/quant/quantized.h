#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "layer/layer.h"
#include "net/network.h"

namespace duet::quant {

/// A layer that computes, of the network's graph.
struct ComputingNode {
  std::string name;
  std::vector<int64_t> weight_shape;  ///< out, in / groups, kernel, kernel
};
/// All of them, in graph order.
std::vector<ComputingNode> computing_nodes(const net::Network& network);

/// A computing layer in integers, with what a person needs to read it in real numbers.
struct QuantizedLayer {
  std::string node;                  ///< name of the Graph node it belongs to; norm and activation are folded in
  int weight_bits = 8;               ///< W
  int output_bits = 8;               ///< F of its output; 16 for the head
  bool output_signed = false;        ///< false after ReLU
  double output_scale = 1;           ///< real value of one step of the output
  std::vector<double> weight_scale;  ///< real value of one step of the weight, per output channel
  layer::IntParameters parameters;
};

/// A network in integers: what the golden model runs, the accelerator computes and `emit` packs.
struct QuantizedNetwork {
  net::Network network;
  int weight_bits = 8, feature_bits = 8;  ///< (W, F) of its widest layers, the head's map not counted
  std::vector<QuantizedLayer> layers;     ///< in graph order, computing layers only; the last is the head
};

/// Two files, `path`.json (description, scales) and `path`.safetensors (integers).
void save(const QuantizedNetwork& network, const std::filesystem::path& path);
/// Throws Error naming the file and what is wrong with it.
QuantizedNetwork load_quantized(const std::filesystem::path& path);

}  // namespace duet::quant
