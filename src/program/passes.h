#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "net/network.h"

namespace duet::program {

/// A node of a network's graph (net::to_graph) that leaves a map: the picture, a computing layer of a replication, its pooling,
/// the head, or a map joined with a bypassed one.
struct Place {
  enum class Kind : uint8_t { input, layer, pool, head, bypass };
  Kind kind = Kind::input;
  uint8_t layer = 0;
  int16_t replication = 0;
  std::string name() const;
  bool operator==(const Place&) const = default;
};

/// Which part of a network a pass computes.
struct Part {
  Place first, last;   ///< its convolutions; the same where there is one
  bool whole = false;  ///< those of a whole replication
  Place node;          ///< whose map it leaves
  Place reads;         ///< whose map it reads
  /// "b0" of a whole replication, "head", else its layers: "b0.l1", "b0.l1+b1.l0".
  std::string name() const;
};

/// What the engine runs at once (docs/decisions/0008-any-bundle.md): a depth-wise convolution or none, then a dense convolution
/// of the array or none, then pooling or none.
struct Pass {
  Part part;
  int depthwise = 0;  ///< side of the kernel, 0: none
  int dense = 0;      ///< likewise
  net::Pool pool = net::Pool::none;
  net::Shape in, out;
  bool head = false;
  bool bypass = false;  ///< its map before pooling goes, reordered, in front of what a later pass reads
  bool joined = false;  ///< ... what this one reads: `in` and `part.reads` are of both together
};

/// A network's passes in their order. A depth-wise convolution takes the 1x1 convolution behind it into its pass, also that of
/// the next replication or the head where nothing is pooled in between.
std::vector<Pass> passes(const net::Network& network);
/// The same into a vector whose storage is used again.
void passes(const net::Network& network, std::vector<Pass>& into);

}  // namespace duet::program
