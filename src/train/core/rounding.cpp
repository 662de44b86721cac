#include "train/core/rounding.h"

#include <algorithm>

#include "quant/scale.h"

namespace duet::train::core {
namespace {

// The weight scale of every channel, as quant::choose_clipped_scale finds it, all channels and scales at once.
at::Tensor weight_scales(const at::Tensor& weight, const at::Tensor& bias, const StepQuant& quant) {
  const at::Tensor flat = weight.detach().reshape({weight.size(0), 1, -1}).to(at::kDouble);
  const at::Tensor largest = flat.abs().amax({1, 2}).to(at::kCPU), bias_size = bias.detach().abs().to(at::kCPU, at::kDouble);
  at::Tensor scales = at::empty({weight.size(0), quant::kClippedScales, 1}, at::kDouble);
  double* out = scales.data_ptr<double>();
  for (int64_t c = 0; c < weight.size(0); ++c)
    for (const quant::Scale& scale : quant::clipped_scales(largest.data_ptr<double>()[c], quant.in_scale, quant.out_scale,
                                                           quant.weight_bits, bias_size.data_ptr<double>()[c]))
      *out++ = scale.weight_scale;
  scales = scales.to(weight.device());
  const double limit = fixed::weight_limit(quant.weight_bits);
  // On a CPU in parts that stay in its cache.
  const int64_t all = flat.size(0),
                rows = flat.device().is_cpu() ? std::max<int64_t>(1, 65536 / (quant::kClippedScales * flat.size(2))) : all;
  std::vector<at::Tensor> chosen;
  for (int64_t first = 0; first < all; first += rows) {
    const int64_t count = std::min(rows, all - first);
    const at::Tensor w = flat.narrow(0, first, count), s = scales.narrow(0, first, count);
    const at::Tensor error = (w - at::clamp(at::round(w / s), -limit, limit) * s).square().sum(2, true);
    chosen.push_back(s.gather(1, error.argmin(1, true)));
  }
  return at::cat(chosen).flatten().to(at::kFloat);
}

// The step of a uniform quantiser with the least squared error on a normal distribution, in its deviations (Max 1960), for an
// odd number of levels around zero.
double normal_step(int levels) { return levels <= 3 ? 1.224 : levels <= 7 ? 0.651 : levels <= 15 ? 0.353 : 7.9 / levels; }

}  // namespace

at::Tensor levelled(const at::Tensor& weight, int levels) {
  const at::Tensor flat = weight.detach().flatten(1);
  const auto shape = std::vector<int64_t>{weight.size(0), 1, 1, 1};
  at::Tensor rounded;
  if (levels == 2) {
    const at::Tensor size = flat.abs().mean(1).view(shape);
    rounded = at::where(weight.detach() < 0, -size, size);
  } else {
    const at::Tensor step = (flat.square().mean(1).sqrt() * normal_step(levels)).clamp_min(1e-12).view(shape);
    const double limit = (levels - 1) / 2;
    rounded = at::clamp(at::round(weight.detach() / step), -limit, limit) * step;
  }
  return weight + (rounded - weight.detach());
}

at::Tensor levelled_map(const at::Tensor& x, int levels, double range, bool has_sign) {
  if (range == 0) range = std::max(1e-6, x.detach().abs().max().item<double>());
  const at::Tensor inside = at::clamp(x, has_sign ? -range : 0, range);
  const double step = range / (has_sign ? (levels - 1) / 2 : levels - 1);
  return inside + (at::round(inside.detach() / step) * step - inside.detach());
}

at::Tensor rounded_weights(const at::Tensor& weight, const at::Tensor& bias, const StepQuant& quant, at::Tensor& bias_scale) {
  const at::Tensor scale = weight_scales(weight, bias, quant);
  bias_scale = scale * quant.in_scale;
  std::vector<int64_t> shape(static_cast<size_t>(weight.dim()), 1);
  shape[0] = weight.size(0);
  const at::Tensor s = scale.view(shape);
  const double limit = fixed::weight_limit(quant.weight_bits);
  const at::Tensor rounded = at::clamp(at::round(weight.detach() / s), -limit, limit) * s;
  return weight + (rounded - weight.detach());
}

}  // namespace duet::train::core
