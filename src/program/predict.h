#pragma once
#include "program/pipeline.h"

namespace duet::program {

/// predict() for many programs one after the other: what it needs beside them is kept, so that nothing is allocated once it has
/// grown to the largest.
class Predictor {
 public:
  /// `plain`: as Pipeline's.
  explicit Predictor(bool plain = false) : pipeline_(plain) {}
  /// Valid until the next call.
  const Cycles& operator()(const Program& program, const Memory& memory);

 private:
  Pipeline pipeline_;
  Cycles cycles_;
};

}  // namespace duet::program
