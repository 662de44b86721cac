#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "program/compact.h"
#include "program/compiler.h"
#include "program/descriptor.h"
#include "program/layers.h"
#include "program/passes.h"
#include "program/program.h"

namespace duet::program {
namespace {

constexpr int kHeaderBytes = 64, kDescriptorBytes = 128;
constexpr int kBlockWords = 512;  // of a block memory at its widest
constexpr int kAny = std::numeric_limits<int>::max();

std::vector<Layer> make_layers(const net::Network& network, const engine::Engine& engine, int pw_weight_words) {
  std::vector<Layer> layers;
  make_layers(passes(network), Shape(engine), pw_weight_words, kAny, layers);
  return layers;
}

// What must be there for every layer to run at all.
engine::Buffers needs(const std::vector<Layer>& layers, const engine::Engine& engine) {
  engine::Buffers need{1, 0, 1, 1, 1, pw_weights(layers, engine).total(), 0, 0, 0, static_cast<int>(layers.size())};
  for (const Layer& layer : layers) {
    if (layer.side) need.side_words = std::max(need.side_words, layer.row_beats);
    if (!layer.side && !layer.copy) need.line_words = std::max(need.line_words, layer.row_beats);
    // A streamed layer's rows come in the middle of the weights of the tile before, which must not have to leave for them.
    need.tile_words = std::max(need.tile_words, layer.stream && layer.copy ? 2 * layer.tile_words : layer.tile_words);
    if (layer.passes > 1) need.psum_words = std::max(need.psum_words, layer.pixels);
    need.result_words = std::max(need.result_words, layer.unit_words);
    need.pw_param_words += layer.pixel_beats();
    if (layer.copy) continue;
    need.dw_weight_words += taps(engine) * layer.dw_groups;
    need.dw_param_words += layer.dw_groups;
  }
  return need;
}

// Units that wait for the store when the array has made a burst of them in less time than the store takes.
int backlog(const Layer& layer) {
  const int compute = ceil_div(layer.out_groups, layer.units) * layer.passes * layer.pw_pass;
  // A cycle a pixel of the result buffer, pooled there or not; those of a bypass are read twice.
  const int store = layer.groups_full * layer.unit_pixels * (layer.bypass ? 2 : 1);
  return compute < store ? static_cast<int>(ceil_div(int64_t{layer.burst} * layer.units * (store - compute), store)) : 0;
}

// What lets the stages work side by side: while the array is on a tile, room for the next ones; while the store is on an output
// group, room for the ones behind it. `lean`: less of it, where turns ask for more than others do.
engine::Buffers comfort(const std::vector<Layer>& layers, const engine::Engine& engine, bool lean) {
  engine::Buffers buffers = needs(layers, engine);
  for (int engine::Buffers::*words : {&engine::Buffers::dw_weight_words, &engine::Buffers::dw_param_words})
    buffers.*words = std::max(1, buffers.*words);  // no memory has no word
  const auto most = [](int& words, int others) { words = std::max(words, others); };
  int backlogs = 0;
  for (size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    most(buffers.result_words, 2 * layer.unit_words);
    if (!layer.ahead) {
      most(buffers.tile_words, 2 * layer.tile_words);
      continue;
    }
    const Layer& next = layers[++i];
    const int burst = next.copy ? 1 : layer.burst, more = lean ? 0 : next.copy ? layer.tile_words : next.tile_words;
    most(buffers.tile_words, burst * layer.tile_words + next.tile_words + more);
    most(buffers.tile_words, 2 * std::max(layer.tile_words, next.copy ? 0 : next.tile_words));
    most(buffers.result_words, 2 * next.unit_words);
    most(backlogs, (backlog(layer) + 1) * layer.unit_words + next.unit_words);
  }
  most(buffers.result_words, lean ? backlogs / kBlockWords * kBlockWords : backlogs);
  // A third slot hides the rows that come between the weights of a tile, and further ones cost nothing up to the block's end.
  if (const PwWeights weights = pw_weights(layers, engine); weights.slot)
    buffers.pw_weight_words = ceil_div(buffers.pw_weight_words + weights.slot, kBlockWords) * kBlockWords;
  return buffers;
}

std::string short_of(const engine::Buffers& need, const engine::Buffers& have) {
  const std::pair<const char*, int engine::Buffers::*> all[] = {
      {"line_words", &engine::Buffers::line_words},           {"side_words", &engine::Buffers::side_words},
      {"tile_words", &engine::Buffers::tile_words},           {"psum_words", &engine::Buffers::psum_words},
      {"result_words", &engine::Buffers::result_words},       {"pw_weight_words", &engine::Buffers::pw_weight_words},
      {"dw_weight_words", &engine::Buffers::dw_weight_words}, {"pw_param_words", &engine::Buffers::pw_param_words},
      {"dw_param_words", &engine::Buffers::dw_param_words},   {"layers", &engine::Buffers::layers}};
  for (const auto& [name, member] : all)
    if (need.*member > have.*member)
      return std::string("the network needs ") + name + " = " + std::to_string(need.*member) + ", the engine has " +
             std::to_string(have.*member);
  return "";
}

// What makes no layers at all, or numbers that are too large to compute with.
std::string misshapen(const net::Network& network) {
  if (network.replications.empty()) return "the network has no replication of the Bundle";
  if (network.replications.size() > 31) return "the engine holds descriptors of at most 31 replications";
  net::Shape shape = network.input;
  if (shape.width > 4096 || shape.height > 4096) return "the picture is larger than 4096 pixels on a side";
  for (const net::Replication& replication : network.replications) {
    if (replication.channels > 4096) return "a replication has more than 4096 channels";
    const bool pool = replication.downsample && network.bundle.pool != net::Pool::none;
    if (pool) shape.height /= 2, shape.width /= 2;
    if (shape.height < 1 || shape.width < 1) return "pooling leaves no pixel";
  }
  return "";
}

std::string bypass_misfit(const net::Network& network, const engine::Engine& engine) {
  if (!network.bypass) return "";
  if (!engine.bypass) return "the network has a bypass, the engine none";
  const int channels = network.replications[static_cast<size_t>(network.bypass->from)].channels;
  if (channels % engine::beat_lanes(engine) == 0) return "";
  return "the " + std::to_string(channels) + " channels that a bypass takes are no multiple of the " +
         std::to_string(engine::beat_lanes(engine)) + " of a beat";
}

// Which number of a layer has no room in its descriptor.
std::string overflow(const std::vector<Layer>& layers, const engine::Engine& engine) {
  const int hi = (1 << engine.feature_bits) - 1;
  std::string reason;
  for (size_t i = 0; i < layers.size() && reason.empty(); ++i) {
    const auto each = [&](const auto& visit) {
      descriptor(layers[i], i ? &layers[i - 1] : nullptr, i + 1 == layers.size(), hi, hi, visit);
    };
    bool fits = true;
    each([&](const Field& field) { fits &= field.fits(); });
    if (fits) continue;
    each([&](const Field& field) {
      if (!field.fits() && reason.empty())
        reason = std::string(field.name) + " of layer " + layers[i].part.name() + ": " + std::to_string(field.value) +
                 ", where the engine's descriptors have room for " + std::to_string((int64_t{1} << field.bits) - 1);
    });
  }
  return reason;
}

int64_t program_bytes(const std::vector<Layer>& layers, const engine::Engine& engine) {
  const engine::Buffers words = needs(layers, engine);
  int64_t dw_weights = 0, dw_params = 0;
  for (const Layer& layer : layers)
    if (!layer.copy) dw_weights += taps(engine) * layer.dw_groups, dw_params += layer.dw_groups;
  const int64_t beats = dw_weights * word_beats(engine.dw_lanes * engine.weight_bits) + dw_params * engine.dw_lanes +
                        pw_weights(layers, engine).resident * word_beats(engine::weight_word_bits(engine)) +
                        int64_t{words.pw_param_words} * engine::beat_lanes(engine);
  return kHeaderBytes + kDescriptorBytes * static_cast<int64_t>(layers.size()) + 8 * beats;
}

Layout lay_out(std::vector<Layer>& layers, const engine::Engine& engine) {
  Layout layout{};
  layout.program_bytes = program_bytes(layers, engine);
  layout.streams = align(layout.program + layout.program_bytes);
  for (Layer& layer : layers) {
    layer.stream_address = layout.streams + layout.stream_bytes;
    layout.stream_bytes += align(8 * int64_t{layer.group_beats} * layer.out_groups);
  }
  layout.maps = layout.streams + layout.stream_bytes;
  layout.picture_bytes = 8 * int64_t{layers.front().row_beats} * layers.front().in.height;
  layout.head_bytes = 8 * int64_t{layers.back().out_row_beats} * layers.back().out.height;
  int64_t address = layout.maps;
  for (size_t i = 0; i + 1 < layers.size(); ++i) {
    Layer& layer = layers[i];
    layers[i + 1].in_address = address;
    layer.out_address = address + 8 * int64_t{layer.out_stride - layer.out_row_beats};  // behind the bypassed channels
    if (layer.out_stride > layer.out_row_beats)
      for (Layer& from : layers)
        if (from.bypass) from.bypass_address = address;
    address = align(address + 8 * int64_t{layer.out_stride} * layer.out.height);
  }
  layout.end = address;
  return layout;
}

// The program but for what is copied into it; returns why there is none, or "".
std::string build(const net::Network& network, const engine::Engine& engine, std::vector<Pass>& all, Program& program) {
  if (const std::string reason = engine::illegal_because(engine); !reason.empty()) return reason;
  if (const std::string reason = misshapen(network); !reason.empty()) return reason;
  if (const std::string reason = bypass_misfit(network, engine); !reason.empty()) return reason;
  const Shape shape(engine);
  if (shape.nibbles && network.input.channels > 3) return "an engine of nibbles takes pictures of at most 3 channels";
  passes(network, all);
  make_layers(all, shape, engine.buffers.pw_weight_words, engine.buffers.side_words, program.layers);
  program.needs = needs(program.layers, engine);
  if (const std::string reason = short_of(program.needs, engine.buffers); !reason.empty()) return reason;
  program.layout = lay_out(program.layers, engine);
  if (program.layout.end >> 32)
    return "its program and maps end at byte " + std::to_string(program.layout.end) +
           " of memory, where the engine's addresses have 32 bits";
  for (const Layer& layer : program.layers)
    if (layer.stream)
      program.needs.pw_weight_words = pw_weights(program.layers, engine).resident + layer.slots * layer.slot_words;
  return overflow(program.layers, engine);
}

}  // namespace

std::string unfit_because(const net::Network& network, const engine::Engine& engine) {
  if (engine::compact(engine)) {
    const std::string reason = engine::illegal_because(engine);
    return reason.empty() ? compact::unfit_because(network) : reason;
  }
  std::vector<Pass> all;
  Program program;
  return build(network, engine, all, program);
}

const Program& Compiler::operator()(const net::Network& network, const engine::Engine& engine) {
  const std::string reason = engine::compact(engine) ? unfit_because(network, engine) : build(network, engine, passes_, program_);
  if (!reason.empty())
    throw Error(reason, "network " + network.name, "choose an engine that is made for it (its lanes, widths and buffers)");
  if (engine::compact(engine)) return program_ = compact::to_program(network, engine);
  program_.engine = engine, program_.network = network;
  return program_;
}

Program compile(const net::Network& network, const engine::Engine& engine) { return Compiler()(network, engine); }

engine::Engine size_for(const engine::Engine& engine, const net::Network& network) {
  engine::Engine sized = engine;
  sized.bundle = network.bundle;
  if (engine::compact(engine)) return sized;
  if (network.bypass) sized.bypass = 1;
  sized.buffers = comfort(make_layers(network, engine, kAny), engine, false);
  return sized;
}

engine::Engine size_for(const engine::Engine& engine, const net::Network& network, double bram36, const Memory& memory) {
  engine::Engine best = size_for(engine, network);
  if (engine::bram36_count(best) <= bram36) return best;
  int64_t fewest = std::numeric_limits<int64_t>::max();
  for (const bool lean : {false, true}) {
    engine::Engine sized = best;
    int words = kAny, before = 0;
    do {
      before = words;
      const std::vector<Layer> layers = make_layers(network, engine, words);
      sized.buffers = comfort(layers, engine, lean);
      words = pw_weights(layers, engine).total() - 1;
    } while (engine::bram36_count(sized) > bram36 && words < before);
    // An engine of few lanes may need deeper memories than there are.
    const bool fits = engine::bram36_count(sized) <= bram36 && unfit_because(network, sized).empty();
    const int64_t cycles = fits ? predict(compile(network, sized), memory).frame : fewest;
    if (cycles < fewest || fewest == std::numeric_limits<int64_t>::max()) best = sized, fewest = cycles;
  }
  return best;
}

int64_t memory_bytes(const Program& program) {
  if (engine::compact(program.engine)) return program.layout.end;
  constexpr int64_t kQueue = 4;  // frames (docs/registers.md)
  const Layout& m = program.layout;
  return align(align(m.end) + m.picture_bytes) + kQueue * align(m.head_bytes);
}

Memory memory_of(const device::Device& device, double clock_mhz) {
  constexpr double kPortBytes = 8;
  Memory memory;
  memory.latency = device.memory_latency;
  const double share = device::memory_bytes_per_cycle(device, clock_mhz) / 2 / kPortBytes;  // of all cycles, each way
  if (share >= 1) return memory;
  memory.gap_den = 1000;
  memory.gap_num = static_cast<int>((1 / share - 1) * memory.gap_den + 0.999);
  return memory;
}

}  // namespace duet::program
