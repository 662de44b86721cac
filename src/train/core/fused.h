#pragma once
// A convolution's tail in one autograd node: [1x1 convolution] -> [batch norm | bias] -> [ReLU] -> [2x2 pooling] [-> rounding to
// a quantised feature map]. On a CPU it runs picture by picture in blocks that stay in the cache; elsewhere, and where asked, it
// is built of libtorch's own operations.

#include "train/core/kernels.h"
#include "train/core/torch.h"

namespace duet::train::core {

struct Tail {
  bool norm = false;  ///< gamma, beta, running mean and variance are given; else beta is a bias or undefined
  bool relu = false;
  double clip = 0;  ///< of the ReLU, 0: none
  Pooling pooling = Pooling::none;
  bool training = false;  ///< batch statistics, and running ones updated
  /// Quantised feature map: real value of one step (0: float), and its integer limits.
  double step = 0, lo = 0, hi = 0;
};

struct TailParameters {
  at::Tensor weight;  ///< [out][in] of a 1x1 convolution, or undefined
  at::Tensor gamma, beta, running_mean, running_var;
};

inline constexpr double kNormEpsilon = 1e-5, kNormMomentum = 0.1;

/// x: batch, height, width, channels, contiguous. Returns the same layout. `plain`: libtorch's own operations.
at::Tensor run_tail(const at::Tensor& x, const TailParameters& parameters, const Tail& tail, bool plain);

}  // namespace duet::train::core
