#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "program/compact.h"
#include "program/compiler.h"
#include "program/descriptor.h"
#include "program/passes.h"
#include "program/program.h"

namespace duet::program {
namespace {

constexpr int64_t kAlign = 128;  // a 16-beat burst that starts at a multiple of it never crosses 4 KB
constexpr int kHeaderBytes = 64, kDescriptorBytes = 128;
// A pass must outlast the chain it fills: the sums of its first pixel come back before the next pass reads them.
constexpr int kPassOverhead = 6;
constexpr int kLeastSlots = 2, kMostSlots = 16;  // output groups of streamed weights on chip (duet_load)
constexpr int kBlockWords = 512;                 // of a block memory at its widest
constexpr int kAny = std::numeric_limits<int>::max();

template <class Int>
Int ceil_div(Int a, int b) {
  return (a + b - 1) / b;
}
int64_t align(int64_t address) { return (address + kAlign - 1) / kAlign * kAlign; }
int64_t word_beats(int bits) { return ceil_div(bits, 64); }

int taps(const engine::Engine& engine) { return engine::dw_kernel(engine) * engine::dw_kernel(engine); }

// What all layers ask about their engine.
struct Shape {
  explicit Shape(const engine::Engine& e)
      : engine(e),
        dw_kernel(engine::dw_kernel(e)),
        beat_lanes(engine::beat_lanes(e)),
        head_lanes(engine::head_lanes(e)),
        pixels(engine::pixels(e)),
        digits(engine::digits(e)),
        quads(engine::quads(e)),
        nibbles(engine::nibbles(e)),
        signs(engine::signed_features(e)) {}
  const engine::Engine& engine;
  int dw_kernel, beat_lanes, head_lanes, pixels, digits;
  bool quads, nibbles, signs;
};

// A column takes as many cycles as it has pairs of rows.
void set_depthwise(Layer& layer, const Shape& shape) {
  layer.dw_groups = layer.copy ? layer.in_beats : ceil_div(layer.in.channels, shape.engine.dw_lanes);
  const int columns = layer.row_beats / layer.in_beats;
  layer.dw_pass =
      layer.copy ? 0 : std::max((shape.dw_kernel + 1) / 2 * columns, shape.dw_kernel * shape.dw_kernel + kPassOverhead);
}

// Input groups that hold the channels of an output group, at most.
int diagonal_passes(const Layer& layer, const engine::Engine& engine) {
  int most = 0;
  for (int group = 0; group < layer.out_groups; ++group) {
    const int from = group * engine.out_lanes, to = std::min(layer.in.channels, from + engine.out_lanes);
    most = std::max(most, (to - 1) / engine.in_lanes - from / engine.in_lanes + 1);
  }
  return most;
}

void set_pointwise(Layer& layer, const Shape& shape) {
  const engine::Engine& engine = shape.engine;
  const int rows = 2 + (layer.copy ? 2 * layer.halo : 0), columns = layer.in.width + (layer.copy ? 2 * layer.halo : 0);
  layer.in_groups = ceil_div(layer.digits * layer.in.channels, engine.in_lanes);
  layer.out_groups = ceil_div(layer.out.channels, engine.out_lanes);
  layer.passes = layer.diagonal ? diagonal_passes(layer, engine)
                                : layer.digits * layer.in_groups * engine::kernel_passes(engine, layer.kernel);
  // A word holds pixels of one column or, for rows of taps, of one row.
  const int pixels = shape.pixels, beside = engine::row_taps(engine) > 1 ? pixels : 1;
  const auto even = [&](int width) { return ceil_div(width, beside) * beside; };
  layer.tile_stride = ceil_div(layer.quad ? (layer.in.width + 1) / 2 : rows * even(columns), pixels);
  layer.tile_words = layer.in_groups * layer.tile_stride;
  layer.diagonal_words = engine.out_lanes / engine.in_lanes * layer.tile_stride;
  layer.pixels = ceil_div(layer.quad   ? layer.in.width / 2
                          : layer.pool ? 2 * (layer.in.width & ~1)
                                       : 2 * even(layer.in.width),
                          pixels);
  layer.pass_words = layer.pixels + (beside > 1 ? 2 : 0);
  layer.unit_pixels = layer.store_pools ? 4 * layer.out.width : layer.pool ? layer.out.width : 2 * even(layer.in.width);
  layer.unit_words = ceil_div(layer.unit_pixels, pixels);
  layer.pw_pass = std::max(layer.pass_words, engine.in_lanes + kPassOverhead);
}

void set_output(Layer& layer, const Shape& shape) {
  const int unit = shape.engine.out_lanes * shape.engine.unit_groups;
  layer.units = ceil_div(layer.out.channels, unit);
  layer.out_lanes = layer.head ? shape.head_lanes : shape.beat_lanes;
  layer.groups_full = unit / layer.out_lanes;
  layer.groups_last = ceil_div(layer.out.channels - (layer.units - 1) * unit, layer.out_lanes);
  layer.out_row_beats = layer.out_stride = layer.pixel_beats() * layer.out.width;
}

void set_layer(Layer& layer, const Shape& shape, const Pass& pass, bool picture) {
  layer.part = pass.part;
  layer.copy = pass.depthwise == 0, layer.diagonal = pass.dense == 0, layer.head = pass.head;
  layer.kernel = std::max(1, pass.dense);
  layer.halo = (layer.copy ? layer.kernel : pass.depthwise) / 2;
  layer.bypass = pass.bypass, layer.pool = pass.pool != net::Pool::none;
  layer.store_pools = pass.pool == net::Pool::average || layer.bypass;
  layer.in = pass.in, layer.out = pass.out;
  layer.quad =
      picture && !layer.copy && layer.pool && !layer.store_pools && shape.quads && layer.in.channels <= shape.engine.in_lanes / 4;
  layer.digits = picture ? shape.digits : 1;
  layer.unsigned_picture = picture && shape.signs;
  layer.tiles = layer.pool ? layer.in.height / 2 : ceil_div(layer.in.height, 2);
  layer.wide = picture && shape.nibbles;
  layer.in_beats = layer.wide ? 1 : ceil_div(layer.digits * layer.in.channels, shape.beat_lanes);
  layer.row_beats = layer.wide && layer.quad ? ceil_div(layer.in.width, 2) : layer.in_beats * layer.in.width;
  set_depthwise(layer, shape);
  set_pointwise(layer, shape);
  set_output(layer, shape);
  const int64_t dense = layer.diagonal ? 0 : int64_t{layer.out.channels} * layer.in.channels * layer.kernel * layer.kernel;
  layer.macs = dense * layer.in.pixels() + int64_t{pass.depthwise} * pass.depthwise * layer.in.size();
}

// Tiles of the layer before that tile 0 of a layer needs; each further tile needs `step` more.
int first_need(const Layer& previous, const Layer& layer) {
  const int rows = 2 + layer.halo;
  return previous.pool ? rows : ceil_div(rows, 2);
}
int need_step(const Layer& previous) { return previous.pool ? 2 : 1; }

// How many turns the first of two layers is ahead of what the second needs: its results must be through the store, the memory and
// the depth-wise stage when the array comes to the second layer's tile. Three gain nothing more and begin later.
constexpr int kAheadBursts = 2;

void take_turns(Layer& first, const Layer& second) {
  first.ahead = true;
  first.burst = need_step(first);
  first.lead = first_need(first, second) + kAheadBursts * first.burst;
}

// Words of point-wise weights.
struct PwWeights {
  int resident = 0;  // of the layers whose weights stay on chip
  int slot = 0;      // the largest output group of a streamed layer
  int total() const { return resident + kLeastSlots * slot; }
};

int group_weights(const Layer& layer, const engine::Engine& engine) { return layer.passes * engine.in_lanes; }

PwWeights pw_weights(const std::vector<Layer>& layers, const engine::Engine& engine) {
  PwWeights words;
  for (const Layer& layer : layers) {
    if (layer.stream) words.slot = std::max(words.slot, group_weights(layer, engine));
    if (!layer.stream) words.resident += group_weights(layer, engine) * layer.out_groups;
  }
  return words;
}

// Streams the weights of as many layers as must be, so that the rest and the slots fit `words`: first layers that would not take
// turns anyway, those with the most weights before others. The head's few stay: its rows come straight from memory, and the two
// would wait for each other.
void stream(std::vector<Layer>& layers, const engine::Engine& engine, int words) {
  const auto size = [&](const Layer& layer) { return group_weights(layer, engine) * layer.out_groups; };
  const auto fits = [&] { return pw_weights(layers, engine).total() <= words; };
  if (fits()) return;
  std::vector<size_t> order(layers.size() - 1);
  std::iota(order.begin(), order.end(), 0);
  const auto turns = [&](size_t i) { return i < 2 || i + 2 == layers.size(); };
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return turns(a) != turns(b) ? turns(b) : size(layers[a]) > size(layers[b]); });
  for (size_t i : order)
    if (!fits()) layers[i].stream = true;
  for (size_t i : order) {
    if (!layers[i].stream) continue;
    layers[i].stream = false;
    layers[i].stream = !fits();
  }
}

// The first two layers take turns, so that the largest map is stored and loaded while the array has much to do; the last layer
// and the head, since the head is little work for the array and much to load. Streamed layers do not: their weights come in the
// order of their own tiles. Two with depth-wise convolutions need a ring of rows each; two without would wait for each other's
// room.
void interleave(std::vector<Layer>& layers, int side_words) {
  const size_t head = layers.size() - 1;
  const auto streamed = [&](size_t i) { return layers[i].stream || layers[i + 1].stream; };
  if (head >= 2 && !streamed(0) && !layers[0].copy && !layers[1].copy && layers[0].row_beats <= side_words) {
    take_turns(layers[0], layers[1]);
    layers[0].side = true;
  }
  const bool copied = !layers[head - 1].copy && layers[head].copy;
  if (copied && (head != 2 || !layers[0].ahead) && !streamed(head - 1)) take_turns(layers[head - 1], layers[head]);
}

void place(std::vector<Layer>& layers, const engine::Engine& engine, int words) {
  Layer next;
  const PwWeights weights = pw_weights(layers, engine);
  for (Layer& layer : layers) {
    layer.dw_weight_base = next.dw_weight_base, layer.dw_param_base = next.dw_param_base;
    layer.pw_param_base = next.pw_param_base;
    next.pw_param_base += layer.pixel_beats();
    if (layer.stream) {
      layer.pw_weight_base = weights.resident;
      layer.slots = std::clamp((words - weights.resident) / weights.slot, kLeastSlots, kMostSlots);
      layer.slot_words = weights.slot;
      layer.group_beats = static_cast<int>(group_weights(layer, engine) * word_beats(engine::weight_word_bits(engine)));
    } else {
      layer.pw_weight_base = next.pw_weight_base;
      next.pw_weight_base += group_weights(layer, engine) * layer.out_groups;
    }
    if (layer.copy) continue;
    next.dw_weight_base += taps(engine) * layer.dw_groups;
    next.dw_param_base += layer.dw_groups;
  }
}

// What a layer of a bypass leaves is reordered into the map that the reader finds in one piece: the bypassed channels, then those
// of the layer before the reader.
void join(std::vector<Layer>& layers, size_t reader) {
  const auto from = std::find_if(layers.begin(), layers.end(), [](const Layer& layer) { return layer.bypass; });
  from->bypass_stride = layers[reader - 1].out_stride = layers[reader].row_beats;
  from->part_beats = from->out_row_beats;
}

// How the network runs where there is room for so many words of point-wise weights and of a row in the side ring.
void make_layers(const std::vector<Pass>& passes, const Shape& shape, int pw_weight_words, int side_words,
                 std::vector<Layer>& layers) {
  layers.clear();
  for (const Pass& pass : passes) {
    set_layer(layers.emplace_back(), shape, pass, &pass == passes.data());
    if (pass.joined) join(layers, layers.size() - 1);
  }
  stream(layers, shape.engine, pw_weight_words);
  interleave(layers, side_words);
  place(layers, shape.engine, pw_weight_words);
}

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
