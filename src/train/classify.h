#pragma once
// Training of classifiers, for studies: what the paper's figures 1a and 1b show. Boxes are train.h's.

#include <array>
#include <filesystem>

#include "base/json.h"
#include "base/progress.h"

namespace duet::train {

/// One training of a network of the zoo on packs of classes.
struct ClassifySpec {
  std::string network = "alexnet";  ///< of zoo.h
  std::filesystem::path packs;      ///< train.pack, validation.pack and test.pack
  int classes = 10, epochs = 20, batch = 64;
  double learning_rate = 0.002;
  std::array<int, 4> weight_levels{0, 0, 0, 0};  ///< of each Part; 0: float (core::Rounding)
  double admm = 0;                               ///< > 0: weights are drawn to rounded ones (core::TrainOptions)
  int feature_levels = 0;                        ///< of all maps but the picture and the classes
  std::filesystem::path start;                   ///< weights to begin with; empty: random ones
  uint64_t seed = 1;
  int threads = 1;
};

ClassifySpec classify_spec_from_json(const Json& json, const std::string& where);
Json to_json(const ClassifySpec& spec);

/// Trains, or goes on. Leaves weights.safetensors (the best epoch's on the validation part) and returns {"accuracy_validation",
/// "accuracy_test" (of those weights, rounded as they were trained), "parameters", "weight_bytes", "feature_bytes" (of a
/// picture's maps), "float_weight_bytes", "float_feature_bytes", "epochs", "curve": [{"epoch", "loss", "accuracy"}]}.
Json classify(const ClassifySpec& spec, const std::filesystem::path& folder, const Progress& progress);

}  // namespace duet::train
