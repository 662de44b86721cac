#pragma once
// What lies behind libduet_train.so: plain data in, plain data out. The core needs libtorch, the standard library and the pack
// reader alone, so that it also builds on a bare machine with a GPU. It throws std::runtime_error; src/train turns what the user
// can mend into an Error before calling it.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "quant/scale.h"

namespace duet::train::core {

/// One float operation; the last one's output is the head's map. Weighted kinds have no bias when a batch norm follows.
struct Op {
  enum class Kind { convolution, max_pool, average_pool, batch_norm, relu, space_to_depth, concat, add } kind = Kind::convolution;
  std::string name;
  std::vector<int> inputs;  ///< indices of the operations it reads, -1: the picture; concat and add have several, the others one
  int input() const { return inputs.front(); }
  int in_channels = 0, out_channels = 0, kernel = 1, groups = 1;
  double clip = 0;               ///< relu: upper limit, 0 for none
  bool bias = false;             ///< convolution
  int stride = 1, padding = -1;  ///< convolution; -1: "same", kernel / 2 on each side
};

struct Plan {
  int channels = 3, height = 0, width = 0;
  std::vector<Op> ops;
  std::vector<std::pair<double, double>> anchors;  ///< width and height, 0..1 of the picture
  int classes = 0;  ///< 0: it finds boxes; else it tells so many classes apart: the head's map, averaged over its grid
};

/// Parameters by name: "<op>.weight", "<op>.bias", batch norm also "<op>.running_mean", "<op>.running_var". Row-major, shapes
/// follow from the Plan.
using Weights = std::map<std::string, std::vector<float>>;

/// How a study rounds a convolution's weights and the map behind it, with batch norms that go on learning. (The integers that
/// duet builds are QuantizeOptions'.) Levels: 0 for float, 2 binary, 3 ternary, 2^W - 1 for weights and 2^F for maps of more
/// bits.
struct Rounding {
  int weight_levels = 0, feature_levels = 0;
};

struct TrainOptions {
  std::string train_pack, validation_pack, folder;
  std::string test_pack;  ///< scored once, at the end; may be empty
  int epochs = 20, batch = 16, threads = 1;
  double learning_rate = 0.002, warmup = 0.05, weight_decay = 1e-4, ema = 0.998;
  double cosine_begin = 0, cosine_end = 1;  ///< the part of the decay that this training takes: 0 the peak, 1 its end
  bool sgd = false, augment = true;
  std::vector<Rounding> roundings;  ///< of each convolution, in order; empty: float
  /// With roundings: where a map's levels end. Of each batch the largest value, for weights that are still to be found; else
  /// where the start's weights have the least squared error, for weights that are trained.
  bool batch_ranges = false;
  /// > 0: weights stay float while they learn and are drawn, this strongly, to rounded ones, which are chosen anew after every
  /// epoch: the alternating direction method of multipliers (Leng et al. 2018). Scores are of the rounded weights.
  double admm = 0;
  int64_t samples_per_epoch = 0;
  uint64_t seed = 1;
  double checkpoint_seconds = 60;
  std::string fingerprint;  ///< a checkpoint with another one is ignored
};

/// Widths of the fine-tuning and how a feature map's scale is chosen.
struct QuantizeOptions {
  std::vector<quant::Widths> widths;  ///< of each convolution, in order
  int calibration_pictures = 64;
  bool learn_ranges = false;  ///< the feature maps' scales learn with the weights
};

struct Epoch {
  int epoch = 0;
  double loss = 0, iou_validation = 0, seconds = 0, learning_rate = 0;  ///< of classes, accuracy in the place of IoU
};

struct TrainResult {
  Weights weights;                  ///< of the best epoch, averaged
  std::vector<double> feature_max;  ///< quantised training: where the integers of each convolution's output end, in order
  double iou_validation = 0, iou_start = 0;  ///< of classes, accuracy in the place of IoU
  double score_test = 0;
  int best_epoch = 0;
  int64_t samples = 0;
  double seconds = 0;  ///< of all runs together
  std::string stopped;
  std::vector<Epoch> curve;
};

/// x0, y0, x1, y1 in 0..1 of the picture and the winner's tc.
struct Found {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0, confidence = 0;
};

/// One layer of the integer network, simulated in double precision (exact: every value stays below 2^53).
struct IntegerLayer {
  std::string node;              ///< the convolution's name in the Plan
  std::vector<int16_t> weights;  ///< [out][in / groups][k][k]
  std::vector<int64_t> bias;
  std::vector<int> multiplier, shift;
  int64_t lo = 0, hi = 255;
};

using Callback = std::function<void(double done, double total, const std::string& note)>;

/// A map's name in the plan and its integers, [count][channels][height][width].
using VisitMap = std::function<void(const std::string& name, const std::vector<int32_t>& values)>;

/// Everything the library offers; there is one, from duet_train_core().
class Core {
 public:
  virtual ~Core() = default;
  virtual std::string version() const = 0;
  virtual bool cuda() const = 0;
  virtual bool mkldnn() const = 0;
  virtual Weights random_weights(const Plan& plan, uint64_t seed) const = 0;
  virtual TrainResult train(const Plan& plan, const Weights& start, const TrainOptions& options,
                            const Callback& callback) const = 0;
  virtual TrainResult fine_tune(const Plan& plan, const Weights& start, const TrainOptions& options,
                                const QuantizeOptions& quantize, const Callback& callback) const = 0;
  /// Head maps of `count` pictures (planar bytes), [count][channels][grid height][grid width].
  virtual std::vector<float> forward(const Plan& plan, const Weights& weights, const uint8_t* pictures, int count,
                                     int threads) const = 0;
  /// The same for the integer network: its head's integers. `visit`, where there is one, sees every map that exists in integers.
  virtual std::vector<int32_t> simulate(const Plan& plan, const std::vector<IntegerLayer>& layers, const uint8_t* pictures,
                                        int count, int threads, const VisitMap& visit) const = 0;
};

}  // namespace duet::train::core

/// The library's only symbol.
extern "C" const duet::train::core::Core* duet_train_core();
