#include "train/train.h"

#include <fmt/core.h>

#include <memory>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "cli/data_options.h"
#include "cli/parts.h"

namespace duet::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string network, data, out, start;
  data::ReadOptions read;
  train::TrainSpec spec;
  int height = 0, width = 0;
  double minutes = 0;
  bool plain = false, json = false;
};

// Minutes become epochs once: a training that goes on must end where the first run would have ended.
void choose_epochs(const Arguments& a, train::TrainSpec& spec) {
  const fs::path file = fs::path(a.out) / "spec.json";
  if (a.minutes <= 0) return;
  if (fs::exists(file)) {
    const Json kept = base::read_json(file);
    if (kept.value("minutes", 0.0) == a.minutes) {
      spec.epochs = kept.at("epochs").get<int>();
      return;
    }
  }
  const train::Pace pace = train::measure(spec);
  spec.epochs = train::epochs_within(pace, 60 * a.minutes);
  say(fmt::format("{:.1f} s an epoch and {:.1f} s a validation: {} epochs in {} minutes", pace.epoch, pace.validation,
                  spec.epochs, a.minutes));
}

void run(const Arguments& a) {
  train::TrainSpec spec = a.spec;
  spec.network = find_network(a.network);
  if (a.height > 0) spec.network.input.height = a.height;
  if (a.width > 0) spec.network.input.width = a.width;
  net::to_graph(spec.network);
  const data::Dataset dataset = read_and_say(a.data, a.read);
  const fs::path packs = fs::path(a.out) / "packs";
  spec.train_pack = packed_part(dataset, "train", spec.network, packs);
  spec.validation_pack = packed_part(dataset, "validation", spec.network, packs);
  spec.augment = !a.plain;
  spec.start = a.start;
  choose_epochs(a, spec);
  Json kept = train::to_json(spec);
  if (a.minutes > 0) kept["minutes"] = a.minutes;
  base::write_json(fs::path(a.out) / "spec.json", kept);
  const Json result = train::train(spec, a.out, progress_bar("training"));
  if (!result["stopped"].get<std::string>().empty()) say("stopped early: " + result["stopped"].get<std::string>());
  if (a.json) return print_json(result);
  print(fmt::format("{}: validation IoU {:.3f} (epoch {} of {}), {:.0f} pictures/s", a.out,
                    result["iou_validation"].get<double>(), result["best_epoch"].get<int>(), result["epochs"].get<int>(),
                    result["samples_per_second"].get<double>()));
}

}  // namespace

void add_train(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  a->spec.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  CLI::App* verb = add_verb(app, "train", "Train a network on a data set; started again, it goes on where it was",
                            "duet train dnn-a --data ~/pictures --out trained --minutes 30", [a] { run(*a); });
  verb->add_option("network", a->network, "A known network (dnn-a, dnn-b, dnn-c) or a network's JSON file")->required();
  verb->add_option("--data", a->data, "The data set")->required();
  verb->add_option("--out", a->out, "Folder for weights, curves and checkpoints")->required();
  auto* epochs = verb->add_option("--epochs", a->spec.epochs, "Passes over the pictures")
                     ->check(CLI::Range(1, 100000))
                     ->capture_default_str();
  verb->add_option("--minutes", a->minutes, "Time instead of epochs; turned into epochs once, at the start")
      ->check(CLI::Range(0.01, 1e5))
      ->excludes(epochs);
  verb->add_option("--height", a->height, "Input height in place of the network's")->check(CLI::Range(8, 4096));
  verb->add_option("--width", a->width, "Input width in place of the network's")->check(CLI::Range(8, 4096));
  verb->add_option("--batch", a->spec.batch, "Pictures a step")->check(CLI::Range(1, 4096))->capture_default_str();
  verb->add_option("--rate", a->spec.learning_rate, "Peak learning rate")->check(CLI::Range(1e-9, 10.0))->capture_default_str();
  verb->add_option("--optimizer", a->spec.optimizer, "adam or sgd")->check(CLI::IsMember({"adam", "sgd"}))->capture_default_str();
  verb->add_option("--start", a->start, "Folder with weights to begin with");
  verb->add_option("--seed", a->spec.seed, "Of weights, order and augmentation")->capture_default_str();
  verb->add_option("--threads", a->spec.threads, "Threads")->check(CLI::Range(1, 1024))->capture_default_str();
  verb->add_flag("--no-augment", a->plain, "Leave the pictures as they are");
  add_read_options(verb, a->read);
  add_json_flag(verb, a->json);
}

}  // namespace duet::cli
