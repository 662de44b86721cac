#include "train/core/simulate.h"

#include <cmath>
#include <stdexcept>

namespace duet::train::core {
namespace {

// x: batch, channels, height, width. Sums of shifted products: libtorch has no fast double convolution, and none is needed.
at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const Op& op) {
  const int64_t h = x.size(2), w = x.size(3), pad = op.kernel / 2;
  const at::Tensor padded = at::constant_pad_nd(x, {pad, pad, pad, pad});
  at::Tensor sum;
  for (int64_t k = 0; k < op.kernel; ++k)
    for (int64_t l = 0; l < op.kernel; ++l) {
      const at::Tensor part = padded.narrow(2, k, h).narrow(3, l, w), tap = weight.select(3, l).select(2, k);
      at::Tensor product;
      if (op.groups == 1)
        product = at::matmul(tap, part.flatten(2)).view({x.size(0), op.out_channels, h, w});
      else if (op.groups == op.in_channels && op.out_channels == op.in_channels)
        product = part * tap.view({1, -1, 1, 1});
      else
        throw std::runtime_error("the simulation knows dense and depth-wise convolutions only: " + op.name);
      sum = sum.defined() ? sum.add_(product) : product;
    }
  return sum;
}

at::Tensor per_channel(const std::vector<double>& values) {
  return at::from_blob(const_cast<double*>(values.data()), {1, static_cast<int64_t>(values.size()), 1, 1}, at::kDouble).clone();
}

// docs/arithmetic.md, 2 and 3. acc · M + 2^(S-1) stays below 2^53, so floor of its quotient by a power of two is exact.
at::Tensor run_layer(const at::Tensor& x, const Op& op, const IntegerLayer& layer) {
  const at::Tensor weight = at::from_blob(const_cast<int16_t*>(layer.weights.data()),
                                          {op.out_channels, op.in_channels / op.groups, op.kernel, op.kernel}, at::kShort)
                                .to(at::kDouble);
  std::vector<double> bias, multiplier, half, scale;
  for (size_t c = 0; c < layer.bias.size(); ++c) {
    bias.push_back(static_cast<double>(layer.bias[c]));
    multiplier.push_back(layer.multiplier[c]);
    half.push_back(std::ldexp(1.0, layer.shift[c] - 1));
    scale.push_back(std::ldexp(1.0, -layer.shift[c]));
  }
  const at::Tensor acc = convolve(x, weight, op) + per_channel(bias);
  return ((acc * per_channel(multiplier) + per_channel(half)) * per_channel(scale))
      .floor_()
      .clamp_(static_cast<double>(layer.lo), static_cast<double>(layer.hi));
}

}  // namespace

std::vector<int32_t> simulate_integers(const Plan& plan, const std::vector<IntegerLayer>& layers, const uint8_t* pictures,
                                       int count) {
  at::NoGradGuard guard;
  const at::Tensor picture =
      at::from_blob(const_cast<uint8_t*>(pictures), {count, plan.channels, plan.height, plan.width}, at::kByte).to(at::kDouble);
  std::vector<at::Tensor> outputs;
  size_t layer = 0;
  for (const Op& op : plan.ops) {
    const at::Tensor& x = op.input < 0 ? picture : outputs[static_cast<size_t>(op.input)];
    switch (op.kind) {
      case Op::Kind::convolution:
        if (layer >= layers.size() || layers[layer].node != op.name)
          throw std::runtime_error("the integer network lacks the layer " + op.name);
        outputs.push_back(run_layer(x, op, layers[layer++]));
        break;
      case Op::Kind::max_pool:
        outputs.push_back(at::max_pool2d(x, {2, 2}));
        break;
      case Op::Kind::average_pool:
        outputs.push_back(at::avg_pool2d(x, {2, 2}).add_(0.5).floor_());
        break;
      case Op::Kind::batch_norm:
      case Op::Kind::relu:
        outputs.push_back(x);
        break;  // folded into the convolution before
    }
  }
  const at::Tensor head = outputs.back().to(at::kInt).contiguous();
  return {head.data_ptr<int32_t>(), head.data_ptr<int32_t>() + head.numel()};
}

}  // namespace duet::train::core
