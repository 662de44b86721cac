#pragma once
#include "program/program.h"

namespace duet::program {

/// A number of a layer's descriptor: `bits` of one of its 16 beats, from bit `low` on (docs/registers.md).
struct Field {
  const char* name;
  int64_t value;
  int beat, low, bits;
  bool fits() const { return value >> bits == 0; }  // a negative one never does
};

/// Visits all numbers of a layer's descriptor that are not 0 by definition. `previous`: the layer before it, or null; `last`:
/// whether it is the head; `depthwise_hi`, `pointwise_hi`: the largest outputs of its two convolutions.
template <class Visit>
void descriptor(const Layer& layer, const Layer* previous, bool last, int depthwise_hi, int pointwise_hi, const Visit& visit) {
  const bool odd = !layer.pool && layer.in.height % 2;
  // load
  visit(Field{"address of its input", layer.in_address, 0, 0, 32});
  visit(Field{"beats of an input row", layer.row_beats, 0, 32, 16});
  visit(Field{"input rows", layer.in.height, 0, 48, 16});
  visit(Field{"tiles of the layer before", previous ? previous->tiles : 0, 1, 0, 16});
  visit(Field{"the layer before pools", previous && previous->pool, 1, 16, 1});
  visit(Field{"first layer", !previous, 1, 17, 1});
  visit(Field{"copy", layer.copy, 1, 18, 1});
  visit(Field{"side ring", layer.side, 1, 19, 1});
  visit(Field{"last layer", layer.head, 1, 20, 1});
  visit(Field{"halo of a copy", layer.copy ? layer.halo : 0, 1, 22, 2});
  visit(Field{"address of streamed weights", layer.stream ? layer.stream_address : 0, 2, 0, 32});
  visit(Field{"beats of an output group's weights", layer.group_beats, 2, 32, 20});
  visit(Field{"first word of its slots", layer.stream ? layer.pw_weight_base : 0, 3, 0, 20});
  visit(Field{"words of a slot", layer.slot_words, 3, 20, 16});
  visit(Field{"output groups", layer.out_groups, 3, 36, 16});
  visit(Field{"streamed", layer.stream, 3, 52, 1});
  visit(Field{"slots", layer.slots, 3, 56, 5});
  // depth-wise
  visit(Field{"columns that come one by one", layer.row_beats / layer.in_beats, 4, 0, 16});
  visit(Field{"input rows", layer.in.height, 4, 16, 16});
  visit(Field{"words of a tile", layer.tile_words, 4, 32, 16});
  visit(Field{"depth-wise passes of a tile", layer.dw_groups, 4, 48, 16});
  visit(Field{"cycles of a depth-wise pass", layer.dw_pass, 5, 0, 16});
  visit(Field{"largest depth-wise output", depthwise_hi, 5, 16, 16});
  visit(Field{"words of an input group of a tile", layer.tile_stride, 5, 32, 16});
  visit(Field{"copy", layer.copy, 5, 48, 1});
  visit(Field{"side ring", layer.side, 5, 49, 1});
  visit(Field{"quads", layer.quad, 5, 50, 1});
  visit(Field{"the picture's bytes", layer.wide || layer.unsigned_picture, 5, 51, 1});
  visit(Field{"halo of a copy", layer.copy ? layer.halo : 0, 5, 52, 2});
  visit(Field{"first word of depth-wise parameters", layer.dw_param_base, 6, 0, 16});
  visit(Field{"first word of depth-wise weights", layer.dw_weight_base, 6, 16, 16});
  // point-wise
  visit(Field{"passes of an output group", layer.passes, 7, 0, 16});
  visit(Field{"output groups", layer.out_groups, 7, 16, 16});
  visit(Field{"words of an input group to compute", layer.pass_words, 7, 32, 16});
  visit(Field{"cycles of a point-wise pass", layer.pw_pass, 7, 48, 16});
  visit(Field{"words of an input group of a tile", layer.tile_stride, 8, 0, 16});
  visit(Field{"words of a tile", layer.tile_words, 8, 16, 16});
  visit(Field{"words of a unit of results", layer.unit_words, 8, 32, 16});
  visit(Field{"point-wise passes of a tile", int64_t{layer.passes} * layer.out_groups, 8, 48, 16});
  visit(Field{"first word of point-wise weights", layer.pw_weight_base, 9, 0, 32});
  visit(Field{"pool", layer.pool && !layer.store_pools, 9, 32, 1});
  visit(Field{"quads", layer.quad, 9, 33, 1});
  visit(Field{"streamed", layer.stream, 9, 34, 1});
  visit(Field{"slots", layer.slots, 9, 35, 5});
  visit(Field{"words of a slot", layer.slot_words, 9, 48, 16});
  visit(Field{"input columns", layer.in.width, 10, 0, 16});
  visit(Field{"input rows", layer.in.height, 10, 16, 16});
  visit(Field{"words to the next output group's first input group", layer.diagonal ? layer.diagonal_words : 0, 10, 32, 16});
  visit(Field{"input groups of the picture", layer.digits > 1 ? layer.in_groups : 0, 10, 48, 8});
  visit(Field{"halo of the array", layer.copy ? layer.halo : 0, 10, 56, 2});
  visit(Field{"diagonal", layer.diagonal, 10, 58, 1});
  visit(Field{"digits", layer.digits > 1, 10, 59, 1});
  // store
  visit(Field{"address of the joined map", layer.bypass_address, 11, 0, 32});
  visit(Field{"beats from one row of the joined map to the next", layer.bypass_stride, 11, 32, 16});
  visit(Field{"beats of a part", layer.part_beats, 11, 48, 16});
  visit(Field{"address of its output", layer.out_address, 12, 0, 32});
  visit(Field{"output columns", layer.out.width, 12, 32, 16});
  visit(Field{"largest output", pointwise_hi, 12, 48, 16});
  visit(Field{"bytes from one output row to the next", 8 * int64_t{layer.out_stride}, 13, 0, 32});
  visit(Field{"beats that a unit adds to a row", int64_t{layer.groups_full} * layer.out.width, 13, 32, 16});
  visit(Field{"beats that the last unit adds to a row", int64_t{layer.groups_last} * layer.out.width, 13, 48, 16});
  visit(Field{"first word of point-wise parameters", layer.pw_param_base, 14, 0, 16});
  visit(Field{"units", layer.units, 14, 16, 16});
  visit(Field{"beats of a unit's pixel", layer.groups_full, 14, 32, 8});
  visit(Field{"beats of the last unit's pixel", layer.groups_last, 14, 40, 8});
  visit(Field{"pool", layer.pool, 14, 48, 1});
  visit(Field{"head", layer.head, 14, 49, 1});
  visit(Field{"the last tile has one row", odd, 14, 50, 1});
  visit(Field{"pools in the store", layer.store_pools, 14, 51, 1});
  visit(Field{"bypass", layer.bypass, 14, 52, 1});
  // the order of tiles
  visit(Field{"tiles", layer.tiles, 15, 0, 16});
  visit(Field{"tiles before the next layer's first", layer.lead, 15, 16, 8});
  visit(Field{"tiles after each of the next layer", layer.burst, 15, 24, 8});
  visit(Field{"takes turns", layer.ahead, 15, 32, 1});
  visit(Field{"last layer", last, 15, 33, 1});
}

}  // namespace duet::program
