// The program in memory, as docs/registers.md describes it: header, descriptors, then the words of four memories.

#include <array>

#include "base/error.h"
#include "fixed/requantize.h"
#include "program/compact.h"
#include "program/descriptor.h"
#include "program/program.h"
#include "quant/quantize.h"

namespace duet::program {
namespace {

constexpr uint64_t kMagic = 0x54455544;  // "DUET"
constexpr uint64_t kVersion = 7;

// Beats one after the other; bit fields within a beat, and words of any width over several.
class Writer {
 public:
  void beat(uint64_t value) {
    for (int byte = 0; byte < 8; ++byte) bytes_.push_back(static_cast<uint8_t>(value >> (8 * byte)));
  }
  // Values of `bits` each, the first lowest, rounded up to whole beats.
  void word(const std::vector<int16_t>& values, int bits) {
    std::vector<uint64_t> beats((values.size() * bits + 63) / 64);
    for (size_t i = 0; i < values.size() * bits; ++i)
      beats[i / 64] |= static_cast<uint64_t>(values[i / bits] >> (i % bits) & 1) << (i % 64);
    for (const uint64_t value : beats) beat(value);
  }
  int64_t bytes() const { return static_cast<int64_t>(bytes_.size()); }
  void pad(int64_t bytes) { bytes_.resize(static_cast<size_t>(bytes)); }
  std::vector<uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
};

constexpr int kDescriptorBeats = 16;

void put(uint64_t& beat, int64_t value, int low, int bits) {
  DUET_CHECK(value >= 0 && value >> bits == 0, "a number of the program overflows");
  beat |= static_cast<uint64_t>(value) << low;
}

struct Part {
  int64_t value;
  int low, bits;
};
uint64_t pack(std::initializer_list<Part> parts) {
  uint64_t beat = 0;
  for (const Part& part : parts) put(beat, part.value, part.low, part.bits);
  return beat;
}

void write_header(Writer& out, const Program& program) {
  const engine::Engine& e = program.engine;
  const engine::Buffers& need = program.needs;
  int64_t pw_words = 0;  // in the program: streamed ones are not
  for (const Layer& layer : program.layers)
    if (!layer.stream) pw_words += int64_t{layer.passes} * layer.out_groups * e.in_lanes;
  out.beat(kMagic | kVersion << 32);
  out.beat(pack({{e.in_lanes, 0, 8},
                 {e.out_lanes, 8, 8},
                 {e.dw_lanes, 16, 8},
                 {engine::beat_lanes(e), 24, 8},
                 {e.weight_bits, 32, 8},
                 {e.feature_bits, 40, 8},
                 {e.acc_bits, 48, 8},
                 {e.unit_groups, 56, 4},
                 {engine::pixels(e), 60, 4}}));
  out.beat(pack({{need.layers, 0, 16},
                 {engine::dw_kernel(e), 16, 4},
                 {engine::array_kernel(e), 20, 4},
                 {engine::diagonal(e), 24, 1},
                 {engine::signed_features(e), 25, 1},
                 {e.bundle.pool == net::Pool::average, 26, 1},
                 {engine::digit_bits(e) - 1, 27, 5},
                 {(program.layout.program_bytes - 64) / 8, 32, 32}}));
  out.beat(pack({{need.dw_weight_words, 0, 32}, {need.dw_param_words, 32, 32}}));
  out.beat(pack({{pw_words, 0, 32}, {need.pw_param_words, 32, 32}}));
  out.beat(pack({{need.line_words, 0, 16}, {need.side_words, 16, 16}, {need.tile_words, 32, 16}, {need.psum_words, 48, 16}}));
  out.beat(pack({{need.result_words, 0, 16}, {program.network.bypass.has_value(), 16, 1}, {need.pw_weight_words, 32, 32}}));
  out.beat(0);
}

void write_descriptor(Writer& out, const Layer& layer, const Layer* previous, bool last, int depthwise_hi, int pointwise_hi) {
  std::array<uint64_t, kDescriptorBeats> beats{};
  descriptor(layer, previous, last, depthwise_hi, pointwise_hi,
             [&](const Field& field) { put(beats[static_cast<size_t>(field.beat)], field.value, field.low, field.bits); });
  for (const uint64_t beat : beats) out.beat(beat);
}

// Of a pass. Where the array only hands channels on, its requantisation changes nothing.
struct Parameters {
  const layer::IntParameters* depthwise = nullptr;
  const layer::IntParameters* dense = nullptr;
  layer::IntParameters handed_on;
  const layer::IntParameters& array() const { return dense ? *dense : handed_on; }
};
constexpr fixed::Requant kUnchanged{0, 128, 7};

// Layers of the quantised network come in the order of the passes.
std::vector<Parameters> match(const Program& program, const quant::QuantizedNetwork& network) {
  std::vector<Parameters> matched;
  size_t next = 0;
  const auto take = [&](size_t weights, int channels) {
    DUET_CHECK(next < network.layers.size(), "the quantised network lacks layers");
    const layer::IntParameters& parameters = network.layers[next++].parameters;
    DUET_CHECK(parameters.weights.size() == weights && parameters.requant.size() == static_cast<size_t>(channels),
               "the quantised network does not fit the program");
    return &parameters;
  };
  const size_t taps = static_cast<size_t>(engine::dw_kernel(program.engine) * engine::dw_kernel(program.engine));
  for (const Layer& layer : program.layers) {
    Parameters parameters;
    if (!layer.copy) parameters.depthwise = take(taps * layer.in.channels, layer.in.channels);
    if (layer.diagonal)
      parameters.handed_on = {
          {}, std::vector<fixed::Requant>(static_cast<size_t>(layer.out.channels), kUnchanged), parameters.depthwise->output};
    else
      parameters.dense = take(size_t(layer.kernel) * layer.kernel * layer.in.channels * layer.out.channels, layer.out.channels);
    matched.push_back(std::move(parameters));
  }
  return matched;
}

// The engine's accumulator, weights and features must hold what the network was quantised to.
void check_widths(const engine::Engine& engine, const quant::QuantizedNetwork& network) {
  const int accumulator = quant::accumulator_bits(network);
  const fixed::Range features = fixed::feature_range(engine.feature_bits, engine::signed_features(engine));
  std::string reason;
  if (accumulator > engine.acc_bits)
    reason = "its sums need " + std::to_string(accumulator) + " bits, the engine's accumulators have " +
             std::to_string(engine.acc_bits);
  if (network.weight_bits > engine.weight_bits) reason = "its weights are wider than the engine's";
  for (size_t i = 0; i + 1 < network.layers.size(); ++i)
    if (const fixed::Range& output = network.layers[i].parameters.output; output.hi > features.hi || output.lo < features.lo)
      reason = "the features of " + network.layers[i].node + " do not fit the engine's";
  if (!reason.empty())
    throw Error(reason, "network " + network.network.name, "quantise it for the engine or choose a wider engine");
}

uint64_t requant_word(const layer::IntParameters& parameters, int channel) {
  if (channel >= static_cast<int>(parameters.requant.size())) return fixed::pack({0, 0, 1});
  return fixed::pack(parameters.requant[channel]);
}

// Which channel a lane of the depth-wise stage works on: banks of lanes, one after the other, or two on a column each.
int dw_channel(const Layer& layer, const engine::Engine& engine, int group, int lane) {
  return layer.wide && layer.quad ? lane % engine::bank_lanes(engine) : group * engine.dw_lanes + lane;
}

void write_dw_weights(Writer& out, const Layer& layer, const layer::IntParameters& parameters, const engine::Engine& engine) {
  const int taps = engine::dw_kernel(engine) * engine::dw_kernel(engine);
  std::vector<int16_t> word(engine.dw_lanes);
  for (int group = 0; group < layer.dw_groups; ++group)
    for (int tap = 0; tap < taps; ++tap) {
      for (int lane = 0; lane < engine.dw_lanes; ++lane) {
        const int channel = dw_channel(layer, engine, group, lane);
        word[lane] = channel < layer.in.channels ? parameters.weights[channel * taps + tap] : 0;
      }
      out.word(word, engine.weight_bits);
    }
}

// Where a weight of the array comes from: an input channel and a tap of its kernel, or none.
struct Source {
  int channel = -1, row = 0, column = 0;
};

// Passes of an output group: digits of the picture, most significant first, input groups, columns of the kernel, its rows.
// `beside`: of the taps of a row that the array takes at once, from every second column on, those after the first of which came
// before.
Source source(const Layer& layer, const engine::Engine& engine, int out_group, int pass, int lane, int beside) {
  if (layer.diagonal) {
    if (beside > 0) return {};
    return {(out_group * engine.out_lanes / engine.in_lanes + pass) * engine.in_lanes + lane};
  }
  const int taps = engine::kernel_passes(engine, layer.kernel), tap = pass % taps, group = pass / taps % layer.in_groups;
  const int step = tap / layer.kernel, column = (engine::row_taps(engine) > 1 ? 2 : 1) * step + beside;
  if (column >= layer.kernel || (step > 0 && beside == 0 && engine::row_taps(engine) > 1)) return {};
  if (layer.quad) lane %= engine.in_lanes / 4;
  const int channel = group * engine.in_lanes + lane, digit = pass / taps / layer.in_groups;
  if (channel / layer.in.channels != digit) return {};
  return {channel % layer.in.channels, tap % layer.kernel, column};
}

int16_t weight(const Layer& layer, const layer::IntParameters& parameters, int to, const Source& from) {
  if (to >= layer.out.channels || from.channel < 0 || from.channel >= layer.in.channels) return 0;
  if (layer.diagonal) return to == from.channel;
  const size_t kernel = size_t(to) * layer.in.channels + from.channel;
  return parameters.weights[(kernel * layer.kernel + from.row) * layer.kernel + from.column];
}

void write_array_weights(Writer& out, const Layer& layer, const layer::IntParameters& parameters, const engine::Engine& engine) {
  const int taps = engine::row_taps(engine);
  std::vector<int16_t> word(static_cast<size_t>(engine.out_lanes * taps));
  for (int out_group = 0; out_group < layer.out_groups; ++out_group)
    for (int pass = 0; pass < layer.passes; ++pass)
      for (int in_lane = 0; in_lane < engine.in_lanes; ++in_lane) {
        for (int tap = 0; tap < taps; ++tap) {  // of a row from the right
          const Source from = source(layer, engine, out_group, pass, in_lane, taps - 1 - tap);
          for (int lane = 0; lane < engine.out_lanes; ++lane)
            word[static_cast<size_t>(lane * taps + tap)] = weight(layer, parameters, out_group * engine.out_lanes + lane, from);
        }
        out.word(word, engine.weight_bits);
      }
}

void write_pw_params(Writer& out, const Layer& layer, const layer::IntParameters& parameters, const engine::Engine& engine) {
  const int lanes = engine::beat_lanes(engine), words = layer.pixel_beats();
  for (int word = 0; word < words; ++word)
    for (int lane = 0; lane < lanes; ++lane)
      out.beat(requant_word(parameters, lane < layer.out_lanes ? word * layer.out_lanes + lane : layer.out.channels));
}

}  // namespace

std::vector<uint8_t> image(const Program& program, const quant::QuantizedNetwork& network) {
  if (engine::compact(program.engine)) return compact::image(compact::plan(program.network), network);
  check_widths(program.engine, network);
  Writer out;
  write_header(out, program);
  const std::vector<Layer>& layers = program.layers;
  const std::vector<Parameters> parameters = match(program, network);
  for (size_t i = 0; i < layers.size(); ++i) {
    const int depthwise_hi = layers[i].copy ? 0 : parameters[i].depthwise->output.hi;
    const int pointwise_hi = parameters[i].array().output.hi;
    write_descriptor(out, layers[i], i ? &layers[i - 1] : nullptr, i + 1 == layers.size(), depthwise_hi, pointwise_hi);
  }
  for (size_t i = 0; i < layers.size(); ++i)
    if (!layers[i].copy) write_dw_weights(out, layers[i], *parameters[i].depthwise, program.engine);
  for (size_t i = 0; i < layers.size(); ++i)
    if (!layers[i].copy)
      for (int group = 0; group < layers[i].dw_groups; ++group)
        for (int lane = 0; lane < program.engine.dw_lanes; ++lane)
          out.beat(requant_word(*parameters[i].depthwise, dw_channel(layers[i], program.engine, group, lane)));
  for (size_t i = 0; i < layers.size(); ++i)
    if (!layers[i].stream) write_array_weights(out, layers[i], parameters[i].array(), program.engine);
  for (size_t i = 0; i < layers.size(); ++i) write_pw_params(out, layers[i], parameters[i].array(), program.engine);
  DUET_CHECK(out.bytes() == program.layout.program_bytes, "the program's size is not as laid out");
  for (size_t i = 0; i < layers.size(); ++i)
    if (layers[i].stream) {
      out.pad(layers[i].stream_address - program.layout.program);
      write_array_weights(out, layers[i], parameters[i].array(), program.engine);
    }
  return out.take();
}

}  // namespace duet::program
