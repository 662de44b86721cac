#include "train/train.h"

#include <fmt/core.h>

#include <chrono>
#include <new>

#include "base/error.h"
#include "base/files.h"
#include "quant/quantize.h"
#include "train/plan.h"

namespace duet::train {
namespace fs = std::filesystem;
namespace {

constexpr double kAdmmStrength = 0.01;

// What the core throws is rare and not ours to explain: memory, the disk, or a bug in libtorch's use.
template <class Function>
auto call_core(const fs::path& folder, const Function& function) {
  try {
    return function();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw PassingError("not enough memory for training", folder.string(), "use a smaller \"batch\"");
  } catch (const std::exception& e) {
    const std::string message = e.what();
    const std::string line = message.substr(0, message.find('\n'));
    const bool memory = message.find("memory") != std::string::npos;
    throw PassingError(line, folder.string(),
                       memory ? "use a smaller \"batch\""
                              : "free space on the disk if it is full; what is finished is kept, the same command goes on");
  }
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error("the folder cannot be made: " + error.message(), folder.string(), "give another folder with --out");
}

// What tells one pack from another without reading it all.
std::string pack_print(const data::Pack& pack) {
  std::string bytes = fmt::format("{} {}x{}", pack.count(), pack.height(), pack.width());
  for (int i = 0; i < pack.count(); ++i) {
    const data::PackBox box = pack.box(i);
    bytes.append(reinterpret_cast<const char*>(box.data()), sizeof box);
  }
  if (pack.count() > 0) bytes.append(reinterpret_cast<const char*>(pack.pixels(0)), pack.picture_bytes());
  return base::sha256(bytes);
}

// A checkpoint made under another one is not gone on with. Threads and the checkpoints' rhythm may differ.
std::string fingerprint(Json spec, const core::Plan& plan, const core::Weights& start, const TrainSpec& packs) {
  for (const char* key : {"threads", "checkpoint_seconds", "train_pack", "validation_pack", "start"}) spec.erase(key);
  std::string bytes;
  for (const auto& [name, values] : start)
    bytes.append(name).append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  for (const auto& [w, h] : plan.anchors) bytes += fmt::format(" {} {}", w, h);
  return base::sha256(spec.dump() + base::sha256(bytes) + pack_print(data::Pack(packs.train_pack)) +
                      pack_print(data::Pack(packs.validation_pack)));
}

core::TrainOptions options_of(const TrainSpec& spec, const fs::path& folder) {
  core::TrainOptions options;
  options.train_pack = spec.train_pack, options.validation_pack = spec.validation_pack, options.folder = folder;
  options.epochs = spec.epochs, options.batch = spec.batch, options.threads = spec.threads;
  options.learning_rate = spec.learning_rate, options.warmup = spec.warmup, options.cosine_begin = spec.cosine_begin,
  options.cosine_end = spec.cosine_end, options.weight_decay = spec.weight_decay, options.ema = spec.ema;
  options.sgd = spec.optimizer == "sgd", options.augment = spec.augment, options.samples_per_epoch = spec.samples_per_epoch;
  options.seed = spec.seed, options.checkpoint_seconds = spec.checkpoint_seconds;
  return options;
}

Json curve_json(const std::vector<core::Epoch>& curve) {
  Json json = Json::array();
  for (const core::Epoch& e : curve)
    json.push_back({{"epoch", e.epoch},
                    {"loss", e.loss},
                    {"iou_validation", e.iou_validation},
                    {"seconds", e.seconds},
                    {"learning_rate", e.learning_rate}});
  return json;
}

Json common_json(const core::TrainResult& result) {
  return {{"best_epoch", result.best_epoch},
          {"epochs", result.curve.size()},
          {"samples", result.samples},
          {"seconds", result.seconds},
          {"samples_per_second", result.seconds > 0 ? static_cast<double>(result.samples) / result.seconds : 0.0},
          {"stopped", result.stopped},
          {"curve", curve_json(result.curve)}};
}

// IoU on pictures spread over the training part, to see how much of the score is memory.
double sample_iou(const net::Network& network, const core::Plan& plan, const core::Weights& weights, const data::Pack& pack,
                  int threads) {
  const int wanted = std::min(200, pack.count()), group = 8;
  const size_t head = static_cast<size_t>(net::grid(network).size());
  double total = 0;
  for (int begin = 0; begin < wanted; begin += group) {
    const int count = std::min(group, wanted - begin);
    std::vector<uint8_t> pictures;
    std::vector<int> numbers;
    for (int i = begin; i < begin + count; ++i) {
      numbers.push_back(static_cast<int>(int64_t{i} * pack.count() / wanted));
      pictures.insert(pictures.end(), pack.pixels(numbers.back()), pack.pixels(numbers.back()) + pack.picture_bytes());
    }
    const std::vector<float> maps = library_core().forward(plan, weights, pictures.data(), count, threads);
    for (int i = 0; i < count; ++i) {
      const data::PackBox b = pack.box(numbers[static_cast<size_t>(i)]);
      const net::Detection found =
          net::decode(std::span<const float>(maps).subspan(head * static_cast<size_t>(i), head), network);
      total += net::iou(found.box, {b[0], b[1], b[2], b[3]});
    }
  }
  return total / wanted;
}

int64_t parameter_count(const core::Weights& weights) {
  int64_t count = 0;
  for (const auto& [name, values] : weights)
    if (name.find(".running_") == std::string::npos) count += static_cast<int64_t>(values.size());
  return count;
}

net::Network load_network(const fs::path& folder) {
  const fs::path file = folder / "network.json";
  if (!fs::exists(file))
    throw Error("no trained network here: network.json is missing", folder.string(), "give a folder that `duet train` made");
  return net::network_from_json(base::read_json(file), file.string());
}

quant::Ranges ranges_of(const core::Plan& plan, const std::vector<double>& max) {
  quant::Ranges ranges;
  size_t i = 0;
  for (const core::Op& op : plan.ops)
    if (op.kind == core::Op::Kind::convolution) ranges.max[op.name] = max.at(i++);
  return ranges;
}

}  // namespace

Json train(const TrainSpec& spec, const fs::path& folder, const Progress& progress) {
  make_folder(folder);
  net::Network network = spec.network;
  const data::Pack pack = open_pack(spec.train_pack, network);
  open_pack(spec.validation_pack, network);
  if (!spec.keep_anchors) network.anchors = find_anchors(pack, static_cast<int>(network.anchors.size()));
  const core::Plan plan = make_plan(network);
  const core::Core& core = library_core();
  const core::Weights start = spec.start.empty() ? core.random_weights(plan, spec.seed)
                                                 : to_weights(quant::load_safetensors(spec.start / "weights.safetensors"));
  core::TrainOptions options = options_of(spec, folder);
  options.fingerprint = fingerprint(to_json(spec), plan, start, spec);
  const core::TrainResult result = call_core(folder, [&] { return core.train(plan, start, options, progress); });

  quant::save_safetensors(to_tensors(plan, result.weights), folder / "weights.safetensors");
  base::write_json(folder / "network.json", net::to_json(network));
  Json json{
      {"iou_validation", result.iou_validation},
      {"iou_train_sample", call_core(folder, [&] { return sample_iou(network, plan, result.weights, pack, spec.threads); })},
      {"parameters", parameter_count(result.weights)}};
  json.update(common_json(result));
  json["anchors"] = Json::array();
  for (const net::Anchor& anchor : network.anchors) json["anchors"].push_back({anchor.width, anchor.height});
  base::write_json(folder / "result.json", json);
  return json;
}

Pace measure(const TrainSpec& spec) {
  const data::Pack pack = open_pack(spec.train_pack, spec.network), validation = open_pack(spec.validation_pack, spec.network);
  const core::Plan plan = make_plan(spec.network);
  constexpr int kSteps = 8, kWarm = 3;
  core::TrainOptions options = options_of(spec, "");
  options.epochs = 1, options.samples_per_epoch = int64_t{kSteps} * spec.batch;
  std::vector<double> times;
  const auto clock = [&](double, double, const std::string&) {
    times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count());
  };
  call_core("", [&] { return library_core().train(plan, library_core().random_weights(plan, spec.seed), options, clock); });
  const double step = (times.at(kSteps - 2) - times.at(kWarm - 1)) / (kSteps - 1 - kWarm);
  const int64_t samples = spec.samples_per_epoch > 0 ? spec.samples_per_epoch : pack.count();
  return {step * static_cast<double>(std::max<int64_t>(1, samples / spec.batch)),
          std::max(0.0, times.back() - times.at(kSteps - 2) - step)};
}

int epochs_within(const Pace& pace, double seconds) {
  return std::max(1, static_cast<int>(seconds / (pace.epoch + pace.validation)));
}

Json quantize(const QuantizeSpec& spec, const fs::path& folder, const Progress& progress) {
  const net::Network network = load_network(spec.network);
  const core::Weights start = to_weights(quant::load_safetensors(spec.network / "weights.safetensors"));
  make_folder(folder);
  open_pack(spec.train_pack, network);
  open_pack(spec.validation_pack, network);
  const core::Plan plan = make_plan(network);
  TrainSpec train;
  train.train_pack = spec.train_pack, train.validation_pack = spec.validation_pack, train.epochs = spec.epochs,
  train.batch = spec.batch;
  train.learning_rate = spec.learning_rate, train.ema = spec.ema, train.samples_per_epoch = spec.samples_per_epoch,
  train.augment = spec.augment;
  train.seed = spec.seed, train.threads = spec.threads, train.checkpoint_seconds = spec.checkpoint_seconds;
  core::TrainOptions options = options_of(train, folder);
  if (spec.method == "admm") options.admm = kAdmmStrength;
  Json key = to_json(spec);
  key.erase("network");
  options.fingerprint = fingerprint(key, plan, start, train);
  quant::QuantizeOptions rounding;
  rounding.weight_bits = spec.weight_bits, rounding.feature_bits = spec.feature_bits, rounding.layers = spec.layers;
  rounding.clip_weights = true;  // as the fine-tuning rounds them
  const core::QuantizeOptions widths{quant::layer_widths(network, rounding), spec.calibration_pictures, spec.learn_ranges};
  const core::TrainResult result =
      call_core(folder, [&] { return library_core().fine_tune(plan, start, options, widths, progress); });

  const quant::Tensors tensors = to_tensors(plan, result.weights);
  quant::save(quant::quantize(network, tensors, ranges_of(plan, result.feature_max), rounding), folder / "quantized");
  quant::save_safetensors(tensors, folder / "weights.safetensors");
  base::write_json(folder / "network.json", net::to_json(network));
  Json json{{"iou_validation", result.iou_validation},
            {"iou_validation_start", result.iou_start},
            {"weight_bits", spec.weight_bits},
            {"feature_bits", spec.feature_bits}};
  json.update(common_json(result));
  base::write_json(folder / "result.json", json);
  return json;
}

bool is_quantized(const fs::path& folder) { return fs::exists(folder / "quantized.json"); }

}  // namespace duet::train
