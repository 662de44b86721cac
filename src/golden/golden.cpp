#include "golden/golden.h"

#include <algorithm>
#include <limits>
#include <mutex>

#include "base/error.h"
#include "base/parallel.h"
#include "layer/convolve.h"
#include "quant/quantize.h"

namespace duet::golden {
namespace {

// One graph node as it is run.
struct Step {
  size_t node = 0;
  const quant::QuantizedLayer* layer = nullptr;  // of a computing layer
  layer::Convolution convolution;                // of a computing layer
  layer::Accumulator accumulator = layer::Accumulator::float64;
  std::vector<size_t> inputs;    // nodes whose maps it reads: folded nodes are skipped over
  std::vector<size_t> last_use;  // maps that nothing reads after it
};

layer::Accumulator accumulator_for(const quant::QuantizedNetwork& network, size_t index) {
  const fixed::Range input = quant::input_range(network, index);
  if (quant::accumulator_bits(network.layers[index].parameters, input) > 32) return layer::Accumulator::float64;
  const bool narrow = input.lo >= std::numeric_limits<int16_t>::min() && input.hi <= std::numeric_limits<int16_t>::max();
  return narrow ? layer::Accumulator::int16_pairs : layer::Accumulator::int32;
}

layer::Convolution convolution_of(const net::Node& node, std::span<const net::Shape> inputs) {
  const layer::FloatOperation operation = layer::kind_of(node).float_operation(node, inputs);
  return {operation.in_channels, operation.out_channels, operation.kernel, operation.groups, inputs[0].height, inputs[0].width};
}

}  // namespace

struct Runner::Plan {
  quant::QuantizedNetwork network;
  net::Graph graph;
  std::vector<net::Shape> shapes;
  std::vector<Step> steps;

  explicit Plan(const quant::QuantizedNetwork& source)
      : network(source), graph(to_graph(network.network)), shapes(layer::shapes(graph)) {
    std::vector<size_t> stored(graph.nodes.size());  // the node in whose map a node's values lie
    size_t computing = 0;
    for (size_t i = 1; i < graph.nodes.size(); ++i) {
      const net::Node& node = graph.nodes[i];
      stored[i] = i;
      if (!layer::kind_of(node).runs_in_integers())
        stored[i] = stored[node.inputs.at(0)];
      else
        add_step(i, stored, computing);
    }
    DUET_CHECK(computing == network.layers.size(), "layers of the quantised network do not match its graph");
    mark_last_uses();
  }

  void add_step(size_t i, const std::vector<size_t>& stored, size_t& computing) {
    const net::Node& node = graph.nodes[i];
    const std::vector<net::Shape> inputs = layer::input_shapes(node, shapes);
    Step step;
    step.node = i;
    for (int input : node.inputs) step.inputs.push_back(stored[input]);
    if (layer::kind_of(node).float_operation(node, inputs).kind == layer::FloatOperation::Kind::convolution) {
      step.layer = &network.layers.at(computing);
      DUET_CHECK(step.layer->node == node.name, step.layer->node);
      step.convolution = convolution_of(node, inputs);
      step.accumulator = accumulator_for(network, computing++);
    }
    steps.push_back(step);
  }

  void mark_last_uses() {
    std::vector<bool> used(graph.nodes.size());
    for (auto step = steps.rbegin(); step != steps.rend(); ++step)
      for (size_t input : step->inputs)
        if (!used[input]) used[input] = true, step->last_use.push_back(input);
  }

  layer::IntMap run_step(const Step& step, const std::vector<layer::IntMap>& maps) const {
    const net::Node& node = graph.nodes[step.node];
    if (step.layer) {
      layer::IntMap out{shapes[step.node], std::vector<int32_t>(shapes[step.node].size())};
      convolve(step.convolution, maps[step.inputs[0]].values.data(), step.layer->parameters, step.accumulator, out.values.data());
      return out;
    }
    std::vector<const layer::IntMap*> inputs;
    for (size_t input : step.inputs) inputs.push_back(&maps[input]);
    return layer::kind_of(node).run(node, {}, inputs);
  }
};

Runner::Runner(const quant::QuantizedNetwork& network) : plan_(std::make_unique<Plan>(network)) {}
Runner::~Runner() = default;

layer::IntMap Runner::run(std::span<const uint8_t> picture) const { return run(picture, {}); }

layer::IntMap Runner::run(std::span<const uint8_t> picture,
                          const std::function<void(const net::Node&, const layer::IntMap&)>& visit) const {
  const Plan& plan = *plan_;
  DUET_CHECK(static_cast<int64_t>(picture.size()) == plan.graph.input.size(), "picture size");
  std::vector<layer::IntMap> maps(plan.graph.nodes.size());
  maps[0] = {plan.graph.input, {picture.begin(), picture.end()}};
  if (visit) visit(plan.graph.nodes[0], maps[0]);
  for (const Step& step : plan.steps) {
    maps[step.node] = plan.run_step(step, maps);
    for (size_t input : step.last_use) maps[input] = {};
    if (visit) visit(plan.graph.nodes[step.node], maps[step.node]);
  }
  return std::move(maps[plan.steps.back().node]);
}

namespace {

std::vector<uint8_t> bytes_of(const layer::IntMap& picture) { return {picture.values.begin(), picture.values.end()}; }

}  // namespace

layer::IntMap run(const quant::QuantizedNetwork& network, const layer::IntMap& picture) {
  return Runner(network).run(bytes_of(picture));
}

std::vector<NodeMap> run_all(const quant::QuantizedNetwork& network, const layer::IntMap& picture) {
  std::vector<NodeMap> all;
  Runner(network).run(bytes_of(picture), [&](const net::Node& node, const layer::IntMap& map) {
    all.push_back({node.name, map});
  });
  return all;
}

const layer::IntMap& map_of(const std::vector<NodeMap>& maps, const std::string& node) {
  const auto found = std::find_if(maps.begin(), maps.end(), [&](const NodeMap& one) { return one.node == node; });
  DUET_CHECK(found != maps.end(), node);
  return found->map;
}

void run_batch(const Runner& runner, size_t count, const std::function<std::span<const uint8_t>(size_t)>& picture, int threads,
               const std::function<void(size_t, const layer::IntMap&)>& done) {
  std::mutex mutex;
  base::parallel_for(
      static_cast<int>(count),
      [&](int i) {
        const layer::IntMap head = runner.run(picture(i));
        const std::lock_guard lock(mutex);
        done(i, head);
      },
      {}, threads);
}

}  // namespace duet::golden
