#include "program/layers.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace duet::program {
namespace {

// A pass must outlast the chain it fills: the sums of its first pixel come back before the next pass reads them.
constexpr int kPassOverhead = 6;
constexpr int kMostSlots = 16;  // output groups of streamed weights on chip (duet_load)

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

int group_weights(const Layer& layer, const engine::Engine& engine) { return layer.passes * engine.in_lanes; }

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

}  // namespace

PwWeights pw_weights(const std::vector<Layer>& layers, const engine::Engine& engine) {
  PwWeights words;
  for (const Layer& layer : layers) {
    if (layer.stream) words.slot = std::max(words.slot, group_weights(layer, engine));
    if (!layer.stream) words.resident += group_weights(layer, engine) * layer.out_groups;
  }
  return words;
}

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

}  // namespace duet::program
