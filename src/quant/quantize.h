#pragma once
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/rng.h"
#include "quant/quantized.h"
#include "quant/scale.h"
#include "quant/tensors.h"

namespace duet::quant {

/// Picture i: input-size bytes, planar red, green, blue. Called from several threads; the bytes must stay valid during the work.
using Pictures = std::function<std::span<const uint8_t>(size_t)>;

struct QuantizeOptions {
  int weight_bits = 8, feature_bits = 8;  ///< (W, F), each 2..16
  int accumulator_bits = 40;              ///< A of docs/arithmetic.md, 2: at most 40
  bool clip_weights = true;               ///< a channel's largest weights are clipped where that lowers its squared error
  std::map<std::string, Widths> layers;   ///< other widths than the network's, by a layer's name ("b0.l1")
};

/// Widths of every computing layer, in graph order. Maps that are put side by side get the wider one's. Throws Error for a width
/// out of its range, and for a name that no layer has (with the nearest one).
std::vector<Widths> layer_widths(const net::Network& network, const QuantizeOptions& options);

/// A convolution with its batch norm folded in: what the integers stand for, in double precision.
struct FoldedLayer {
  std::string node;  ///< of the convolution
  int out_channels = 0, in_channels = 0, kernel = 1, groups = 1;
  std::vector<double> weights;  ///< [out][in / groups][k][k]
  std::vector<double> bias;     ///< [out]
  bool relu = false;            ///< false: its map is signed
  double clip = 0;              ///< upper limit of the ReLU, 0 for none
  size_t map_node = 0;          ///< graph node whose float map its stored integers stand for
};

/// The computing layers in graph order; each reads the map of the one before (the first the picture), pooled or not. Throws Error
/// naming a tensor that is missing or misshapen.
std::vector<FoldedLayer> fold(const net::Network& network, const Tensors& tensors);

/// Ranges of all feature maps from `count` pictures run in float. Below 12 bits the range with the least squared error; from 12
/// bits on (and so for the head) twice the largest value seen. Never more than the clip of a ReLU. `count` at least 1.
Ranges calibrate(const net::Network& network, const Tensors& tensors, const Pictures& pictures, size_t count,
                 const QuantizeOptions& options, int threads = 1, const Progress& progress = {});

/// Integers for given ranges (docs/arithmetic.md). Pure: fine-tuning calls it with ranges of its own. Throws Error naming the
/// layer and channel for a weight that is not a number, a range that is missing or not above 0, or an accumulator that could
/// overflow.
QuantizedNetwork quantize(const net::Network& network, const Tensors& tensors, const Ranges& ranges,
                          const QuantizeOptions& options);

/// calibrate, then quantize.
QuantizedNetwork quantize_network(const net::Network& network, const Tensors& tensors, const Pictures& pictures, size_t count,
                                  const QuantizeOptions& options, int threads = 1, const Progress& progress = {});

/// An untrained network in integers: random_tensors, calibrated on two pictures of noise. Its maps are neither empty nor
/// saturated, so it is what tests and measurements of speed want.
QuantizedNetwork random_quantized(const net::Network& network, const QuantizeOptions& options, Rng& rng);

/// Bits an accumulator needs for a layer whose inputs lie in `input`: the smallest A with |bias(c)| + sum |w(c)| max|x| < 2^(A-1)
/// for all c.
int accumulator_bits(const layer::IntParameters& parameters, fixed::Range input);
/// Of a whole network: the most of its layers.
int accumulator_bits(const QuantizedNetwork& network);
/// Range of the integers that a layer of `network.layers` reads (the picture's for the first).
fixed::Range input_range(const QuantizedNetwork& network, size_t layer);

}  // namespace duet::quant
