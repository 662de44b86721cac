#pragma once
#include <memory>
#include <string>
#include <vector>

#include "train/core/core.h"
#include "train/core/fused.h"
#include "train/core/rounding.h"

namespace duet::train::core {

/// A float network whose parameters are views of one flat tensor, so that an optimiser step, an average or a checkpoint is one
/// operation. Activations are batch x height x width x channels.
class Model {
 public:
  Model(const Plan& plan, at::Device device);

  const Plan& plan() const { return plan_; }
  /// Parameters first (trainable_count()), then the batch norms' running statistics.
  at::Tensor& state() { return state_; }
  const at::Tensor& state() const { return state_; }
  at::Tensor parameters() const { return state_.narrow(0, 0, trainable_); }
  at::Tensor& gradient() { return gradient_; }
  int64_t trainable_count() const { return trainable_; }
  /// 1 where weight decay applies (weights of convolutions), else 0.
  at::Tensor decay_mask() const;

  void load(const Weights& weights);
  Weights save() const;

  /// x: batch, height, width, 3, as 0..255/256. Returns batch, grid height, grid width, 5 an anchor.
  at::Tensor forward(const at::Tensor& x, bool training) const;
  /// The same with weights and feature maps rounded as the integer network rounds them, gradients straight through; norms folded
  /// with their running statistics.
  /// Scales are those of `quant` times e to the power of their `factors` (undefined: none are learned). A map is carried without
  /// its factor, and what reads it multiplies its weights instead: so a factor's gradient is that of a learned step size (Esser
  /// et al. 2020), and costs nothing a pixel.
  at::Tensor forward_quantised(const at::Tensor& x, const std::vector<StepQuant>& quant, const at::Tensor& factors) const;
  /// `quant` with the factors in its scales.
  std::vector<StepQuant> scaled(std::vector<StepQuant> quant, const at::Tensor& factors) const;

  /// In float, but with each convolution's weights and the map behind it rounded to levels (gradients straight through): `ranges`
  /// is where a map's levels end, of every step.
  at::Tensor forward_rounded(const at::Tensor& x, bool training, const std::vector<Rounding>& roundings,
                             const std::vector<double>& ranges) const;

  /// `flat` parameters with every convolution's weights rounded to its levels.
  at::Tensor rounded(const at::Tensor& flat, const std::vector<Rounding>& roundings) const;
  /// The same as the integer network rounds them (forward_quantised): each layer's, its norm folded in, seen before that norm.
  at::Tensor rounded(const at::Tensor& flat, const std::vector<StepQuant>& quant) const;
  /// 1 where a weight is rounded, else 0.
  at::Tensor rounded_mask(const std::vector<Rounding>& roundings) const;

  /// A convolution with what follows it, or an operation of its own: a pooling whose map others read, too, 2x2 pixels to
  /// channels, maps side by side or added up.
  struct Step {
    int convolution = -1, norm = -1, relu = -1, pool = -1, move = -1;  ///< indices of operations, -1: absent
    std::vector<int> inputs;                                           ///< steps it reads, -1: the picture
  };
  const std::vector<Step>& steps() const { return steps_; }
  /// Called with every convolution's activation before pooling (for calibration), in order.
  void observe(const at::Tensor& x, const std::function<void(size_t step, const at::Tensor& activation)>& see) const;

  bool plain = false;  ///< use libtorch's own operations only (tests)

 private:
  struct Entry {
    std::string name;
    std::vector<int64_t> shape;
    int64_t offset = 0, count = 0;
    bool trainable = true;
    at::Tensor view;
  };
  void each_rounded(const std::vector<Rounding>& roundings,
                    const std::function<void(const Entry& entry, int levels)>& visit) const;
  void add_entry(const std::string& name, std::vector<int64_t> shape, bool trainable);
  void build_steps();
  const Entry* find(const std::string& name) const;
  at::Tensor tensor(const std::string& name) const;
  // What a step's norm does to its convolution: the factor of every channel and its bias.
  std::pair<at::Tensor, at::Tensor> folded_norm(const Step& step) const;
  at::Tensor convolve(const at::Tensor& x, const Step& step, const at::Tensor& weight) const;
  // Both make the output of a step: `run` of a convolution's from its input, `moves` of one that moves from its inputs.
  template <class Run, class Moves>
  at::Tensor run_all(const at::Tensor& x, const Run& run, const Moves& moves) const;
  template <class Run>
  at::Tensor run_all(const at::Tensor& x, const Run& run) const;
  at::Tensor move(const std::vector<at::Tensor>& inputs, const Step& step, const StepQuant* quant) const;
  at::Tensor run_step(const at::Tensor& x, const Step& step, bool training, bool pool, int weight_levels = 0) const;
  // `scaled`: with the factors, which are `in` and `out` (undefined: 1).
  at::Tensor run_step_quantised(const at::Tensor& x, const Step& step, const StepQuant& quant, const StepQuant& scaled,
                                const at::Tensor& in, const at::Tensor& out) const;

  Plan plan_;
  std::vector<Entry> entries_;
  std::vector<Step> steps_;
  at::Tensor state_, gradient_;
  int64_t trainable_ = 0;
};

/// He-normal weights, norms at one and zero, a head near zero: from the seed alone, the same with every libtorch.
Weights random_weights(const Plan& plan, uint64_t seed);

}  // namespace duet::train::core
