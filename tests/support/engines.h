#pragma once
// Engines that elaborate all of the RTL between them. Link the room `program`.

#include <iterator>
#include <utility>
#include <vector>

#include "net/network.h"
#include "program/program.h"

namespace duet::test {

inline std::vector<engine::Engine> engines() {
  std::vector<engine::Engine> all(13);
  all[0].weight_bits = 16;
  all[1].in_lanes = 4, all[1].out_lanes = 4, all[1].dw_lanes = 1, all[1].acc_bits = 24;
  all[2].in_lanes = 6, all[2].out_lanes = 10, all[2].dw_lanes = 2, all[2].weight_bits = 11, all[2].feature_bits = 9;
  all[3].in_lanes = 1, all[3].out_lanes = 1, all[3].dw_lanes = 1, all[3].weight_bits = 2, all[3].feature_bits = 2;
  all[4].in_lanes = 24, all[4].out_lanes = 18, all[4].dw_lanes = 12, all[4].weight_bits = all[4].feature_bits = 4;
  all[4].acc_bits = 18, all[4].products = 4, all[4].unit_groups = 2, all[4].dw_in_luts = 1;
  all[5].in_lanes = 12, all[5].out_lanes = 6, all[5].dw_lanes = 3, all[5].products = 2;  // quads
  all[6].in_lanes = 4, all[6].out_lanes = 5, all[6].dw_lanes = 1, all[6].weight_bits = 16, all[6].feature_bits = 4;
  all[6].products = 2;  // two pixels
  all[7].in_lanes = 4, all[7].out_lanes = 6, all[7].dw_lanes = 2, all[7].weight_bits = 6, all[7].feature_bits = 4;
  all[7].products = 4;
  const std::pair<const char*, int> bundles[] = {{"conv5-conv3-bn-avg", 0},
                                                 {"dw7-conv3-bn-relu-max", 2},
                                                 {"conv1-dw5-bn-avg", 2},
                                                 {"conv1-bn-relu-max", 0},
                                                 {"conv5-dw3-bn-max", 2}};
  for (size_t i = 0; i < std::size(bundles); ++i) {
    engine::Engine& engine = all[8 + i];
    engine.bundle = net::parse_bundle(bundles[i].first);
    engine.in_lanes = 6, engine.out_lanes = 10, engine.dw_lanes = bundles[i].second, engine.feature_bits = 6;
  }
  all[2].bypass = all[8].bypass = 1;
  all[12].products = 6, all[12].weight_bits = all[12].feature_bits = 4;  // rows
  net::Network network = *net::find_known("dnn-a");
  network.input = {3, 31, 45};
  network.replications = {{48, true}, {96, true}, {64, false}};
  for (engine::Engine& engine : all) {
    network.bundle = engine.bundle;
    engine = program::size_for(engine, network);
  }
  return all;
}

}  // namespace duet::test
