#pragma once
// A layer kind is one file of facts. To add one: copy the smallest (pool.cpp), describe the kind there, name it in registry.cpp,
// and add a test; where an engine runs it, also rtl/layer/duet_<kind>.sv and its line in rtl.f. docs/add-a-layer.md walks through
// it.

#include <algorithm>
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
  int32_t at(int channel, int row, int column) const {
    return values[(int64_t{channel} * shape.height + row) * shape.width + column];
  }
  /// Zero outside the map.
  int32_t padded(int channel, int row, int column) const {
    return row < 0 || row >= shape.height || column < 0 || column >= shape.width ? 0 : at(channel, row, column);
  }
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
  int64_t weights = 0;  ///< parameters without batch norm and bias
};

/// A float operation as plain data, which `train` and the calibration build: a layer kind says which of these few it is. A batch
/// norm and an activation are nodes of their own, after the convolution.
struct FloatOperation {
  enum class Kind {
    convolution,     ///< stride 1, "same" zero padding; needs in_channels, out_channels, kernel, groups, bias
    max_pool,        ///< 2x2, stride 2, an odd last row or column is dropped
    average_pool,    ///< likewise
    batch_norm,      ///< needs in_channels; epsilon kNormEpsilon
    relu,            ///< needs clip
    concat,          ///< inputs one after another along the channels
    space_to_depth,  ///< 2x2 pixels become channels: out[(2 dy + dx) C + c][y][x] = in[c][2y + dy][2x + dx]
  };
  Kind kind;
  int in_channels = 0, out_channels = 0, kernel = 1, groups = 1;
  bool bias = false;  ///< convolution: a bias of its own
  double clip = 0;    ///< relu: upper limit, 0 for none
};

/// Added to the variance in a batch norm (libtorch's default).
inline constexpr double kNormEpsilon = 1e-5;

class LayerKind {
 public:
  virtual ~LayerKind() = default;
  virtual std::string name() const = 0;
  /// Keys that Node::attributes may have.
  virtual std::vector<std::string> attributes() const = 0;
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

/// The kind of a node. Throws Error naming the node and the nearest known kind.
const LayerKind& kind_of(const net::Node& node);
/// Output shape of every node. Throws Error for an unknown kind or attribute (with the nearest) or shapes that do not fit.
std::vector<net::Shape> shapes(const net::Graph& graph);
/// Work of every node.
std::vector<Work> work(const net::Graph& graph);
Work total_work(const net::Graph& graph);
/// Shapes of a node's inputs, in order, out of shapes(graph).
std::vector<net::Shape> input_shapes(const net::Node& node, const std::vector<net::Shape>& all);

// For the files of the kinds.

/// Throws Error naming the node.
[[noreturn]] void refuse(const net::Node& node, const std::string& what, const std::string& hint);
/// The only input of a node. Throws Error when there is not exactly one.
const net::Shape& only_input(const net::Node& node, std::span<const net::Shape> inputs);
/// An attribute that must be a whole number in [lo, hi]; `otherwise` when it is absent. Throws Error naming the node.
int int_attribute(const net::Node& node, const std::string& key, int lo, int hi, int otherwise);

}  // namespace duet::layer
