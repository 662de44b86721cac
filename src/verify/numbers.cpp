#include "verify/numbers.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/error.h"
#include "base/rng.h"
#include "layer/convolve.h"
#include "quant/quantize.h"

namespace duet::verify {
namespace {

constexpr double kExtreme = 0.06;      // share of weights at the ends of their range
constexpr double kMostZero = 0.35;     // of a channel's outputs, at most
constexpr double kMostClipped = 0.08;  // likewise
constexpr double kPowersOfTwo = 0.25;  // of the channels: multipliers that make ties of the rounding frequent
constexpr fixed::Range kAny{INT32_MIN, INT32_MAX};

layer::IntMap noise(const net::Shape& shape, Rng& rng) {
  layer::IntMap picture{shape, {}};
  for (int64_t i = 0; i < shape.size(); ++i) picture.values.push_back(static_cast<int32_t>(rng.below(256)));
  return picture;
}

std::vector<int16_t> draw_weights(size_t channels, size_t taps, int bits, Rng& rng) {
  const int limit = fixed::weight_limit(bits);
  std::vector<int16_t> weights(channels * taps);
  for (int16_t& w : weights)
    w = static_cast<int16_t>(rng.chance(kExtreme) ? (rng.chance(0.5) ? limit : -limit) : rng.between(-limit, limit));
  for (size_t c = 0; c < channels; ++c) {  // a channel of zeros has nothing to show
    const auto first = weights.begin() + static_cast<ptrdiff_t>(c * taps);
    if (std::all_of(first, first + static_cast<ptrdiff_t>(taps), [](int16_t w) { return w == 0; }))
      first[static_cast<ptrdiff_t>(rng.below(taps))] = static_cast<int16_t>(limit);
  }
  return weights;
}

// M 2^-S near `ratio`, M of 8 bits with the top one set.
void set_ratio(fixed::Requant& q, double ratio, Rng& rng) {
  int exponent;
  const double fraction = std::frexp(ratio, &exponent);  // 0.5..1
  const int shift = 8 - exponent;
  if (shift < fixed::kMinShift) {
    q.multiplier = fixed::kMaxMultiplier, q.shift = fixed::kMinShift;
    return;
  }
  q.shift = static_cast<uint8_t>(std::min(shift, fixed::kMaxShift));
  q.multiplier = static_cast<uint8_t>(rng.chance(kPowersOfTwo) ? 128 : std::min<int>(255, std::lround(fraction * 256)));
}

// Unsigned outputs: the smallest sums become 0, the largest are clipped.
fixed::Requant aim_unsigned(const std::vector<int64_t>& sorted, int32_t top, Rng& rng) {
  const auto last = static_cast<double>(sorted.size() - 1);
  int64_t lo = sorted[static_cast<size_t>(rng.uniform(0, kMostZero) * last)];
  int64_t hi = sorted[static_cast<size_t>(std::ceil(rng.uniform(1 - kMostClipped, 1) * last))];
  if (hi - lo < 2) --lo, ++hi;  // all the same: in the middle
  fixed::Requant q;
  q.bias = -lo;
  set_ratio(q, top / static_cast<double>(hi - lo), rng);
  return q;
}

// Signed outputs: both ends are clipped.
fixed::Requant aim_signed(const std::vector<int64_t>& sorted, int32_t top, Rng& rng) {
  const int64_t spread = sorted.back() - sorted.front();
  fixed::Requant q;
  q.bias = -sorted[sorted.size() / 2] + rng.between(-spread / 8 - 1, spread / 8 + 1);
  const int64_t reach = std::max({int64_t{2}, sorted.back() + q.bias, -sorted.front() - q.bias});
  set_ratio(q, rng.uniform(1, 1.3) * top / static_cast<double>(reach), rng);
  return q;
}

// Runs the network as it is made, node by node, on all pictures.
class Maker {
 public:
  Maker(const Design& design, Rng& rng)
      : design_(design), rng_(rng), graph_(to_graph(design.network)), shapes_(layer::shapes(graph_)) {
    numbers_.network = {design.network, design.weight_bits, design.feature_bits, {}};
    for (int i = 0; i < kPictures; ++i) numbers_.pictures.push_back(noise(design.network.input, rng_));
    maps_.resize(graph_.nodes.size());
    maps_[0] = numbers_.pictures;
  }

  Numbers make() {
    for (size_t i = 1; i < graph_.nodes.size(); ++i) {
      const net::Node& node = graph_.nodes[i];
      const layer::LayerKind& kind = layer::kind_of(node);
      if (!kind.runs_in_integers())
        maps_[i] = maps_[static_cast<size_t>(node.inputs.at(0))];
      else if (kind.work(node, layer::input_shapes(node, shapes_)).weights > 0)
        maps_[i] = convolve(i, add_layer(node, i));
      else
        maps_[i] = run(node);
    }
    return std::move(numbers_);
  }

 private:
  std::vector<layer::IntMap> run(const net::Node& node) const {
    std::vector<layer::IntMap> out;
    for (size_t p = 0; p < kPictures; ++p) {
      std::vector<const layer::IntMap*> inputs;
      for (int input : node.inputs) inputs.push_back(&maps_[static_cast<size_t>(input)][p]);
      out.push_back(layer::kind_of(node).run(node, {}, inputs));
    }
    return out;
  }

  std::vector<layer::IntMap> convolve(size_t index, const layer::IntParameters& parameters) const {
    const net::Node& node = graph_.nodes[index];
    const layer::FloatOperation op = layer::kind_of(node).float_operation(node, layer::input_shapes(node, shapes_));
    const net::Shape& shape = shapes_[index];
    std::vector<layer::IntMap> out;
    for (const layer::IntMap& in : maps_[static_cast<size_t>(node.inputs.at(0))]) {
      out.push_back({shape, std::vector<int32_t>(static_cast<size_t>(shape.size()))});
      layer::convolve({op.in_channels, op.out_channels, op.kernel, op.groups, shape.height, shape.width}, in.values.data(),
                      parameters, layer::Accumulator::float64, out.back().values.data());
    }
    return out;
  }

  const layer::IntParameters& add_layer(const net::Node& node, size_t index) {
    const bool head = index + 1 == graph_.nodes.size();
    const auto channels = static_cast<size_t>(shapes_[index].channels);
    const auto inputs = layer::input_shapes(node, shapes_);
    quant::QuantizedLayer layer;
    layer.node = node.name;
    layer.weight_bits = design_.weight_bits;
    layer.output_bits = head ? fixed::kHeadBits : design_.feature_bits;
    layer.output_signed = head || !design_.network.bundle.relu;
    layer.weight_scale.assign(channels, 1);
    const auto taps = static_cast<size_t>(layer::kind_of(node).work(node, inputs).weights) / channels;
    layer.parameters.weights = draw_weights(channels, taps, design_.weight_bits, rng_);
    layer.parameters.requant.resize(channels);
    layer.parameters.output = fixed::feature_range(layer.output_bits, layer.output_signed);
    aim(index, layer.parameters,
        numbers_.network.layers.empty() ? fixed::feature_range(quant::kPictureBits, false)
                                        : numbers_.network.layers.back().parameters.output);
    numbers_.network.layers.push_back(std::move(layer));
    return numbers_.network.layers.back().parameters;
  }

  // Sums come out of the layer's convolution, requantised by a power of two that keeps them within 32 bits.
  void aim(size_t index, layer::IntParameters& parameters, fixed::Range input) {
    layer::IntParameters probe = parameters;
    for (fixed::Requant& q : probe.requant) q = {0, 128, 7};
    probe.output = kAny;
    const int cut = std::max(0, quant::accumulator_bits(probe, input) - 32);
    for (fixed::Requant& q : probe.requant) q.shift = static_cast<uint8_t>(7 + cut);
    const std::vector<layer::IntMap> sums = convolve(index, probe);
    for (size_t c = 0; c < parameters.requant.size(); ++c)
      parameters.requant[c] = aim_channel(sums, static_cast<int64_t>(c), cut, parameters.output);
  }

  fixed::Requant aim_channel(const std::vector<layer::IntMap>& sums, int64_t channel, int cut, fixed::Range output) {
    std::vector<int64_t> all;
    for (const layer::IntMap& map : sums)
      for (int64_t i = 0, n = map.shape.pixels(); i < n; ++i)
        all.push_back(int64_t{map.values[static_cast<size_t>(channel * n + i)]} * (int64_t{1} << cut));
    std::sort(all.begin(), all.end());
    return output.lo < 0 ? aim_signed(all, output.hi, rng_) : aim_unsigned(all, output.hi, rng_);
  }

  const Design& design_;
  Rng& rng_;
  net::Graph graph_;
  std::vector<net::Shape> shapes_;
  Numbers numbers_;
  std::vector<std::vector<layer::IntMap>> maps_;  // by node and picture
};

struct Count {
  std::string node;
  int64_t live = 0, all = 0;
};

// Adds a map's outputs to its node's count. `range`: of the computing layer that it comes from.
void count(const golden::NodeMap& map, fixed::Range range, Count& count) {
  count.node = map.node;
  for (int32_t value : map.map.values) count.live += value != 0 && value > range.lo && value < range.hi;
  count.all += static_cast<int64_t>(map.map.values.size());
}

}  // namespace

Numbers draw_numbers(const Design& design) {
  Rng rng(design.seed);
  return Maker(design, rng).make();
}

GoldenMaps golden_maps(const Numbers& numbers) {
  GoldenMaps maps;
  for (const layer::IntMap& picture : numbers.pictures) maps.push_back(golden::run_all(numbers.network, picture));
  return maps;
}

std::vector<Live> live_outputs(const Numbers& numbers, const GoldenMaps& maps) {
  std::vector<Count> counts(maps.front().size());
  for (const auto& nodes : maps) {
    fixed::Range range;
    for (size_t i = 1, computing = 0; i < nodes.size(); ++i) {  // 0 is the picture; pooling keeps its input's range
      const auto& layers = numbers.network.layers;
      if (computing < layers.size() && layers[computing].node == nodes[i].node) range = layers[computing++].parameters.output;
      count(nodes[i], range, counts[i]);
    }
  }
  std::vector<Live> live;
  for (size_t i = 1; i < counts.size(); ++i)
    live.push_back({counts[i].node, static_cast<double>(counts[i].live) / static_cast<double>(counts[i].all)});
  return live;
}

double least(const std::vector<Live>& live) {
  DUET_CHECK(!live.empty(), "a network without layers");
  return std::min_element(live.begin(), live.end(), [](const Live& a, const Live& b) { return a.share < b.share; })->share;
}

}  // namespace duet::verify
