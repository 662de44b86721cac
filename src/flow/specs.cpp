#include "flow/specs.h"

#include <cstdio>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "evaluate/data_options.h"
#include "evaluate/kind.h"
#include "evaluate/spec.h"
#include "synth/place.h"
#include "synth/synth.h"
#include "train/train.h"

namespace duet::flow {
namespace {

constexpr double kOldestVerilator = 5.0;

// Asked once a run: libtorch takes a moment to load, tools to start.
const std::string& libtorch_version() {
  static const std::string version = train::library().at("version");
  return version;
}

const std::string& verilator_version() {
  static const std::string version = [] {
    std::string text = base::run_process({"verilator", "--version"}).output;
    double version = 0;
    if (std::sscanf(text.c_str(), "Verilator %lf", &version) != 1 || version < kOldestVerilator)
      throw Error("is too old or says no version: " + text.substr(0, text.find('\n')), "verilator",
                  "install Verilator 5.006 or newer");
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
  }();
  return version;
}

const std::string& yosys_version() {
  static const std::string version = synth::yosys_version();
  return version;
}

Json begin(const std::string& kind) { return {{"kind", kind}, {"sources", evaluate::source_hash(kind)}}; }

Json without(Json settings, const std::vector<std::string>& keys) {
  for (const auto& key : keys) settings.erase(key);
  return settings;
}

// How much of the winner's whole schedule is behind it when it is chosen.
double finalists_part(const Plan& plan) { return static_cast<double>(plan.epochs) / (plan.epochs + plan.final_epochs); }

net::Network trained_network(const evaluate::Outcome& trained) {
  const auto file = trained.folder / "network" / "network.json";
  return net::network_from_json(base::read_json(file), file.string());
}

// Makes a training go on from another one's weights and anchors. `seed`: other pictures in another order than before.
void go_on(Json& spec, const evaluate::Outcome& trained, uint64_t seed) {
  spec["settings"]["keep_anchors"] = true;
  spec["settings"]["seed"] = seed;
  spec["start"] = artefact(trained, "network");
}

Json device_json(const Config& config) {
  Json reference = evaluate::file_reference(config.device_file);
  reference["name"] = config.device.name;
  return reference;
}

}  // namespace

Json tool_versions() {
  return {{"libtorch", libtorch_version()}, {"Verilator", verilator_version()}, {"Yosys", yosys_version()}};
}

Json artefact(const evaluate::Outcome& outcome, const std::string& file) {
  return {{"evaluation", outcome.folder.filename().string()}, {"path", (outcome.folder / file).string()}};
}

void check_tools() {
  verilator_version();
  yosys_version();
  libtorch_version();
}

Json dataset_spec(const DataConfig& data) {
  Json spec = begin("dataset");
  spec["pictures"] = data.pictures;
  spec["seed"] = data.seed;
  return spec;
}

Json pack_spec(const std::filesystem::path& root, const std::string& hash, const Config& config) {
  Json spec = begin("pack");
  spec["data"] = evaluate::read_options_to_json(config.data.read);
  spec["data"]["hash"] = hash;
  spec["data"]["path"] = root.string();
  spec["height"] = config.height;
  spec["width"] = config.width;
  return spec;
}

Json train_spec(const net::Network& network, const Packs& packs, const Config& config, int epochs, int64_t samples, int threads) {
  train::TrainSpec settings;
  settings.network = network;
  settings.network.name = "";  // the same network under another name is the same training
  settings.epochs = epochs;
  settings.batch = config.train.batch;
  settings.learning_rate = config.train.learning_rate;
  settings.samples_per_epoch = samples;
  settings.seed = config.seed;
  Json spec = begin("train");
  spec["libtorch"] = libtorch_version();
  spec["settings"] =
      without(train::to_json(settings), {"train_pack", "validation_pack", "start", "threads", "checkpoint_seconds"});
  spec["packs"] = packs.artefact;
  spec["threads"] = threads;
  return spec;
}

Json finalist_spec(const net::Network& network, const Packs& packs, const Config& config, const Plan& plan) {
  Json spec = train_spec(network, packs, config, plan.epochs, plan.samples, plan.threads);
  spec["settings"]["cosine_end"] = finalists_part(plan);
  return spec;
}

Json prototype_spec(const net::Network& network, const evaluate::Outcome* trained, int first, int last, const Packs& packs,
                    const Config& config, const Plan& plan) {
  const net::Network own = trained ? trained_network(*trained) : network;
  Json spec = train_spec(own, packs, config, last - first, plan.prototype_samples, plan.prototype_threads);
  const double epochs = plan.prototype_epochs;
  spec["settings"]["cosine_begin"] = first / epochs, spec["settings"]["cosine_end"] = last / epochs;
  if (trained) go_on(spec, *trained, config.seed + static_cast<uint64_t>(first));
  return spec;
}

Json continue_spec(const evaluate::Outcome& trained, const Packs& packs, const Config& config, const Plan& plan) {
  Json spec = train_spec(trained_network(trained), packs, config, plan.final_epochs, plan.samples, plan.threads);
  spec["settings"]["cosine_begin"] = finalists_part(plan);
  go_on(spec, trained, config.seed + 1);
  return spec;
}

Json quantize_spec(const Json& network, Widths widths, const Packs& packs, const Config& config, int epochs, int64_t samples,
                   int threads) {
  train::QuantizeSpec settings;
  settings.weight_bits = widths.weight_bits;
  settings.feature_bits = widths.feature_bits;
  settings.epochs = epochs;
  settings.batch = config.train.batch;
  settings.samples_per_epoch = samples;
  settings.seed = config.seed;
  Json spec = begin("quantize");
  spec["libtorch"] = libtorch_version();
  spec["settings"] =
      without(train::to_json(settings), {"network", "train_pack", "validation_pack", "threads", "checkpoint_seconds"});
  spec["network"] = network;
  spec["packs"] = packs.artefact;
  spec["threads"] = threads;
  return spec;
}

Json score_spec(const Json& network, const Packs& packs, const std::string& part, const std::string& runner, int threads) {
  Json spec = begin("score");
  spec["libtorch"] = libtorch_version();
  spec["network"] = network;
  spec["packs"] = packs.artefact;
  spec["part"] = part;
  spec["runner"] = runner;
  spec["threads"] = threads;
  return spec;
}

Json simulate_spec(const Json& network, const engine::Engine& engine, const Packs& packs, const Config& config) {
  Json spec = begin("simulate");
  spec["verilator"] = verilator_version();
  spec["network"] = network;
  spec["engine"] = engine::to_json(engine);
  spec["packs"] = packs.artefact;
  spec["pictures"] = config.simulate_pictures;
  spec["device"] = device_json(config);
  spec["clock_mhz"] = config.clock_mhz;
  return spec;
}

Json trial_spec(const net::Network& network, const engine::Engine& engine, const Config& config) {
  Json spec = begin("trial");
  spec["verilator"] = verilator_version();
  spec["network"] = net::to_json(network);
  spec["engine"] = engine::to_json(engine);
  spec["device"] = device_json(config);
  spec["seed"] = config.seed;
  return spec;
}

Json synth_spec(const engine::Engine& engine, const Config& config) {
  Json spec = begin("synth");
  spec["yosys"] = yosys_version();
  spec["engine"] = engine::to_json(engine);
  spec["device"] = device_json(config);
  return spec;
}

Json board_spec(const Json& network, const engine::Engine& engine, const Packs& packs, const Config& config) {
  Json spec = begin("board");
  spec["verilator"] = verilator_version();
  spec["network"] = network;
  spec["engine"] = engine::to_json(engine);
  spec["packs"] = packs.artefact;
  spec["device"] = device_json(config);
  return spec;
}

Json bitstream_spec(const engine::Engine& engine, const Config& config) {
  Json spec = begin("bitstream");
  spec["yosys"] = yosys_version();
  spec["placer"] = synth::placer_version(config.device);
  spec["engine"] = engine::to_json(engine);
  spec["device"] = device_json(config);
  spec["clock_mhz"] = config.clock_mhz;
  return spec;
}

Json verify_spec(const verify::Design& design, const std::filesystem::path& device_file, bool synthesise, bool netlist) {
  Json spec = begin("verify");
  spec["verilator"] = verilator_version();
  if (synthesise) spec["yosys"] = yosys_version();
  spec["synthesise"] = synthesise;
  spec["netlist"] = synthesise && netlist;
  spec["design"] = verify::to_json(design);
  spec["device"] = evaluate::file_reference(device_file);
  return spec;
}

}  // namespace duet::flow
