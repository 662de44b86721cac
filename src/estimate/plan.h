#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "net/network.h"

namespace duet::estimate {

/// A computing layer as numbers. Stride is 1 and padding "same": input and output have the same height and width.
struct LayerPlan {
  bool depthwise = false;
  int kernel = 1;
  int in_channels = 0, out_channels = 0;
  int64_t macs_per_pixel() const { return int64_t{kernel} * kernel * out_channels * (depthwise ? 1 : in_channels); }
  int64_t weights() const { return macs_per_pixel(); }
};

/// One replication of the Bundle, or the head.
struct StepPlan {
  std::string name;  ///< "b0", ..., "head"
  std::array<LayerPlan, 2> layers;
  int count = 0;  ///< layers in use
  bool pooled = false, head = false;
  net::Shape in, out;
  int64_t pixels() const { return in.pixels(); }
  int tiles() const { return (in.height + 1) / 2; }  ///< the pipeline works on pairs of rows
  int64_t macs() const;
  int64_t weights() const;
};

/// A network as flat numbers, made once, so that thousands of engines are tried on it without a graph.
struct Plan {
  std::vector<StepPlan> steps;  ///< replications in order, then the head
  int64_t macs = 0, weights = 0;
};

Plan make_plan(const net::Network& network);

}  // namespace duet::estimate
