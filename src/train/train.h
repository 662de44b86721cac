#pragma once
// Training, fine-tuning for quantisation and scoring of box detectors. No libtorch type appears here: the part that needs
// libtorch is a shared library (src/train/core) opened on first use, so that what does not train starts in milliseconds.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "net/box.h"
#include "net/network.h"
#include "quant/scale.h"

namespace duet::train {

/// What one training is. Times and thread counts do not belong to what is learned: with the same specification, machine and
/// thread count the weights are the same, bit by bit, also when the work was killed and resumed.
struct TrainSpec {
  net::Network network;  ///< its anchors are replaced by those found in the boxes of `train_pack`, unless keep_anchors
  std::filesystem::path train_pack;       ///< made by data at the network's input size
  std::filesystem::path validation_pack;  ///< choices (best epoch) are made on it
  int epochs = 20;
  int batch = 16;                ///< pictures a step
  double learning_rate = 0.002;  ///< peak, after the warm-up; cosine decay to 1 % of it
  double warmup = 0.05;          ///< share of all steps
  double cosine_begin = 0;       ///< part of the decay that this training takes, 0..1: a training that another one goes on
  double cosine_end = 1;         ///< with ends where that one begins
  double weight_decay = 1e-4;
  std::string optimizer = "adam";  ///< or "sgd" (momentum 0.9, Nesterov)
  double ema = 0.998;              ///< averaging of the weights, per step; 0: none
  int64_t samples_per_epoch = 0;   ///< pictures an epoch; 0: the whole pack
  bool augment = true;             ///< flip, scale, shift, colour and brightness, but in the last tenth of the steps
  bool keep_anchors = false;
  std::filesystem::path start;  ///< folder with weights to begin with; empty: random ones from the seed
  uint64_t seed = 1;
  int threads = 1;
  double checkpoint_seconds = 60;  ///< a checkpoint is written after each epoch and at least this often
};

/// Fine-tuning of a trained network to integer arithmetic (docs/arithmetic.md).
struct QuantizeSpec {
  std::filesystem::path network;  ///< folder that `train` made: network.json, weights.safetensors
  std::filesystem::path train_pack, validation_pack;
  int weight_bits = 8, feature_bits = 8;
  std::map<std::string, quant::Widths> layers;  ///< other widths, by a layer's name (quant::QuantizeOptions)
  /// How weights learn: rounded in every step, their gradients straight through the rounding, or in float and drawn to rounded
  /// ones by ADMM (core::TrainOptions::admm). Maps are rounded in every step either way.
  std::string method = "straight-through";
  int epochs = 2;  ///< 0: calibration alone
  int batch = 16;
  double learning_rate = 0.0003;
  double ema = 0.99;
  int64_t samples_per_epoch = 0;
  bool augment = true;
  int calibration_pictures = 64;  ///< of the training part, for the scales of the feature maps
  bool learn_ranges = false;      ///< these scales learn with the weights
  uint64_t seed = 1;
  int threads = 1;
  double checkpoint_seconds = 60;
};

/// JSON with the members' names as keys ("kind": "train" or "quantize" is accepted and ignored); missing keys keep the defaults
/// above. Throws Error naming `where` and an unknown key with the nearest right one.
TrainSpec train_spec_from_json(const Json& json, const std::string& where);
QuantizeSpec quantize_spec_from_json(const Json& json, const std::string& where);
Json to_json(const TrainSpec& spec);
Json to_json(const QuantizeSpec& spec);

/// Trains, or goes on with, the training whose checkpoint lies in `folder` (made with the same specification, else it starts
/// anew). Leaves there network.json (anchors as used), weights.safetensors (the best epoch's averaged weights) and result.json,
/// and returns the latter: {"iou_validation", "iou_train_sample", "epochs", "best_epoch", "samples", "seconds",
/// "samples_per_second", "parameters", "anchors", "stopped": "" or why training ended early, "curve": [{"epoch", "loss",
/// "iou_validation", "seconds", "learning_rate"}, ...]}. `seconds` is the time of all runs together. Throws Error for packs that
/// do not fit the network, a full disk, or a libtorch that cannot be loaded.
Json train(const TrainSpec& spec, const std::filesystem::path& folder, const Progress& progress);

/// Seconds that a training with this specification takes on this machine, measured on a few steps: of one epoch's pictures and of
/// one validation.
struct Pace {
  double epoch = 0, validation = 0;
};
Pace measure(const TrainSpec& spec);
/// Epochs that fit a time, at least 1.
int epochs_within(const Pace& pace, double seconds);

/// Quantises and fine-tunes. Leaves network.json, weights.safetensors (float, fine-tuned), quantized.json, quantized.safetensors
/// (quant::save to folder / "quantized") and result.json: {"iou_validation" (simulated integer network), "iou_validation_start"
/// (before the fine-tuning), "weight_bits", "feature_bits", "epochs", "best_epoch", "seconds", "samples_per_second", "stopped",
/// "curve": [...]}. Resumes like train.
Json quantize(const QuantizeSpec& spec, const std::filesystem::path& folder, const Progress& progress);

/// One picture's answer.
struct Scored {
  net::Box predicted, truth;  ///< 0..1 of the picture
  double iou = 0;
  double confidence = 0;  ///< the winner's share of the softmax over all cells and anchors, 0..1
};

/// How a network is run when it is scored.
enum class Runner {
  floating,   ///< float weights, libtorch
  simulated,  ///< the quantised network's arithmetic in libtorch (double precision): "iou_quantized"
  golden      ///< the integer golden model: "iou_golden"
};

/// Runs the network in `network_folder` (made by train or quantize) on every picture of a pack. Throws Error when the folder
/// lacks what the runner needs or the pack's size differs from the network's input.
std::vector<Scored> score(const std::filesystem::path& network_folder, const std::filesystem::path& pack, Runner runner,
                          int threads, const Progress& progress);

/// Runs the network on one picture: planar 3 x height x width bytes at the network's input size (data's resize). `truth` and
/// `iou` stay zero.
Scored detect(const std::filesystem::path& network_folder, const std::vector<uint8_t>& picture, Runner runner);

/// Every feature map of every picture of a pack: libtorch's simulation, through which quantised training sees the network,
/// against the golden model.
struct MapsCompared {
  int64_t maps = 0, values = 0, differ = 0;
  std::string first;  ///< where the first difference is, or ""
};
MapsCompared compare_maps(const std::filesystem::path& network_folder, const std::filesystem::path& pack, int threads,
                          const Progress& progress);

/// {"iou" (mean), "share_50" (share of pictures with IoU >= 0.5), "images", "boxes": [{"predicted": [x0,y0,x1,y1], "truth":
/// [...], "iou", "confidence"}...]}
Json to_json(const std::vector<Scored>& scored);

/// True when the folder holds a quantised network.
bool is_quantized(const std::filesystem::path& network_folder);

/// libtorch's version and devices, and the kernels that OpenBLAS uses ("" where it is not the BLAS): {"version", "cuda",
/// "mkldnn", "blas"}. Loads the library.
Json library();

}  // namespace duet::train
