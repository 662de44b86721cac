#include "program/predict.h"

#include <algorithm>
#include <utility>

#include "program/compact.h"

namespace duet::program {
namespace {

constexpr int kParts = 4;  // of a bypassed map

void add(LayerCycles& sum, const LayerCycles& layer) {
  sum.total += layer.total, sum.compute += layer.compute;
  sum.fill += layer.fill, sum.load += layer.load, sum.store += layer.store;
}

// A frame's, those of a copied layer's halos again for every tile.
int64_t rows_read(const Layer& layer) {
  if (!layer.copy) return layer.in.height;
  int64_t rows = 0;
  for (int tile = 0; tile < layer.tiles; ++tile)
    rows += std::min(layer.in.height, 2 * tile + 2 + layer.halo) - std::max(0, 2 * tile - layer.halo);
  return rows;
}

}  // namespace

const Cycles& Predictor::operator()(const Program& program, const Memory& memory) {
  if (engine::compact(program.engine)) return cycles_ = compact::cycles(program);
  pipeline_.reset(program, memory);
  cycles_.all = {};
  cycles_.bytes_read = cycles_.bytes_written = 0;
  int64_t before = 0;
  for (int frame = 0; frame < 3; ++frame) {
    if (frame < 2 || !pipeline_.settled()) {
      const int64_t done = pipeline_.frame(cycles_.layers);
      cycles_.frame = done - std::exchange(before, done);
    }
    if (frame == 0) cycles_.latency = cycles_.frame;
    for (const LayerCycles& layer : cycles_.layers) add(cycles_.all, layer);
  }
  for (size_t i = 0; i < program.layers.size(); ++i) cycles_.layers[i].part = program.layers[i].part;
  cycles_.all.load += pipeline_.drain(), cycles_.all.total += pipeline_.drain();
  for (const Layer& layer : program.layers) {
    cycles_.bytes_read += 8 * (layer.row_beats * rows_read(layer) + int64_t{layer.group_beats} * layer.out_groups * layer.tiles);
    cycles_.bytes_written += int64_t{8} * layer.out_row_beats * layer.out.height * (layer.bypass ? 1 + kParts : 1);
  }
  return cycles_;
}

Cycles predict(const Program& program, const Memory& memory) { return Predictor()(program, memory); }

}  // namespace duet::program
