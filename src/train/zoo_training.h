#pragma once
// Training of the zoo's networks, for studies (the paper's figures 1a and 1b and table 1). What duet builds is train.h's.

#include <array>
#include <filesystem>

#include "base/json.h"
#include "base/progress.h"

namespace duet::train {

/// One training of a network of the zoo, on packs of classes (data/classes.h) or, where `classes` is 0, of boxes.
struct ZooSpec {
  std::string network = "alexnet";  ///< of zoo.h
  std::filesystem::path packs;      ///< train.pack, validation.pack and test.pack
  int classes = 10, epochs = 20, batch = 64;
  int64_t samples_per_epoch = 0;  ///< pictures an epoch; 0: the whole pack
  double learning_rate = 0.002, weight_decay = 1e-4;
  double average = 0.998;                        ///< of the weights that are scored and kept (core::TrainOptions::ema); 0: none
  bool sgd = false;                              ///< with momentum, in the place of Adam
  std::array<int, 4> weight_levels{0, 0, 0, 0};  ///< of each Part; 0: float (core::Rounding)
  double admm = 0;                               ///< > 0: weights are drawn to rounded ones (core::TrainOptions)
  int feature_levels = 0;                        ///< of all maps but the picture and the classes
  std::filesystem::path start;                   ///< weights to begin with; empty: random ones
  uint64_t seed = 1;
  int threads = 1;
};

ZooSpec zoo_spec_from_json(const Json& json, const std::string& where);
Json to_json(const ZooSpec& spec);

/// Trains, or goes on. Leaves weights.safetensors (the best epoch's on the validation part) and returns {"score_validation",
/// "score_test" (accuracy or mean IoU of those weights, rounded as they were trained), "parameters", "macs", "weight_bytes",
/// "feature_bytes" (of a picture's maps), "float_weight_bytes", "float_feature_bytes", "epochs", "seconds" (of all runs
/// together), "stopped", "curve": [{"epoch", "loss", "score"}]}.
Json train_zoo(const ZooSpec& spec, const std::filesystem::path& folder, const Progress& progress);

}  // namespace duet::train
