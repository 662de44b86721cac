#include "program/passes.h"

#include <utility>

namespace duet::program {
namespace {

class Walk {
 public:
  Walk(const net::Network& network, std::vector<Pass>& into) : network_(network), shape_(network.input), passes_(into) {}

  void run() {
    passes_.clear();
    for (size_t i = 0; i < network_.replications.size(); ++i) {
      join(i);
      replication(i);
    }
    join(network_.replications.size());
    layer({false, 1}, network_.head_channels(), {Place::Kind::head});
    passes_.back().head = true;
  }

 private:
  void join(size_t reader) {
    if (!network_.bypass || network_.bypass->to != static_cast<int>(reader)) return;
    shape_.channels += 4 * network_.replications[static_cast<size_t>(network_.bypass->from)].channels;
    open_ = false, joined_ = true;
  }

  void replication(size_t index) {
    const std::vector<net::ComputeLayer>& layers = network_.bundle.layers;
    Place place{Place::Kind::layer, 0, static_cast<int16_t>(index)};
    for (; place.layer < layers.size(); ++place.layer) layer(layers[place.layer], network_.replications[index].channels, place);
    if (network_.replications[index].downsample && network_.bundle.pool != net::Pool::none)
      pool({Place::Kind::pool, 0, place.replication});
    Pass& pass = passes_.back();
    pass.bypass = network_.bypass && network_.bypass->from == static_cast<int>(index);
    pass.part.whole = pass.part.first == Place{Place::Kind::layer, 0, place.replication};
  }

  void layer(const net::ComputeLayer& layer, int channels, const Place& place) {
    const bool joins = open_ && !layer.depthwise && layer.kernel == 1;
    if (!joins) begin(place);
    Pass& pass = passes_.back();
    (layer.depthwise ? pass.depthwise : pass.dense) = layer.kernel;
    pass.part.last = pass.part.node = place;
    if (!layer.depthwise) shape_.channels = channels;
    pass.out = shape_;
    open_ = layer.depthwise;
  }

  void begin(const Place& place) {
    const Place before = passes_.empty() ? Place{} : passes_.back().part.node;
    Pass& pass = passes_.emplace_back();
    pass.joined = std::exchange(joined_, false);
    pass.in = shape_, pass.part.first = place;
    pass.part.reads = pass.joined ? Place{Place::Kind::bypass} : before;
  }

  void pool(const Place& place) {
    Pass& pass = passes_.back();
    pass.pool = network_.bundle.pool;
    pass.part.node = place;
    shape_.height /= 2, shape_.width /= 2;
    pass.out = shape_;
    open_ = false;
  }

  const net::Network& network_;
  net::Shape shape_;
  std::vector<Pass>& passes_;
  bool joined_ = false;
  bool open_ = false;  // the last pass is a depth-wise convolution that may take a 1x1 one
};

}  // namespace

std::string Place::name() const {
  const std::string part = "b" + std::to_string(replication);
  switch (kind) {
    case Kind::input:
      return "input";
    case Kind::layer:
      return part + ".l" + std::to_string(layer);
    case Kind::pool:
      return part + ".pool";
    case Kind::head:
      return "head";
    case Kind::bypass:
      return "bypass";
  }
  return "";
}

std::string Part::name() const {
  if (whole) return "b" + std::to_string(first.replication);
  return first == last ? first.name() : first.name() + "+" + last.name();
}

std::vector<Pass> passes(const net::Network& network) {
  std::vector<Pass> all;
  passes(network, all);
  return all;
}

void passes(const net::Network& network, std::vector<Pass>& into) { Walk(network, into).run(); }

}  // namespace duet::program
