#pragma once
#include "program/program.h"

namespace duet::program {

/// compile() for many networks one after the other: what it needs is kept, so that nothing is allocated once it has grown to the
/// largest.
class Compiler {
 public:
  /// Valid until the next call. Throws as compile().
  const Program& operator()(const net::Network& network, const engine::Engine& engine);

 private:
  std::vector<Pass> passes_;
  Program program_;
};

}  // namespace duet::program
