#pragma once
// A layer kind is one file of facts. To add one: copy the smallest (pool.cpp), describe the kind there, name its maker in
// registry.cpp, add rtl/layer/duet_<kind>.sv to rtl.f where an engine runs it, and a test. docs/add-a-layer.md walks through it.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fixed/requantize.h"
#include "net/graph.h"

namespace duet::layer {

/// A feature map of integers, channel-major: index (c * height + y) * width + x.
struct IntMap {
  net::Shape shape;
  std::vector<int32_t> values;
};

/// Integer parameters of one computing layer (empty for pooling and the like). Weights in the order
/// [output channel][input channel][kernel row][kernel column]; a depth-wise layer has one input channel per filter.
struct IntParameters {
  std::vector<int16_t> weights;
  std::vector<fixed::Requant> requant;  ///< one an output channel
  fixed::Range output;                  ///< saturation of the outputs
};

struct Work {
  int64_t macs = 0;     ///< multiply-accumulates a frame
  int64_t weights = 0;  ///< parameters without batch norm
};

/// A float operation as plain data, which `train` builds. Weighted kinds are followed by the node's own batch norm and activation
/// nodes.
struct FloatOperation {
  enum class Kind { convolution, max_pool, average_pool, batch_norm, relu } kind;
  int in_channels = 0, out_channels = 0, kernel = 1, groups = 1;
  double clip = 0;  ///< relu: upper limit, 0 for none
};

class LayerKind {
 public:
  virtual ~LayerKind() = default;
  virtual std::string name() const = 0;
  /// Throws Error naming the node when the inputs do not fit the kind.
  virtual net::Shape output_shape(const net::Node& node, std::span<const net::Shape> inputs) const = 0;
  virtual Work work(const net::Node& node, std::span<const net::Shape> inputs) const = 0;
  virtual FloatOperation float_operation(const net::Node& node, std::span<const net::Shape> inputs) const = 0;
  /// The integer reference (docs/arithmetic.md). Kinds folded into their neighbours (norm, act) have none and are skipped: false.
  virtual bool runs_in_integers() const { return true; }
  virtual IntMap run(const net::Node& node, const IntParameters& parameters, std::span<const IntMap* const> inputs) const = 0;
};

/// nullptr for an unknown name; registry.cpp lists all kinds.
const LayerKind* find_kind(const std::string& name);
std::vector<std::string> kind_names();

/// Output shape of every node. Throws Error for an unknown kind (with the nearest) or shapes that do not fit.
std::vector<net::Shape> shapes(const net::Graph& graph);
/// Work of every node.
std::vector<Work> work(const net::Graph& graph);
Work total_work(const net::Graph& graph);

}  // namespace duet::layer
