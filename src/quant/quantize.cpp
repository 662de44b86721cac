#include "quant/quantize.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "quant/float_run.h"

namespace duet::quant {
namespace {

// One output channel of a layer on its way to integers.
struct Channel {
  std::span<const double> weights;
  double bias = 0;
};

Scale scale_of(const Channel& channel, double s_in, double s_out, int weight_bits, const QuantizeOptions& options) {
  const double bias = std::abs(channel.bias);
  if (options.clip_weights)
    return choose_clipped_scale(channel.weights, s_in, s_out, weight_bits, bias, options.accumulator_bits);
  double largest = 0;
  for (double w : channel.weights) largest = std::max(largest, std::abs(w));
  return choose_scale(largest, s_in, s_out, weight_bits, bias, options.accumulator_bits);
}

double range_of(const Ranges& ranges, const FoldedLayer& layer) {
  const auto found = ranges.max.find(layer.node);
  const std::string where = "layer '" + layer.node + "'";
  if (found == ranges.max.end()) throw Error("has no range", where, "calibrate on pictures first");
  if (!(found->second > 0) || !std::isfinite(found->second))
    throw Error("has the range " + std::to_string(found->second), where,
                "ranges are above 0: calibrate on pictures that show something");
  return layer.clip > 0 ? std::min(found->second, layer.clip) : found->second;
}

// The computing layers whose maps are put side by side, of each place where that is done.
std::vector<std::vector<std::string>> joined(const net::Network& network) {
  const net::Graph graph = to_graph(network);
  const std::vector<ComputingNode> computing = computing_nodes(network);
  const auto source = [&](int index) {
    for (;; index = graph.nodes[static_cast<size_t>(index)].inputs.at(0))
      for (const ComputingNode& node : computing)
        if (node.name == graph.nodes[static_cast<size_t>(index)].name) return node.name;
  };
  std::vector<std::vector<std::string>> all;
  for (const net::Node& node : graph.nodes) {
    if (node.inputs.size() < 2) continue;
    all.emplace_back();
    for (int input : node.inputs) all.back().push_back(source(input));
  }
  return all;
}

// They have one scale: the ranges become the largest of them.
Ranges shared(const net::Network& network, const std::vector<FoldedLayer>& layers, Ranges ranges) {
  for (const std::vector<std::string>& together : joined(network)) {
    double largest = 0;
    for (const FoldedLayer& layer : layers)
      if (std::find(together.begin(), together.end(), layer.node) != together.end())
        largest = std::max(largest, range_of(ranges, layer));
    for (const std::string& name : together) ranges.max[name] = largest;
  }
  return ranges;
}

void check_bits(const std::string& name, int bits, int lo, int hi) {
  if (bits < lo || bits > hi)
    throw Error(name + " is " + std::to_string(bits), "quantisation",
                "it must be " + std::to_string(lo) + " to " + std::to_string(hi));
}

// Largest |accumulator| of a channel (docs/arithmetic.md, 2).
int64_t bound(const layer::IntParameters& parameters, size_t channel, fixed::Range input) {
  const size_t taps = parameters.weights.size() / parameters.requant.size();
  int64_t sum = 0;
  for (size_t k = 0; k < taps; ++k) sum += std::abs(int64_t{parameters.weights[channel * taps + k]});
  return std::abs(parameters.requant[channel].bias) + sum * std::max<int64_t>(-int64_t{input.lo}, input.hi);
}

int bits_for(int64_t magnitude) { return std::bit_width(static_cast<uint64_t>(magnitude)) + 1; }

void check_accumulator(const QuantizedLayer& layer, fixed::Range input, int accumulator_bits) {
  for (size_t c = 0; c < layer.parameters.requant.size(); ++c)
    if (const int bits = bits_for(bound(layer.parameters, c, input)); bits > accumulator_bits)
      throw Error("its sums need " + std::to_string(bits) + " bits, the accumulator has " + std::to_string(accumulator_bits),
                  "layer '" + layer.node + "', channel " + std::to_string(c),
                  "take fewer weight or feature bits, or a wider accumulator");
}

QuantizedLayer quantize_layer(const FoldedLayer& folded, double s_in, double s_out, int weight_bits,
                              const QuantizeOptions& options) {
  QuantizedLayer layer;
  layer.node = folded.node;
  layer.weight_bits = weight_bits;
  layer.output_scale = s_out;
  const size_t taps = folded.weights.size() / folded.out_channels;
  const double limit = std::ldexp(1.0, fixed::kMaxAccumulatorBits - 1) - 1;
  for (int c = 0; c < folded.out_channels; ++c) {
    const Channel channel{std::span(folded.weights).subspan(c * taps, taps), folded.bias[c]};
    const Scale scale = scale_of(channel, s_in, s_out, weight_bits, options);
    layer.weight_scale.push_back(scale.weight_scale);
    for (double w : channel.weights)
      layer.parameters.weights.push_back(static_cast<int16_t>(quantize_weight(w, scale.weight_scale, weight_bits)));
    const double bias = std::clamp(std::nearbyint(channel.bias / (s_in * scale.weight_scale)), -limit, limit);
    layer.parameters.requant.push_back(
        {static_cast<int64_t>(bias), static_cast<uint8_t>(scale.multiplier), static_cast<uint8_t>(scale.shift)});
  }
  return layer;
}

}  // namespace

std::vector<Widths> layer_widths(const net::Network& network, const QuantizeOptions& options) {
  check_bits("weight_bits", options.weight_bits, 2, 16);
  check_bits("feature_bits", options.feature_bits, 2, 16);
  std::map<std::string, Widths> widths;
  std::vector<std::string> names;
  for (const ComputingNode& node : computing_nodes(network)) {
    names.push_back(node.name);
    widths[node.name] = {options.weight_bits, options.feature_bits};
  }
  for (const auto& [name, other] : options.layers) {
    const std::string close = base::nearest(name, names);
    if (!widths.count(name))
      throw Error("no layer has the name '" + name + "'", "quantisation",
                  close.empty() ? fmt::format("the layers are {}", fmt::join(names, ", ")) : "did you mean " + close + "?");
    check_bits("weight_bits of " + name, other.weight_bits, 2, 16);
    check_bits("feature_bits of " + name, other.feature_bits, 2, 16);
    widths[name] = other;
  }
  for (const std::vector<std::string>& together : joined(network)) {
    int most = 0;
    for (const std::string& name : together) most = std::max(most, widths[name].feature_bits);
    for (const std::string& name : together) widths[name].feature_bits = most;
  }
  widths[names.back()].feature_bits = fixed::kHeadBits;
  std::vector<Widths> all;
  for (const std::string& name : names) all.push_back(widths[name]);
  return all;
}

QuantizedNetwork quantize(const net::Network& network, const Tensors& tensors, const Ranges& ranges,
                          const QuantizeOptions& options) {
  check_bits("accumulator_bits", options.accumulator_bits, 8, fixed::kMaxAccumulatorBits);
  const std::vector<Widths> widths = layer_widths(network, options);
  QuantizedNetwork result{network, 0, 0, {}};
  for (const Widths& one : widths) {
    result.weight_bits = std::max(result.weight_bits, one.weight_bits);
    if (&one != &widths.back()) result.feature_bits = std::max(result.feature_bits, one.feature_bits);
  }
  const std::vector<FoldedLayer> folded = fold(network, tensors);
  const Ranges scales = shared(network, folded, ranges);
  double s_in = kPictureScale;
  fixed::Range input = fixed::feature_range(kPictureBits, false);
  for (size_t i = 0; i < folded.size(); ++i) {
    const FoldedLayer& one = folded[i];
    const int bits = widths.at(i).feature_bits;
    const double s_out = feature_scale(range_of(scales, one), bits, !one.relu);
    QuantizedLayer layer = quantize_layer(one, s_in, s_out, widths[i].weight_bits, options);
    layer.output_bits = bits;
    layer.output_signed = !one.relu;
    layer.parameters.output = fixed::feature_range(bits, !one.relu);
    check_accumulator(layer, input, options.accumulator_bits);
    s_in = s_out, input = layer.parameters.output;
    result.layers.push_back(std::move(layer));
  }
  return result;
}

QuantizedNetwork quantize_network(const net::Network& network, const Tensors& tensors, const Pictures& pictures, size_t count,
                                  const QuantizeOptions& options, int threads, const Progress& progress) {
  return quantize(network, tensors, calibrate(network, tensors, pictures, count, options, threads, progress), options);
}

QuantizedNetwork random_quantized(const net::Network& network, const QuantizeOptions& options, Rng& rng) {
  const Tensors tensors = random_tensors(to_graph(network), rng);
  std::vector<std::vector<uint8_t>> noise(2, std::vector<uint8_t>(network.input.size()));
  for (auto& picture : noise)
    for (uint8_t& byte : picture) byte = static_cast<uint8_t>(rng.below(256));
  return quantize_network(
      network, tensors, [&](size_t i) { return std::span<const uint8_t>(noise[i]); }, noise.size(), options);
}

int accumulator_bits(const layer::IntParameters& parameters, fixed::Range input) {
  int bits = 1;
  for (size_t c = 0; c < parameters.requant.size(); ++c) bits = std::max(bits, bits_for(bound(parameters, c, input)));
  return bits;
}

int accumulator_bits(const QuantizedNetwork& network) {
  int bits = 1;
  for (size_t i = 0; i < network.layers.size(); ++i)
    bits = std::max(bits, accumulator_bits(network.layers[i].parameters, input_range(network, i)));
  return bits;
}

fixed::Range input_range(const QuantizedNetwork& network, size_t layer) {
  return layer == 0 ? fixed::feature_range(kPictureBits, false) : network.layers[layer - 1].parameters.output;
}

}  // namespace duet::quant
