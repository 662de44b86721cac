#include "program/descriptor.h"

namespace duet::program {

std::vector<Field> descriptor(const Layer& layer, const Layer* previous, bool last, int depthwise_hi, int pointwise_hi) {
  const bool odd = !layer.pool && layer.in.height % 2;
  return {// load
          {"address of its input", layer.in_address, 0, 0, 32},
          {"beats of an input row", layer.row_beats, 0, 32, 16},
          {"input rows", layer.in.height, 0, 48, 16},
          {"tiles of the layer before", previous ? previous->tiles : 0, 1, 0, 16},
          {"the layer before pools", previous && previous->pool, 1, 16, 1},
          {"first layer", !previous, 1, 17, 1},
          {"copy", layer.copy, 1, 18, 1},
          {"side ring", layer.side, 1, 19, 1},
          {"last layer", layer.head, 1, 20, 1},
          {"address of streamed weights", layer.stream ? layer.stream_address : 0, 2, 0, 32},
          {"beats of an output group's weights", layer.group_beats, 2, 32, 20},
          {"first word of its slots", layer.stream ? layer.pw_weight_base : 0, 3, 0, 20},
          {"words of a slot", layer.slot_words, 3, 20, 16},
          {"output groups", layer.out_groups, 3, 36, 16},
          {"streamed", layer.stream, 3, 52, 1},
          {"slots", layer.slots, 3, 56, 5},
          // depth-wise
          {"columns that come one by one", layer.row_beats / layer.in_beats, 4, 0, 16},
          {"input rows", layer.in.height, 4, 16, 16},
          {"words of a tile", layer.tile_words, 4, 32, 16},
          {"depth-wise passes of a tile", layer.dw_groups, 4, 48, 16},
          {"cycles of a depth-wise pass", layer.dw_pass, 5, 0, 16},
          {"largest depth-wise output", depthwise_hi, 5, 16, 16},
          {"words of an input group of a tile", layer.tile_stride, 5, 32, 16},
          {"copy", layer.copy, 5, 48, 1},
          {"side ring", layer.side, 5, 49, 1},
          {"quads", layer.quad, 5, 50, 1},
          {"bytes on an engine of nibbles", layer.wide, 5, 51, 1},
          {"first word of depth-wise parameters", layer.dw_param_base, 6, 0, 16},
          {"first word of depth-wise weights", layer.dw_weight_base, 6, 16, 16},
          // point-wise
          {"input groups", layer.in_groups, 8, 0, 16},
          {"output groups", layer.out_groups, 8, 16, 16},
          {"words of an input group to compute", layer.pixels, 8, 32, 16},
          {"cycles of a point-wise pass", layer.pw_pass, 8, 48, 16},
          {"words of an input group of a tile", layer.tile_stride, 9, 0, 16},
          {"words of a tile", layer.tile_words, 9, 16, 16},
          {"words of a unit of results", layer.unit_words, 9, 32, 16},
          {"point-wise passes of a tile", int64_t{layer.in_groups} * layer.out_groups, 9, 48, 16},
          {"first word of point-wise weights", layer.pw_weight_base, 10, 0, 32},
          {"pool", layer.pool, 10, 32, 1},
          {"quads", layer.quad, 10, 33, 1},
          {"streamed", layer.stream, 10, 34, 1},
          {"slots", layer.slots, 10, 35, 5},
          {"words of a slot", layer.slot_words, 10, 48, 16},
          // store
          {"address of its output", layer.out_address, 12, 0, 32},
          {"output columns", layer.out.width, 12, 32, 16},
          {"largest output", pointwise_hi, 12, 48, 16},
          {"bytes of an output row", 8 * int64_t{layer.out_row_beats}, 13, 0, 32},
          {"beats that a unit adds to a row", int64_t{layer.groups_full} * layer.out.width, 13, 32, 16},
          {"beats that the last unit adds to a row", int64_t{layer.groups_last} * layer.out.width, 13, 48, 16},
          {"first word of point-wise parameters", layer.pw_param_base, 14, 0, 16},
          {"units", layer.units, 14, 16, 16},
          {"beats of a unit's pixel", layer.groups_full, 14, 32, 8},
          {"beats of the last unit's pixel", layer.groups_last, 14, 40, 8},
          {"pool", layer.pool, 14, 48, 1},
          {"head", layer.head, 14, 49, 1},
          {"the last tile has one row", odd, 14, 50, 1},
          // the order of tiles
          {"tiles", layer.tiles, 15, 0, 16},
          {"tiles before the next layer's first", layer.lead, 15, 16, 8},
          {"tiles after each of the next layer", layer.burst, 15, 24, 8},
          {"takes turns", layer.ahead, 15, 32, 1},
          {"last layer", last, 15, 33, 1}};
}

}  // namespace duet::program
