#include "program/passes.h"

#include <utility>

namespace duet::program {
namespace {

class Walk {
 public:
  explicit Walk(const net::Network& network) : network_(network), shape_(network.input) {}

  std::vector<Pass> run() {
    for (size_t i = 0; i < network_.replications.size(); ++i) {
      join(i);
      replication(i);
    }
    join(network_.replications.size());
    layer({false, 1}, network_.head_channels(), "head");
    passes_.back().head = true;
    return std::move(passes_);
  }

 private:
  void join(size_t reader) {
    if (!network_.bypass || network_.bypass->to != static_cast<int>(reader)) return;
    shape_.channels += 4 * network_.replications[static_cast<size_t>(network_.bypass->from)].channels;
    open_ = false, joined_ = true;
  }

  void replication(size_t index) {
    const std::string name = "b" + std::to_string(index);
    const std::vector<net::ComputeLayer>& layers = network_.bundle.layers;
    for (size_t j = 0; j < layers.size(); ++j)
      layer(layers[j], network_.replications[index].channels, name + ".l" + std::to_string(j));
    const bool pools = network_.replications[index].downsample && network_.bundle.pool != net::Pool::none;
    if (pools) pool(name + ".pool");
    passes_.back().bypass = network_.bypass && network_.bypass->from == static_cast<int>(index);
    const std::string whole = name + ".l0" + (layers.size() > 1 ? "+" + name + ".l1" : "");
    if (passes_.back().name == whole) passes_.back().name = name;
  }

  void layer(const net::ComputeLayer& layer, int channels, const std::string& node) {
    const bool joins = open_ && !layer.depthwise && layer.kernel == 1;
    if (!joins) begin();
    Pass& pass = passes_.back();
    (layer.depthwise ? pass.depthwise : pass.dense) = layer.kernel;
    pass.name += (joins ? "+" : "") + node;
    pass.node = node;
    if (!layer.depthwise) shape_.channels = channels;
    pass.out = shape_;
    open_ = layer.depthwise;
  }

  void begin() {
    passes_.emplace_back();
    const std::string before = passes_.size() > 1 ? passes_[passes_.size() - 2].node : "input";
    passes_.back().joined = std::exchange(joined_, false);
    passes_.back().in = shape_, passes_.back().reads = passes_.back().joined ? "bypass" : before;
  }

  void pool(const std::string& node) {
    Pass& pass = passes_.back();
    pass.pool = network_.bundle.pool;
    pass.node = node;
    shape_.height /= 2, shape_.width /= 2;
    pass.out = shape_;
    open_ = false;
  }

  const net::Network& network_;
  net::Shape shape_;
  std::vector<Pass> passes_;
  bool joined_ = false;
  bool open_ = false;  // the last pass is a depth-wise convolution that may take a 1x1 one
};

}  // namespace

std::vector<Pass> passes(const net::Network& network) { return Walk(network).run(); }

}  // namespace duet::program
