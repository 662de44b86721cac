// Fills the report from what the run knows.
#include <fmt/core.h>

#include <algorithm>
#include <ctime>
#include <numeric>

#include "base/files.h"
#include "data/image.h"
#include "data/resize.h"
#include "flow/deliver.h"
#include "flow/judge.h"
#include "flow/specs.h"
#include "flow/state.h"
#include "layer/layer.h"
#include "report/report.h"

namespace duet::flow {
namespace fs = std::filesystem;

namespace {

constexpr int kShown = 6;           // best and worst test pictures each
constexpr int kPictureWidth = 480;  // at most
const char* const kStepNames[] = {"Data",
                                  "Bundles",
                                  "Plan",
                                  "Prototypes",
                                  "Scouts",
                                  "Exploration",
                                  "Training",
                                  "Final training",
                                  "Fine-tuning",
                                  "Scores",
                                  "Accelerator",
                                  "Pareto set",
                                  "Simulation and synthesis"};

report::Figure figure(const Json& object, const std::string& key) {
  if (!object.is_object() || !object.contains(key) || !object[key].is_number()) return std::nullopt;
  return object[key].get<double>();
}

std::optional<int64_t> count(const Json& object, const std::string& key) {
  if (!object.is_object() || !object.contains(key) || !object[key].is_number()) return std::nullopt;
  return object[key].get<int64_t>();
}

report::Resources resources(const Json& json) {
  return {figure(json, "lut"), figure(json, "ff"), figure(json, "dsp"), figure(json, "bram36")};
}

std::string engine_words(const Json& figures) {
  if (!figures.contains("engine")) return "";
  return describe(engine::engine_from_json(figures.at("engine"), "figures"));
}

void add_targets(report::Report& page, const Json& result) {
  const std::string cycles_at = fmt::format("simulated cycles at {:g} MHz ({})", result.at("clock_mhz").get<double>(),
                                            result.at("clock_from").get<std::string>());
  const struct {
    const char *key, *name, *unit, *basis;
    bool at_least;
  } known[] = {{"fps", "Frames per second", "FPS", cycles_at.c_str(), true},
               {"latency_ms", "Latency of a frame", "ms", cycles_at.c_str(), false},
               {"iou", "Mean IoU on the test part", "IoU", "golden model", true},
               {"watts", "Power", "W", "estimate", false},
               {"mac_per_dsp_cycle", "MAC per DSP and cycle", "", "simulated cycles, all DSPs of the device", true}};
  for (const auto& [key, name, unit, basis, at_least] : known) {
    if (!result.at("targets").contains(key)) continue;
    const Json& target = result["targets"][key];
    report::Target shown{name, unit, target.at("wanted"), at_least, figure(target, "reached"), std::nullopt, basis};
    if (shown.reached) shown.met = target.at("met").get<bool>();
    page.targets.push_back(shown);
  }
}

void add_bundles(report::Report& page, const State& state) {
  const Json& source = state.selected.is_object() ? state.selected : state.bundles;
  if (!source.is_object()) return;
  for (const Json& entry : source.at("bundles")) {
    report::BundlePoint point;
    point.name = entry.at("name");
    if (entry.at("judged") == true) {
      point.cycles = count(entry, "cycles");
      point.resources = resources(entry.at("resources"));
      point.macs = count(entry, "macs");
      point.parameters = count(entry, "parameters");
      point.bytes = entry.at("bytes_read").get<int64_t>() + entry.at("bytes_written").get<int64_t>();
    }
    if (entry.contains("iou")) {
      point.iou = figure(entry, "iou");
      point.epochs = entry.value("epochs", 0);
      if (entry.at("group").is_number()) point.group = fmt::format("QoS group {}", entry["group"].get<int>() + 1);
      point.selected = entry.at("selected");
      point.pareto = entry.at("pareto");
      point.note = entry.at("note");
    }
    page.bundles.push_back(point);
  }
}

report::Proposal proposal(const Json& entry) {
  report::Proposal shown;
  shown.index = entry.at("index");
  const net::Network network = net::network_from_json(entry.at("network"), "explore.json");
  shown.bundle = net::name(network.bundle);
  for (size_t i = 0; i < network.replications.size(); ++i) {
    shown.channels.push_back(network.replications[i].channels);
    if (network.replications[i].downsample) shown.downsample.push_back(static_cast<int>(i));
  }
  shown.accepted = entry.at("meets");
  shown.note = entry.at("move").get<std::string>();
  if (const std::string why = entry.at("why"); !why.empty()) shown.note += ": " + why;
  shown.pareto = entry.at("pareto");
  if (!entry.contains("cycles")) return shown;
  shown.weight_bits = entry.at("weight_bits");
  shown.feature_bits = entry.at("feature_bits");
  shown.engine = engine_words(entry);
  shown.cycles = count(entry, "cycles");
  shown.fps = figure(entry, "fps");
  shown.iou = figure(entry, "iou_predicted");
  shown.resources = resources(entry.at("resources"));
  shown.watts = figure(entry, "watts");
  shown.macs = count(entry, "macs");
  shown.parameters = count(entry, "parameters");
  return shown;
}

// Another training's epochs, behind those that are there.
void add_training(report::Finalist& finalist, const evaluate::Outcome& training) {
  if (!training.result.is_object()) return;
  const double before = finalist.curve.empty() ? 0 : finalist.curve.back().epoch;
  finalist.seconds = finalist.seconds.value_or(0) + figure(training.result, "seconds").value_or(0);
  finalist.iou_validation = figure(training.result, "iou_validation");
  for (const Json& point : training.result.at("curve"))
    finalist.curve.push_back({before + point.at("epoch").get<double>(), figure(point, "loss"), figure(point, "iou_validation")});
}

void add_proposals(report::Report& page, const State& state) {
  if (!state.explored.is_object()) return;
  for (const Json& entry : state.explored.at("proposals")) page.proposals.push_back(proposal(entry));
  for (size_t i = 0; i < state.finalists.size(); ++i) {
    const Finalist& finalist = state.finalists[i];
    report::Proposal& shown = page.proposals.at(finalist.proposal);
    const bool chosen = state.winner == i;
    if (finalist.trained.done() && finalist.trained.result.is_object()) {
      shown.trained = true;
      shown.iou = finalist.iou ? finalist.iou : figure(finalist.trained.result, "iou_validation");
    }
    shown.chosen = chosen;
    shown.score = finalist.score;
    if (chosen) shown.files = "network/, accelerator/";
    if (!chosen && made(finalist.calibrated)) shown.files = design_folder(finalist).string() + "/";
    report::Finalist curve;
    curve.name = finalist.network.name;
    curve.proposal = static_cast<int>(finalist.proposal);
    curve.chosen = chosen;
    if (chosen) curve.iou_quantized = figure(state.quantized.result, "iou_validation");
    add_training(curve, finalist.trained);
    if (chosen && state.final.folder != finalist.trained.folder) add_training(curve, state.final);
    page.finalists.push_back(curve);
  }
}

// "b0", "b0.l1", "head" -> "Bundle 1", "Head".
std::string part_words(const std::string& name) {
  return name == "head" ? "Head" : fmt::format("Bundle {}", std::stoi(name.substr(1)) + 1);
}

std::string kind_words(const net::Node& node) {
  const int kernel = static_cast<int>(node.attribute("kernel", 1));
  const std::string size = fmt::format(" {0}x{0}", kernel);
  if (node.name == "head") return "head" + size;
  if (node.kind == "dwconv") return "dw-conv" + size;
  if (node.kind == "conv") return "conv" + size;
  if (node.kind == "pool") return node.attribute("average", 0) != 0 ? "average pool 2x2" : "max pool 2x2";
  return node.kind;
}

void add_layers(report::Report& page, const net::Network& network) {
  const net::Graph graph = net::to_graph(network);
  const auto shapes = layer::shapes(graph);
  const auto work = layer::work(graph);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const net::Node& node = graph.nodes[i];
    if (node.kind == "input" || node.name.ends_with(".bn") || node.name.ends_with(".act")) continue;
    page.layers.push_back({node.name, kind_words(node), part_words(node.name), shapes[i].channels, shapes[i].height,
                           shapes[i].width, work[i].macs, work[i].weights});
  }
}

// Cycles of each replication, predicted; the simulator counts whole frames. A pass "b0.l1+b1.l0" counts for the replication
// whose convolution it ends with.
void add_parts(report::Report& page, const net::Network& network, const State& state) {
  auto& parts = page.hardware.layers;
  for (const auto& pass : estimate::estimate(network, state.engine, state.config.device).layers) {
    const std::string part = part_words(pass.part.whole ? pass.part.name() : pass.part.last.name());
    if (parts.empty() || parts.back().name != part) parts.push_back({part, 0, std::nullopt});
    *parts.back().predicted += pass.total;
  }
}

void add_hardware(report::Report& page, const State& state, const Json& result) {
  report::Hardware& hardware = page.hardware;
  hardware.device = resources(to_json(state.config.device.resources));
  if (!state.winner) return;
  add_parts(page, state.finalists[*state.winner].network, state);
  hardware.engine = describe(state.engine);
  hardware.weight_bits = state.engine.weight_bits;
  hardware.feature_bits = state.engine.feature_bits;
  hardware.cycles_predicted = count(result, "cycles_predicted");
  hardware.cycles_simulated = count(result, "cycles_simulated");
  hardware.latency_cycles = count(result, "latency_cycles_simulated");
  hardware.fps = figure(result, "fps");
  hardware.mac_per_dsp_cycle = figure(result, "mac_per_dsp_cycle");
  hardware.watts = figure(result, "watts_estimated");
  hardware.predicted = resources(result.at("resources_predicted"));
  hardware.synthesised = resources(result.at("resources_synthesised"));
  hardware.bytes_compared = count(result, "bytes_compared");
  hardware.bytes_differ = count(result, "bytes_differ");
  if (const auto images = count(result, "images_simulated")) hardware.images = static_cast<int>(*images);
  if (!state.simulated.done() || !state.simulated.result.is_object()) return;
  const Json& simulated = state.simulated.result;
  hardware.bytes_read = count(simulated, "bytes_read");
  hardware.bytes_written = count(simulated, "bytes_written");
  hardware.frames.push_back({"steady frame", count(simulated, "cycles_predicted"), hardware.cycles_simulated});
  hardware.frames.push_back({"single frame", count(simulated, "latency_cycles_predicted"), hardware.latency_cycles});
}

report::PictureBox box(const Json& b) { return {b[0], b[1], b[2], b[3]}; }

std::optional<report::Picture> picture(const State& state, const std::string& name, const Json& scored, bool best) {
  const fs::path path = state.packs.root / name;
  if (!fs::exists(path)) return std::nullopt;
  const data::Image whole = data::read_image(path);
  const int width = std::min(kPictureWidth, whole.width), height = std::max(1, whole.height * width / std::max(1, whole.width));
  report::Picture shown;
  shown.name = name;
  shown.jpeg = report::base64(data::encode_jpeg(data::resize(whole, height, width), 72));
  shown.width = width;
  shown.height = height;
  shown.truth = box(scored.at("truth"));
  shown.predicted = box(scored.at("predicted"));
  shown.iou = scored.at("iou");
  shown.best = best;
  return shown;
}

void add_pictures(report::Report& page, const State& state) {
  if (!state.score_golden.done() || !state.score_golden.result.is_object()) return;
  const Json& boxes = state.score_golden.result.at("boxes");
  const Json names = base::read_json(fs::path(state.packs.artefact.at("path").get<std::string>()) / "names.json").at("test");
  std::vector<size_t> order(boxes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  for (const Json& one : boxes) page.test_ious.push_back(one.at("iou"));
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return page.test_ious[a] > page.test_ious[b]; });
  const size_t shown = std::min<size_t>(kShown, order.size() / 2);
  for (size_t i = 0; i < 2 * shown; ++i) {
    const bool best = i < shown;
    const size_t index = best ? order[i] : order[order.size() - 1 - (i - shown)];
    if (auto one = picture(state, names.at(index), boxes[index], best)) page.pictures.push_back(*one);
  }
}

void add_steps(report::Report& page, const State& state, const std::string& running) {
  for (const char* name : kStepNames) {
    report::Step step{name, "waiting", std::nullopt, ""};
    for (const auto& [done, seconds, note] : state.times)
      if (done == name) step = {name, "done", seconds, note};
    page.steps.push_back(step);
  }
  if (running != "failed" || state.times.empty()) return;
  for (auto& step : page.steps)
    if (step.name == state.times.back().name)
      step.state = "failed", step.note = state.problems.empty() ? "" : state.problems.back();
}

std::string now() {
  const std::time_t time = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", std::gmtime(&time));
  return text;
}

void add_provenance(report::Report& page, const State& state) {
  page.seeds = {{"run", std::to_string(state.config.seed)},
                {"data split", std::to_string(state.config.data.read.seed)},
                {"data set (SHA-256)", state.packs.hash}};
  page.versions = {{"duet", DUET_VERSION}};
  const Json versions = tool_versions();
  for (const auto& [tool, version] : versions.items()) page.versions.push_back({tool, version.get<std::string>()});
  page.commands = {{"this run", fmt::format("duet run {} --out DIR", state.config.file.string())},
                   {"this page again", "duet report DIR"},
                   {"score the network", "duet score DIR/network/quantized --data FOLDER"}};
  page.files = {{"result.json", "the run's figures"},
                {"network/", "the chosen network: float weights, and quantised"},
                {"accelerator/", "SystemVerilog, memories and file list"},
                {"designs/", "the rest of the Pareto set: networks and accelerators"},
                {"bundles.json", "step 1: every Bundle on the device"},
                {"select.json", "step 2: prototypes, groups, selection"},
                {"scouts.json", "networks trained briefly, and how well their accuracy is predicted"},
                {"explore.json", "step 3: every proposal with its figures"},
                {"plan.json", "epochs and proposals that the time budget became"}};
}

}  // namespace

void write_report(const State& state, const fs::path& out, const std::string& running) {
  const Json result = result_of(state);
  report::Report page;
  page.title = state.config.name;
  page.finished = now();
  page.state = running.empty() ? "done" : running == "failed" ? "failed" : "running";
  page.device_title = state.config.device.title;
  page.device_part = state.config.device.part;
  page.clock_mhz = state.config.clock_mhz;
  page.clock_basis = "planned";
  page.data_title = state.packs.title;
  page.data_split = state.packs.split;
  page.train_pictures = state.packs.train;
  page.validation_pictures = state.packs.validation;
  page.test_pictures = state.packs.test;
  page.input_height = state.config.height;
  page.input_width = state.config.width;
  page.iou_float = figure(result, "iou_float");
  page.iou_quantized = figure(result, "iou_quantized");
  page.iou_golden = figure(result, "iou_golden");
  add_targets(page, result);
  add_bundles(page, state);
  add_proposals(page, state);
  if (state.winner) add_layers(page, state.finalists[*state.winner].network);
  add_hardware(page, state, result);
  add_pictures(page, state);
  add_steps(page, state, running);
  page.problems = state.problems;
  add_provenance(page, state);
  report::save(page, out);
  report::write_page(page, out / "report.html");
}

}  // namespace duet::flow
