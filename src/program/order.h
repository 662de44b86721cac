#pragma once
#include "base/error.h"
#include "program/program.h"

namespace duet::program {

/// A place in the order in which every stage takes the tiles of a frame (rtl/stream/duet_sequence.sv).
struct Step {
  int layer = 0, tile = 0;
};

/// Goes through layer `first` and, where the two take turns, the next one: run(step) for each tile. A turn is a tile of the
/// second of them and the `burst` of the first one behind it; alone, a layer is the second one. Behind each turn but the last,
/// more(step) says how many turns were run otherwise; as many as there are tiles end all.
template <class Run, class More>
void in_turns(const std::vector<Layer>& layers, int first, const Run& run, const More& more) {
  const Layer& before = layers[static_cast<size_t>(first)];
  const int second = first + before.ahead, tiles = layers[static_cast<size_t>(second)].tiles;
  int ahead = 0;
  const auto go_on = [&](int count) {
    for (; count > 0 && ahead < before.tiles; --count) run(Step{first, ahead++});
  };
  go_on(before.lead);
  for (int tile = 0; tile < tiles; ++tile) {
    run(Step{second, tile});
    if (tile + 1 == tiles) break;
    go_on(before.burst);
    const int turns = more(Step{second, tile});
    tile += turns, ahead += turns * before.burst;
  }
  DUET_CHECK(!before.ahead || ahead >= before.tiles, "interleaved layers do not end together");
}

}  // namespace duet::program
