#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "program/compact.h"
#include "quant/quantize.h"

namespace duet::program::compact {
namespace {

class Words {
 public:
  void add(uint64_t word) {
    for (int byte = 0; byte < 8; ++byte) bytes_.push_back(static_cast<uint8_t>(word >> (8 * byte)));
  }
  // A weight for every lane; past the last channel 0.
  template <class Weight>
  void weights(int group, int channels, const Weight& weight) {
    uint64_t word = 0;
    for (int lane = 0; lane < kLanes; ++lane)
      if (const int channel = group * kLanes + lane; channel < channels)
        word |= (static_cast<uint64_t>(weight(channel)) & 0xff) << (8 * lane);
    add(word);
  }
  void parameters(const layer::IntParameters& p, int group) {
    for (int lane = 0; lane < kLanes; ++lane) {
      const size_t channel = static_cast<size_t>(group * kLanes + lane);
      add(fixed::pack(channel < p.requant.size() ? p.requant[channel] : fixed::Requant{}));
    }
  }
  std::vector<uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
};

uint64_t field(int64_t value, int at, int bits) { return (static_cast<uint64_t>(value) & ((uint64_t{1} << bits) - 1)) << at; }

void describe(Words& out, const compact::Layer& l, bool last, int feature_limit) {
  const int64_t in_row = int64_t{l.in.width} * l.in_groups, step = l.out_groups * (l.head ? 2 : 1);
  // The window of the first pixel begins a row above and a column before the map, modulo the counter's 15 bits.
  const int64_t in_start = l.in_start - (l.depthwise ? in_row + l.in_groups : 0);
  out.add(field(l.depthwise, 0, 1) | field(l.pool, 1, 1) | field(l.head, 2, 1) | field(l.packed, 3, 1) | field(last, 4, 1) |
          field(l.in.width - 1, 8, 8) | field(l.in.height / 2 - 1, 16, 8) | field(l.inner - 1, 24, 8) |
          field(feature_limit, 32, 8) | field(l.in_groups, 40, 6) | field(l.out_groups, 48, 6) | field(step, 56, 7));
  out.add(field(in_start, 0, 15) | field(in_row, 16, 15) | field(l.out_start, 32, 14) | field(l.out.width * step, 48, 14));
  out.add(field(l.weights, 0, 14));
}

void check(const quant::QuantizedNetwork& network) {
  std::string reason;
  if (network.weight_bits > kLanes || network.feature_bits > kLanes)
    reason = fmt::format("W{}F{}", network.weight_bits, network.feature_bits);
  else if (!std::all_of(network.layers.begin(), network.layers.end() - 1, [&](const quant::QuantizedLayer& l) {
             return l.parameters.output == fixed::feature_range(network.feature_bits, false);
           }))
    reason = "features of several widths";
  else if (const int bits = quant::accumulator_bits(network); bits > kAccumulatorBits)
    reason = fmt::format("sums of {} bits", bits);
  if (!reason.empty())
    throw Error(
        "the compact engine has weights and features of one width, 8 bits at most, and sums of 24; the network has " + reason,
        network.network.name, "quantise it with `--widths 8,8` or narrower");
}

}  // namespace

std::vector<uint8_t> image(const Plan& plan, const quant::QuantizedNetwork& network) {
  check(network);
  Words out;
  const int limit = fixed::feature_range(network.feature_bits, false).hi;
  for (const compact::Layer& l : plan.layers) describe(out, l, &l == &plan.layers.back(), limit);
  size_t next = 0;
  for (const compact::Layer& l : plan.layers) {
    constexpr int kTaps = 9;
    if (l.depthwise) {
      const layer::IntParameters& p = network.layers.at(next++).parameters;
      for (int group = 0; group < l.in_groups; ++group) {
        for (int tap = 0; tap < kTaps; ++tap)
          out.weights(group, l.in.channels, [&](int channel) { return p.weights[static_cast<size_t>(channel * kTaps + tap)]; });
        out.parameters(p, group);
      }
    }
    const layer::IntParameters& p = network.layers.at(next++).parameters;
    for (int group = 0; group < l.out_groups; ++group) {
      for (int from = 0; from < l.inner; ++from)
        out.weights(group, l.out.channels, [&](int channel) {
          return from < l.in.channels ? p.weights[static_cast<size_t>(channel * l.in.channels + from)] : 0;
        });
      out.parameters(p, group);
    }
  }
  DUET_CHECK(next == network.layers.size(), "layers of the quantised network do not match its passes");
  std::vector<uint8_t> bytes = out.take();
  DUET_CHECK(static_cast<int64_t>(bytes.size()) == 8 * plan.program_words, "program size");
  return bytes;
}

std::vector<uint8_t> pack_picture(const layer::IntMap& picture, const Plan& plan) {
  const net::Shape& shape = picture.shape;
  DUET_CHECK(shape == plan.layers.front().in, "picture size");
  const size_t stride = plan.layers.front().packed ? kLanes / 2 : kLanes;
  std::vector<uint8_t> bytes(static_cast<size_t>(8 * plan.picture_words));
  const size_t pixels = static_cast<size_t>(shape.height) * shape.width;
  for (size_t pixel = 0; pixel < pixels; ++pixel)
    for (size_t channel = 0; channel < 3; ++channel)
      bytes[pixel * stride + channel] = static_cast<uint8_t>(picture.values[channel * pixels + pixel]);
  return bytes;
}

layer::IntMap unpack_head(const std::vector<uint8_t>& bytes, const Plan& plan) {
  const compact::Layer& head = plan.layers.back();
  layer::IntMap map{head.out, std::vector<int32_t>(head.out.size())};
  const size_t pixels = static_cast<size_t>(head.out.height) * head.out.width, stride = 16 * static_cast<size_t>(head.out_groups);
  DUET_CHECK(bytes.size() == pixels * stride, "head size");
  for (size_t pixel = 0; pixel < pixels; ++pixel)
    for (size_t channel = 0; channel < static_cast<size_t>(head.out.channels); ++channel) {
      const uint8_t* at = &bytes[pixel * stride + 2 * channel];
      map.values[channel * pixels + pixel] = static_cast<int16_t>(at[0] | at[1] << 8);
    }
  return map;
}

}  // namespace duet::program::compact
