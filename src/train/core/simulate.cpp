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

// Largest magnitude that a sum of the layer can reach without its bias, for inputs up to `largest`.
double sum_bound(const IntegerLayer& layer, double largest) {
  const size_t channels = layer.bias.size(), each = layer.weights.size() / channels;
  double bound = 0;
  for (size_t c = 0; c < channels; ++c) {
    double sum = 0;
    for (size_t i = 0; i < each; ++i) sum += std::abs(static_cast<double>(layer.weights[c * each + i]));
    bound = std::max(bound, sum * largest);
  }
  return bound;
}

// out[(2 dy + dx) C + c][y][x] = in[c][2y + dy][2x + dx]
at::Tensor space_to_depth(const at::Tensor& x) {
  const int64_t batch = x.size(0), c = x.size(1), h = x.size(2) / 2, w = x.size(3) / 2;
  return x.view({batch, c, h, 2, w, 2}).permute({0, 3, 5, 1, 2, 4}).reshape({batch, 4 * c, h, w});
}

std::vector<int32_t> integers(const at::Tensor& x) {
  const at::Tensor whole = x.to(at::kInt).contiguous();
  return {whole.data_ptr<int32_t>(), whole.data_ptr<int32_t>() + whole.numel()};
}

template <class T>
void requantize_all(at::Tensor& acc, const IntegerLayer& layer) {
  const int64_t batch = acc.size(0), channels = acc.size(1), pixels = acc.size(2) * acc.size(3);
  T* values = acc.data_ptr<T>();
  for (int64_t n = 0; n < batch; ++n)
    for (int64_t c = 0; c < channels; ++c) {
      const auto i = static_cast<size_t>(c);
      requantize(values + (n * channels + c) * pixels, pixels,
                 {static_cast<double>(layer.bias[i]), static_cast<double>(layer.multiplier[i]), layer.shift[i],
                  static_cast<double>(layer.lo), static_cast<double>(layer.hi)});
    }
}

// x: single precision integers up to `largest` in magnitude.
at::Tensor run_layer(const at::Tensor& x, const Op& op, const IntegerLayer& layer, double largest) {
  const at::Tensor weight = at::from_blob(const_cast<int16_t*>(layer.weights.data()),
                                          {op.out_channels, op.in_channels / op.groups, op.kernel, op.kernel}, at::kShort)
                                .to(at::kFloat);
  if (sum_bound(layer, largest) < 0x1p24) {
    const int64_t pad = op.kernel / 2;
    at::Tensor acc = at::conv2d(x, weight, {}, {1, 1}, {pad, pad}, {1, 1}, op.groups).contiguous();
    requantize_all<float>(acc, layer);
    return acc;
  }
  at::Tensor acc = convolve(x.to(at::kDouble), weight.to(at::kDouble), op).contiguous();
  requantize_all<double>(acc, layer);
  return acc.to(at::kFloat);
}

}  // namespace

std::vector<int32_t> simulate_integers(const Plan& plan, const std::vector<IntegerLayer>& layers, const uint8_t* pictures,
                                       int count, const VisitMap& visit) {
  at::NoGradGuard guard;
  const at::Tensor picture =
      at::from_blob(const_cast<uint8_t*>(pictures), {count, plan.channels, plan.height, plan.width}, at::kByte).to(at::kFloat);
  std::vector<at::Tensor> outputs;
  std::vector<double> largest;  // magnitude of each output
  size_t layer = 0;
  for (const Op& op : plan.ops) {
    const auto map = [&](int input) { return input < 0 ? picture : outputs[static_cast<size_t>(input)]; };
    const at::Tensor x = map(op.input());
    double most = 0;
    for (int input : op.inputs) most = std::max(most, input < 0 ? 255 : largest[static_cast<size_t>(input)]);
    switch (op.kind) {  // all but convolutions keep the magnitude
      case Op::Kind::convolution:
        if (layer >= layers.size() || layers[layer].node != op.name)
          throw std::runtime_error("the integer network lacks the layer " + op.name);
        outputs.push_back(run_layer(x, op, layers[layer], most));
        largest.push_back(static_cast<double>(std::max(std::abs(layers[layer].lo), std::abs(layers[layer].hi))));
        ++layer;
        if (visit) visit(op.name, integers(outputs.back()));
        continue;
      case Op::Kind::max_pool:
        outputs.push_back(at::max_pool2d(x, {2, 2}));
        break;
      case Op::Kind::average_pool:
        outputs.push_back(at::avg_pool2d(x, {2, 2}).add_(0.5).floor_());
        break;
      case Op::Kind::batch_norm:
      case Op::Kind::relu:
        outputs.push_back(x);
        largest.push_back(most);
        continue;  // folded into the convolution before
      case Op::Kind::space_to_depth:
        outputs.push_back(space_to_depth(x));
        break;
      case Op::Kind::concat: {
        std::vector<at::Tensor> maps;
        for (int input : op.inputs) maps.push_back(map(input));
        outputs.push_back(at::cat(maps, 1));
        break;
      }
    }
    largest.push_back(most);
    if (visit) visit(op.name, integers(outputs.back()));
  }
  return integers(outputs.back());
}

}  // namespace duet::train::core
