#include "train/zoo_training.h"

#include <cmath>

#include "base/error.h"
#include "base/fields.h"
#include "base/files.h"
#include "data/pack.h"
#include "train/plan.h"
#include "train/train.h"
#include "train/zoo.h"

namespace duet::train {
namespace fs = std::filesystem;
namespace {

double bits_of(int levels) { return levels == 0 ? 32 : std::ceil(std::log2(levels)); }

int64_t weights_of(const core::Op& op) { return int64_t{op.out_channels} * (op.in_channels / op.groups) * op.kernel * op.kernel; }

// What a network takes: multiplications of a picture, bytes of all weights and of a picture's maps, as they are rounded or
// (without `roundings`) in float. The maps counted are those that a convolution leaves.
struct Cost {
  double macs = 0, weights = 0, features = 0;
};

Cost cost_of(const ZooNetwork& network, const std::vector<core::Rounding>& roundings) {
  const std::vector<std::array<int, 2>> sizes = map_sizes(network.plan);
  Cost cost;
  size_t convolution = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const core::Op& op = network.plan.ops[i];
    if (op.kind != core::Op::Kind::convolution) continue;
    const double pixels = static_cast<double>(sizes[i][0]) * sizes[i][1], weights = static_cast<double>(weights_of(op));
    const core::Rounding rounding = roundings.empty() ? core::Rounding{} : roundings[convolution++];
    cost.macs += weights * pixels;
    cost.weights += weights * bits_of(rounding.weight_levels) / 8;
    cost.features += op.out_channels * pixels * bits_of(rounding.feature_levels) / 8;
  }
  return cost;
}

std::vector<core::Rounding> roundings_of(const ZooNetwork& network, const ZooSpec& spec) {
  std::vector<core::Rounding> roundings;
  for (const Part part : network.parts)
    roundings.push_back({spec.weight_levels.at(static_cast<size_t>(part)), spec.feature_levels});
  roundings.back().feature_levels = 0;  // the classes' votes
  return roundings;
}

template <class Archive, class Spec>
void members(Archive& a, Spec& s) {
  a("network", s.network), a("packs", s.packs), a("classes", s.classes), a("epochs", s.epochs), a("batch", s.batch);
  a("learning_rate", s.learning_rate), a("weight_levels", s.weight_levels), a("feature_levels", s.feature_levels),
      a("admm", s.admm), a("samples_per_epoch", s.samples_per_epoch);
  a("weight_decay", s.weight_decay), a("average", s.average), a("sgd", s.sgd);
  a("start", s.start), a("seed", s.seed), a("threads", s.threads);
}

}  // namespace

ZooSpec zoo_spec_from_json(const Json& json, const std::string& where) {
  ZooSpec spec;
  std::vector<std::string> known;
  const auto read = [&]<class Value>(const char* key, Value& value) {
    known.emplace_back(key);
    if (json.contains(key)) value = json.at(key).get<Value>();
  };
  try {
    members(read, spec);
  } catch (const Json::exception& error) {
    throw Error(error.what(), where, "");
  }
  base::only_keys(json, known, where);
  return spec;
}

Json to_json(const ZooSpec& spec) {
  Json json;
  const auto write = [&](const char* key, const auto& value) { json[key] = value; };
  members(write, spec);
  return json;
}

Json train_zoo(const ZooSpec& spec, const fs::path& folder, const Progress& progress) {
  fs::create_directories(folder);
  const data::Pack pack(spec.packs / "train.pack");
  ZooNetwork network = zoo_network(spec.network, spec.classes, pack.height(), pack.width());
  if (spec.classes == 0)
    for (const net::Anchor& anchor : find_anchors(pack, kAnchors)) network.plan.anchors.emplace_back(anchor.width, anchor.height);
  const core::Core& core = library_core();
  const core::Weights start = spec.start.empty() ? core.random_weights(network.plan, spec.seed)
                                                 : to_weights(quant::load_safetensors(spec.start / "weights.safetensors"));
  core::TrainOptions options;
  options.train_pack = spec.packs / "train.pack", options.validation_pack = spec.packs / "validation.pack",
  options.test_pack = spec.packs / "test.pack", options.folder = folder;
  options.epochs = spec.epochs, options.batch = spec.batch, options.threads = spec.threads, options.seed = spec.seed;
  options.weight_decay = spec.weight_decay, options.ema = spec.average, options.sgd = spec.sgd;
  options.learning_rate = spec.learning_rate, options.samples_per_epoch = spec.samples_per_epoch;
  const std::vector<core::Rounding> roundings = roundings_of(network, spec);
  const bool rounded = std::any_of(roundings.begin(), roundings.end(),
                                   [](const core::Rounding& r) { return r.weight_levels > 0 || r.feature_levels > 0; });
  if (rounded) options.roundings = roundings, options.batch_ranges = spec.start.empty();
  options.admm = spec.admm;
  Json key = to_json(spec);
  for (const char* place : {"packs", "start", "threads"}) key.erase(place);
  options.fingerprint = base::sha256(key.dump());
  const core::TrainResult result = core.train(network.plan, start, options, progress);

  quant::save_safetensors(to_tensors(network.plan, result.weights), folder / "weights.safetensors");
  const Cost now = cost_of(network, roundings), before = cost_of(network, {});
  int64_t parameters = 0;
  for (const core::Op& op : network.plan.ops)
    if (op.kind == core::Op::Kind::convolution) parameters += weights_of(op);
  Json curve = Json::array();
  for (const core::Epoch& e : result.curve) curve.push_back({{"epoch", e.epoch}, {"loss", e.loss}, {"score", e.iou_validation}});
  return {{"score_validation", result.iou_validation},
          {"score_test", result.score_test},
          {"parameters", parameters},
          {"macs", now.macs},
          {"weight_bytes", now.weights},
          {"feature_bytes", now.features},
          {"float_weight_bytes", before.weights},
          {"float_feature_bytes", before.features},
          {"epochs", result.curve.size()},
          {"seconds", result.seconds},
          {"stopped", result.stopped},
          {"curve", curve}};
}

}  // namespace duet::train
