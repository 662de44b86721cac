#include <fmt/core.h>

#include <cstdio>
#include <memory>
#include <thread>
#include <utility>

#include "base/error.h"
#include "cli/data_options.h"
#include "cli/parts.h"
#include "train/train.h"

namespace duet::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string network, data, out;
  std::vector<int> widths{8, 8};
  std::vector<std::string> layers;  // NAME=W,F
  data::ReadOptions read;
  train::QuantizeSpec spec;
  bool json = false;
};

std::pair<std::string, quant::Widths> layer_of(const std::string& text) {
  const size_t equals = text.find('=');
  quant::Widths widths;
  char rest = 0;
  if (equals == 0 || equals == std::string::npos ||
      std::sscanf(text.c_str() + equals, "=%d,%d%c", &widths.weight_bits, &widths.feature_bits, &rest) != 2)
    throw Error("is no layer with widths", "--layer " + text, "give name=W,F, as in b0.l1=8,8");
  return {text.substr(0, equals), widths};
}

// The training's own packs serve where they stand.
fs::path pack_of(const Arguments& a, const data::Dataset& dataset, const std::string& part, const net::Network& network) {
  const fs::path trained = fs::path(a.network) / "packs";
  return packed_part(dataset, part, network, fs::is_directory(trained) ? trained : fs::path(a.out) / "packs");
}

void run(const Arguments& a) {
  train::QuantizeSpec spec = a.spec;
  spec.network = a.network;
  spec.weight_bits = a.widths.at(0), spec.feature_bits = a.widths.at(1);
  for (const std::string& text : a.layers) {
    const auto [name, widths] = layer_of(text);
    spec.layers[name] = widths;
  }
  const net::Network network = find_network(a.network);
  const data::Dataset dataset = read_and_say(a.data, a.read);
  spec.train_pack = pack_of(a, dataset, "train", network);
  spec.validation_pack = pack_of(a, dataset, "validation", network);
  const Json result = train::quantize(spec, a.out, progress_bar("fine-tuning"));
  if (!result["stopped"].get<std::string>().empty()) say("stopped early: " + result["stopped"].get<std::string>());
  if (a.json) return print_json(result);
  print(fmt::format("{}: W{}F{}, validation IoU {:.3f} rounded, {:.3f} after {} epochs", a.out, spec.weight_bits,
                    spec.feature_bits, result["iou_validation_start"].get<double>(), result["iou_validation"].get<double>(),
                    result["epochs"].get<int>()));
}

}  // namespace

void add_quantize(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  a->spec.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  CLI::App* verb = add_verb(app, "quantize", "Bring a trained network to integers and fine-tune it",
                            "duet quantize trained --widths 8,8 --data ~/pictures --out integers", [a] { run(*a); });
  verb->add_option("network", a->network, "Folder that `duet train` made")->required();
  verb->add_option("--data", a->data, "The data set")->required();
  verb->add_option("--out", a->out, "Folder for the quantised network")->required();
  verb->add_option("--widths", a->widths, "Bits of weights and of feature maps, 2 to 16 each")
      ->delimiter(',')
      ->expected(2)
      ->check(CLI::Range(2, 16))
      ->capture_default_str();
  verb->add_option(
      "--layer", a->layers,
      "A layer with widths of its own, b0.l1=8,8 (several times; names as in network.json's Bundles: b0 is the first "
      "replication, l0 and l1 its layers, head the last)");
  verb->add_option("--method", a->spec.method,
                   "How weights learn to be integers: straight-through (rounded in every step) or admm (drawn to rounded ones)")
      ->check(CLI::IsMember({"straight-through", "admm"}))
      ->capture_default_str();
  verb->add_option("--epochs", a->spec.epochs, "Passes of fine-tuning; 0: rounding alone")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  verb->add_option("--batch", a->spec.batch, "Pictures a step")->check(CLI::Range(1, 4096))->capture_default_str();
  verb->add_option("--rate", a->spec.learning_rate, "Peak learning rate")->check(CLI::Range(1e-9, 10.0))->capture_default_str();
  verb->add_option("--calibration", a->spec.calibration_pictures, "Training pictures that set the ranges of the feature maps")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb->add_flag("--learn-ranges", a->spec.learn_ranges, "The feature maps' scales learn with the weights");
  verb->add_option("--seed", a->spec.seed, "Of order and augmentation")->capture_default_str();
  verb->add_option("--threads", a->spec.threads, "Threads")->check(CLI::Range(1, 1024))->capture_default_str();
  add_read_options(verb, a->read);
  add_json_flag(verb, a->json);
}

}  // namespace duet::cli
