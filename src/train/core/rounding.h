#pragma once

#include "train/core/core.h"
#include "train/core/torch.h"

namespace duet::train::core {

/// Widths and scales of quantised training, per step of the model (docs/arithmetic.md).
struct StepQuant {
  double in_scale = 1, out_scale = 1;  ///< real value of one step of the input and the output map
  double max = 1;                      ///< where the output's integers end
  int weight_bits = 8;                 ///< 0: weights and biases stay float
  double lo = 0, hi = 255;             ///< integer limits of the output
  int learned = -1;                    ///< which of the learned factors its output's scale has; -1: none
};

/// Weights (output channels first) of each output channel rounded to `levels` around zero, or for 2 to two of one magnitude;
/// gradients straight through.
at::Tensor levelled(const at::Tensor& weight, int levels);

/// A map rounded to `levels` from 0 or, with a sign, -`range` to `range` (0: to the map's own largest magnitude); the gradient
/// passes where nothing is cut off.
at::Tensor levelled_map(const at::Tensor& x, int levels, double range, bool has_sign);

/// Weights rounded to integers of W bits times the scale that M and S define (docs/arithmetic.md), gradients straight through.
/// `bias_scale` becomes what one unit of each channel's integer bias is worth.
at::Tensor rounded_weights(const at::Tensor& weight, const at::Tensor& bias, const StepQuant& quant, at::Tensor& bias_scale);

}  // namespace duet::train::core
