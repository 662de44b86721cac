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

/// SkyNet's: pixels of every 2x2 become channels, those of the first pixel first; then the other map's channels.
inline Map naive_reorder(const Map& in) {
  Map out{4 * in.channels, in.height / 2, in.width / 2, {}};
  for (int part = 0; part < 4; ++part)
    for (int c = 0; c < in.channels; ++c)
      for (int y = 0; y < out.height; ++y)
        for (int x = 0; x < out.width; ++x) out.v.push_back(in.get(c, 2 * y + part / 2, 2 * x + part % 2));
  return out;
}

inline Map naive_join(Map first, const Map& second) {
  first.channels += second.channels;
  first.v.insert(first.v.end(), second.v.begin(), second.v.end());
  return first;
}

/// Every map of the network: after each computing layer, each pooling and each part of a bypass, the head's last.
inline std::vector<Map> naive_run(const quant::QuantizedNetwork& q, const std::vector<uint8_t>& picture) {
  const net::Network& network = q.network;
  std::vector<Map> maps{{network.input.channels, network.input.height, network.input.width, {picture.begin(), picture.end()}}};
  size_t next = 0;
  Map bypass;
  const auto join = [&](size_t index) {
    if (network.bypass && network.bypass->to == static_cast<int>(index)) maps.push_back(naive_join(bypass, maps.back()));
  };
  for (size_t i = 0; i < network.replications.size(); ++i) {
    const net::Replication& replication = network.replications[i];
    join(i);
    bool expanded = false;
    for (const net::ComputeLayer& layer : network.bundle.layers) {
      if (!layer.depthwise) expanded = true;
      const int channels = expanded ? replication.channels : maps.back().channels;
      maps.push_back(naive_convolution(maps.back(), q.layers[next++], channels, layer.kernel, layer.depthwise));
    }
    const Map whole = maps.back();
    if (network.bypass && network.bypass->from == static_cast<int>(i)) maps.push_back(bypass = naive_reorder(whole));
    if (replication.downsample) maps.push_back(naive_pool(whole, network.bundle.pool == net::Pool::average));
  }
  join(network.replications.size());
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
  if (network.bundle.pool == net::Pool::none || rng.chance(0.5)) return network;
  // A bypass around some of the replications, the first of which alone pools and is of even size.
  const int count = static_cast<int>(network.replications.size()), from = static_cast<int>(rng.below(count));
  network.bypass = net::Bypass{from, static_cast<int>(rng.between(from + 1, count))};
  for (int i = 0; i < count; ++i)
    network.replications[i].downsample = i == from || (i < from && network.replications[i].downsample);
  for (int i = 0; i <= from; ++i)
    if (network.replications[i].downsample) network.input.height *= 2, network.input.width *= 2;
  return network;
}

inline std::vector<uint8_t> random_picture(const net::Network& network, Rng& rng) {
  std::vector<uint8_t> picture(network.input.size());
  for (uint8_t& byte : picture) byte = static_cast<uint8_t>(rng.below(256));
  return picture;
}

}  // namespace duet::test
