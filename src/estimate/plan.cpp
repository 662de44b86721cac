#include "estimate/plan.h"

namespace duet::estimate {
namespace {

StepPlan replication(const net::Network& network, size_t index, const net::Shape& in) {
  const net::Replication& use = network.replications[index];
  StepPlan step;
  step.name = "b" + std::to_string(index);
  step.in = in;
  step.pooled = use.downsample && network.bundle.pool != net::Pool::none;
  int channels = in.channels;
  for (const net::ComputeLayer& layer : network.bundle.layers) {
    const int out = layer.depthwise ? channels : use.channels;
    step.layers[static_cast<size_t>(step.count++)] = {layer.depthwise, layer.kernel, channels, out};
    channels = out;
  }
  const int shrink = step.pooled ? 2 : 1;
  step.out = {channels, in.height / shrink, in.width / shrink};
  return step;
}

}  // namespace

int64_t StepPlan::macs() const {
  int64_t sum = 0;
  for (int i = 0; i < count; ++i) sum += layers[static_cast<size_t>(i)].macs_per_pixel();
  return sum * pixels();
}

int64_t StepPlan::weights() const {
  int64_t sum = 0;
  for (int i = 0; i < count; ++i) sum += layers[static_cast<size_t>(i)].weights();
  return sum;
}

Plan make_plan(const net::Network& network) {
  Plan plan;
  net::Shape shape = network.input;
  for (size_t i = 0; i < network.replications.size(); ++i) {
    plan.steps.push_back(replication(network, i, shape));
    shape = plan.steps.back().out;
  }
  StepPlan head;
  head.name = "head";
  head.head = true;
  head.in = shape;
  head.out = {network.head_channels(), shape.height, shape.width};
  head.layers[0] = {false, 1, shape.channels, head.out.channels};
  head.count = 1;
  plan.steps.push_back(head);
  for (const StepPlan& step : plan.steps) {
    plan.macs += step.macs();
    plan.weights += step.weights();
  }
  return plan;
}

}  // namespace duet::estimate
