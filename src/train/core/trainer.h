#pragma once
#include "data/pack.h"
#include "train/core/core.h"
#include "train/core/model.h"

namespace duet::train::core {

/// Trains in float, or, where `quant` is not empty, with rounded weights and feature maps (one entry a step of the model).
TrainResult run_training(const Plan& plan, const Weights& start, const TrainOptions& options, const std::vector<StepQuant>& quant,
                         const Callback& callback);

/// Where the levels of each step's map end (Model::forward_rounded): the range with the least squared error, of sums 0.
std::vector<double> level_ranges(const Model& model, const data::Pack& pack, const std::vector<Rounding>& roundings,
                                 uint64_t seed);

/// Scales of the feature maps from pictures of a pack: for each step the one with the least squared error (a clipped ReLU's is
/// given).
std::vector<StepQuant> calibrate(const Model& model, const data::Pack& pack, const QuantizeOptions& options, uint64_t seed);

/// The device that training runs on: CUDA where this libtorch has it.
at::Device device();
/// Sets the threads of libtorch and, once, how memory is kept.
void prepare(int threads);
/// Bytes to batch x height x width x 3 floats on the device.
at::Tensor pictures_to_tensor(const uint8_t* planar, int count, int height, int width);

}  // namespace duet::train::core
