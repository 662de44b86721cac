#pragma once
#include <string>
#include <vector>

#include "net/network.h"

namespace duet::program {

/// What the engine runs at once (docs/decisions/0008-any-bundle.md): a depth-wise convolution or none, then a dense convolution
/// of the array or none, then pooling or none.
struct Pass {
  std::string name;   ///< "b0" of a whole replication, "head", else its layers: "b0.l1", "b0.l1+b1.l0"
  std::string node;   ///< of the network's graph, whose map it leaves
  std::string reads;  ///< ... whose map it reads
  int depthwise = 0;  ///< side of the kernel, 0: none
  int dense = 0;      ///< likewise
  net::Pool pool = net::Pool::none;
  net::Shape in, out;
  bool head = false;
  bool bypass = false;  ///< its map before pooling goes, reordered, in front of what a later pass reads
  bool joined = false;  ///< ... what this one reads: `in` and `reads` are of both together
};

/// A network's passes in their order. A depth-wise convolution takes the 1x1 convolution behind it into its pass, also that of
/// the next replication or the head where nothing is pooled in between.
std::vector<Pass> passes(const net::Network& network);

}  // namespace duet::program
