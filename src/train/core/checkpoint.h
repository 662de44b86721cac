#pragma once
#include <string>
#include <vector>

#include "train/core/core.h"

namespace duet::train::core {

/// Everything that a training needs to go on as if it had never stopped.
struct Checkpoint {
  std::string fingerprint;
  int64_t step = 0;                                  ///< steps done
  std::vector<float> state, average, first, second;  ///< parameters and statistics, their average, the optimiser's moments
  std::vector<float> best;                           ///< state of the best epoch
  double best_iou = -1, iou_start = 0, epoch_loss = 0, seconds = 0, epoch_seconds = 0;
  int64_t best_epoch = 0;
  std::vector<double> scales;             ///< of rounded maps
  std::vector<float> target, multiplier;  ///< of ADMM
  /// Learned factors of the feature maps' scales, likewise.
  std::vector<float> factors, factors_average, factors_first, factors_second, factors_best;
  std::vector<Epoch> curve;
};

/// Writes atomically. Throws std::runtime_error (disk full).
void save_checkpoint(const Checkpoint& checkpoint, const std::string& path);
/// False when there is none, or a broken one, or one with another fingerprint.
bool load_checkpoint(Checkpoint& checkpoint, const std::string& fingerprint, const std::string& path);

}  // namespace duet::train::core
