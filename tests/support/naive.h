#pragma once
// An integer network written down once more, as plainly as possible and without any of src/layer or src/golden: what the golden
// model is held to. Follows docs/arithmetic.md alone.

#include <algorithm>

#include "quant/quantized.h"

namespace duet::test {

struct Map {
  int channels, height, width;
  std::vector<int64_t> v;
  int64_t get(int c, int y, int x) const {
    if (y < 0 || x < 0 || y >= height || x >= width) return 0;
    return v[(size_t(c) * height + y) * width + x];
  }
};

inline int64_t floor_shift(__int128 value, int shift) {
  const __int128 divisor = __int128{1} << shift;
  __int128 quotient = value / divisor;
  if (value % divisor < 0) --quotient;
  return static_cast<int64_t>(quotient);
}

inline Map naive_convolution(const Map& in, const quant::QuantizedLayer& layer, int out_channels, int k, bool depthwise) {
  Map out{out_channels, in.height, in.width, {}};
  const int fan = depthwise ? 1 : in.channels;
  const int64_t hi = layer.output_signed ? (1 << (layer.output_bits - 1)) - 1 : (1 << layer.output_bits) - 1;
  const int64_t lo = layer.output_signed ? -hi - 1 : 0;
  for (int o = 0; o < out_channels; ++o)
    for (int y = 0; y < in.height; ++y)
      for (int x = 0; x < in.width; ++x) {
        __int128 acc = layer.parameters.requant[o].bias;
        for (int i = 0; i < fan; ++i)
          for (int dy = 0; dy < k; ++dy)
            for (int dx = 0; dx < k; ++dx)
              acc += __int128{layer.parameters.weights[((size_t(o) * fan + i) * k + dy) * k + dx]} *
                     in.get(depthwise ? o : i, y + dy - k / 2, x + dx - k / 2);
        const int shift = layer.parameters.requant[o].shift;
        const __int128 scaled = acc * layer.parameters.requant[o].multiplier + (__int128{1} << (shift - 1));
        out.v.push_back(std::clamp(floor_shift(scaled, shift), lo, hi));
      }
  return out;
}

inline Map naive_pool(const Map& in, bool average) {
  Map out{in.channels, in.height / 2, in.width / 2, {}};
  for (int c = 0; c < in.channels; ++c)
    for (int y = 0; y < out.height; ++y)
      for (int x = 0; x < out.width; ++x) {
        int64_t sum = 2, most = INT64_MIN;
        for (int part = 0; part < 4; ++part) {
          const int64_t value = in.get(c, 2 * y + part / 2, 2 * x + part % 2);
          sum += value, most = std::max(most, value);
        }
        out.v.push_back(average ? floor_shift(sum, 2) : most);
      }
  return out;
}

/// Every map of the network: after each computing layer and each pooling, the head's last.
inline std::vector<Map> naive_run(const quant::QuantizedNetwork& q, const std::vector<uint8_t>& picture) {
  const net::Network& network = q.network;
  std::vector<Map> maps{{network.input.channels, network.input.height, network.input.width, {picture.begin(), picture.end()}}};
  size_t next = 0;
  for (const net::Replication& replication : network.replications) {
    bool expanded = false;
    for (const net::ComputeLayer& layer : network.bundle.layers) {
      if (!layer.depthwise) expanded = true;
      const int channels = expanded ? replication.channels : maps.back().channels;
      maps.push_back(naive_convolution(maps.back(), q.layers[next++], channels, layer.kernel, layer.depthwise));
    }
    if (replication.downsample) maps.push_back(naive_pool(maps.back(), network.bundle.pool == net::Pool::average));
  }
  maps.push_back(naive_convolution(maps.back(), q.layers[next], network.head_channels(), 1, false));
  return maps;
}

/// A small network of a random Bundle: odd sizes, one to three replications.
inline net::Network random_network(Rng& rng) {
  net::Network network;
  network.name = "random";
  network.bundle = net::draw_bundle(rng);
  network.input = {static_cast<int>(rng.between(1, 4)), static_cast<int>(rng.between(4, 13)),
                   static_cast<int>(rng.between(4, 37))};
  int side = std::min(network.input.height, network.input.width);
  for (int64_t n = rng.between(1, 3); n > 0; --n) {
    const bool down = network.bundle.pool != net::Pool::none && side >= 2 && rng.chance(0.6);
    network.replications.push_back({static_cast<int>(rng.between(1, 20)), down});
    if (down) side /= 2;
  }
  network.anchors.resize(rng.between(1, 3), {0.1, 0.1});
  return network;
}

inline std::vector<uint8_t> random_picture(const net::Network& network, Rng& rng) {
  std::vector<uint8_t> picture(network.input.size());
  for (uint8_t& byte : picture) byte = static_cast<uint8_t>(rng.below(256));
  return picture;
}

}  // namespace duet::test
