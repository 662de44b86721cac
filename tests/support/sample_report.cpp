#include "support/sample_report.h"

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "support/sample_picture.h"

namespace duet::test {
namespace {

using namespace report;

constexpr double kClock = 150;
constexpr double kDeviceLut = 53200, kDeviceFf = 106400, kDeviceDsp = 220, kDeviceBram = 140;

double round_to(double value, double step) { return std::round(value / step) * step; }

Resources resources_of(double dsp, double lut) {
  return {.lut = std::round(lut), .ff = std::round(1.4 * lut), .dsp = dsp, .bram36 = round_to(30 + dsp * 0.35, 0.5)};
}

std::vector<BundlePoint> bundles(Rng& rng) {
  static const char* const kNames[] = {"dw3-conv1-bn-relu4-max",   "conv3-bn-relu-max",   "dw5-conv1-bn-relu-max",
                                       "conv1-bn-relu-max",        "conv5-bn-relu8-max",  "dw7-conv1-bn-relu-avg",
                                       "conv3-conv1-bn-relu4-max", "conv1-dw3-bn-relu",   "dw3-bn-relu-max",
                                       "conv5-conv3-bn-relu-avg",  "conv1-conv1-bn-relu", "dw3-conv3-bn-relu4-avg"};
  std::vector<BundlePoint> points;
  for (const char* name : kNames) {
    const double weight = std::string(name).find("conv5") == 0   ? 5
                          : std::string(name).find("conv3") == 0 ? 3
                                                                 : 0.8 + 0.1 * static_cast<double>(points.size());
    BundlePoint p{.name = name};
    p.cycles = static_cast<int64_t>(420000 * weight * rng.uniform(0.9, 1.2));
    p.resources = resources_of(160 + 6 * static_cast<double>(points.size()), 24000 + 1500 * weight);
    p.macs = *p.cycles * 190, p.parameters = static_cast<int64_t>(40000 * weight), p.bytes = *p.cycles * 3;
    p.iou = round_to(0.2 + 0.09 * std::log(weight + 1) + rng.uniform(-0.05, 0.06), 0.001);
    p.epochs = 20;
    p.group = *p.cycles < 500000 ? "over 300 FPS" : *p.cycles < 1000000 ? "150 to 300 FPS" : "under 150 FPS";
    points.push_back(p);
  }
  points[0].iou = 0.331;
  points[8].iou.reset();
  points[8].note = "not trained: no layer changes the channel count often enough";
  for (BundlePoint& p : points) {
    p.pareto = p.iou.has_value();
    for (const BundlePoint& q : points) p.pareto &= !(q.iou.value_or(0) > p.iou.value_or(0) && *q.cycles < *p.cycles);
    p.selected = p.pareto;
  }
  return points;
}

Proposal proposal(Rng& rng, int index, double progress) {
  Proposal p{.index = index, .bundle = "dw3-conv1-bn-relu4-max"};
  const int n = static_cast<int>(rng.between(3, 6));
  int channels = static_cast<int>(rng.between(2, 10)) * 8;
  for (int i = 0; i < n; ++i) {
    p.channels.push_back(std::min(channels, 512));
    if (i < 3) p.downsample.push_back(i);
    channels = static_cast<int>(channels * rng.uniform(1.3, 2.1)) / 8 * 8;
  }
  p.weight_bits = rng.pick(std::vector<int>{4, 6, 8, 8, 11});
  p.feature_bits = rng.pick(std::vector<int>{4, 8, 8});
  const bool narrow = p.weight_bits <= 8 && p.feature_bits <= 8;
  p.engine = std::string("16 x 8 lanes, ") + (narrow ? "2 products a DSP" : "1 product a DSP");
  double macs = 14400.0 * 27 * p.channels[0] / 4;
  for (int i = 1; i < n; ++i) macs += 14400.0 * p.channels[i - 1] * p.channels[i] / std::pow(4, std::min(i, 3) - 1);
  p.macs = static_cast<int64_t>(macs);
  p.parameters = static_cast<int64_t>(macs / 900);
  p.cycles = static_cast<int64_t>(macs / (narrow ? 330 : 180) + 90000);
  p.fps = round_to(kClock * 1e6 / static_cast<double>(*p.cycles), 0.1);
  p.resources = resources_of(64 + 8 * static_cast<double>(rng.below(20)), 19000 + 120.0 * static_cast<double>(rng.below(200)));
  p.watts = round_to(1.6 + 0.004 * *p.resources.dsp, 0.01);
  p.iou = round_to(0.30 + 0.06 * std::log10(macs / 1e7) + 0.05 * progress + rng.normal() * 0.02, 0.001);
  p.accepted = *p.fps >= 60;
  if (!p.accepted) p.note = "slower than 60 FPS";
  return p;
}

std::vector<Proposal> proposals(Rng& rng) {
  std::vector<Proposal> all;
  for (int i = 0; i < 240; ++i) all.push_back(proposal(rng, i, i / 240.0));
  for (Proposal& p : all) {
    p.pareto = p.accepted;
    for (const Proposal& q : all) p.pareto &= !(q.accepted && *q.iou > *p.iou && *q.fps > *p.fps);
  }
  int trained = 0;
  Proposal* best = nullptr;
  for (Proposal& p : all)
    if (p.pareto && trained < 4) {
      p.trained = true;
      p.files = "designs/proposal-" + std::to_string(p.index) + "/";
      ++trained;
      if (!best || *p.iou > *best->iou) best = &p;
    }
  best->chosen = true;
  best->files = "network/, accelerator/";
  best->note = "best predicted IoU among those that meet every target";
  return all;
}

Finalist finalist(Rng& rng, const Proposal& p) {
  Finalist f{.name = "proposal " + std::to_string(p.index), .proposal = p.index, .chosen = p.chosen};
  double best = 0;
  for (int epoch = 1; epoch <= 40; ++epoch) {
    CurvePoint point{.epoch = static_cast<double>(epoch)};
    point.loss = round_to(0.3 + 2.4 * std::pow(epoch, -0.55) + 0.02 * rng.normal(), 0.0001);
    if (epoch % 2 == 0 || epoch == 1)
      point.validation_iou = round_to(std::max(0.0, *p.iou + 0.1 - 0.5 * std::pow(epoch, -0.6) + 0.008 * rng.normal()), 0.0001);
    best = std::max(best, point.validation_iou.value_or(0));
    f.curve.push_back(point);
  }
  f.seconds = 412, f.iou_validation = best, f.iou_quantized = round_to(best - 0.006, 0.0001);
  return f;
}

// The layers of a chosen proposal on a 160 x 320 picture, with cycles of every replication.
void draw_network(Report& r, const Proposal& p) {
  int channels = 3, height = r.input_height, width = r.input_width;
  for (size_t i = 0; i < p.channels.size(); ++i) {
    const std::string block = "Bundle " + std::to_string(i + 1), node = "b" + std::to_string(i);
    const int64_t pixels = int64_t{height} * width;
    r.layers.push_back({node + ".l0", "dw-conv 3x3", block, channels, height, width, pixels * channels * 9, channels * 10});
    r.layers.push_back({node + ".l1", "conv 1x1", block, p.channels[i], height, width, pixels * channels * p.channels[i],
                        channels * p.channels[i] + p.channels[i]});
    const auto cycles = static_cast<int64_t>(pixels * channels * p.channels[i] / 330 + pixels / 3);
    r.hardware.layers.push_back({block, cycles, cycles});
    channels = p.channels[i];
    if (std::find(p.downsample.begin(), p.downsample.end(), static_cast<int>(i)) == p.downsample.end()) continue;
    height /= 2, width /= 2;
    r.layers.push_back({node + ".pool", "max pool 2x2", block, channels, height, width, 0, 0});
  }
  r.layers.push_back(
      {"head", "head 1x1", "Head", 10, height, width, int64_t{10} * channels * height * width, 10 * channels + 10});
  r.hardware.layers.push_back({"Head", 3200, 3200});
}

void fill_hardware(Report& r, const Proposal& p) {
  Hardware& h = r.hardware;
  h.engine = p.engine + ", 96 KiB of feature memory, one engine folded over " + std::to_string(p.channels.size()) + " Bundles";
  h.weight_bits = p.weight_bits, h.feature_bits = p.feature_bits;
  int64_t cycles = 0;
  for (const CyclePair& layer : h.layers) cycles += *layer.predicted;
  h.cycles_predicted = h.cycles_simulated = cycles;
  h.latency_cycles = cycles + 4211;
  h.frames = {{"frame 1 (from empty)", cycles + 4211, cycles + 4211},
              {"frame 2 (steady)", cycles, cycles},
              {"frame 3 (steady)", cycles, cycles}};
  h.fps = round_to(kClock * 1e6 / static_cast<double>(cycles), 0.1);
  h.mac_per_dsp_cycle = round_to(static_cast<double>(*p.macs) / static_cast<double>(cycles) / kDeviceDsp, 0.001);
  h.watts = p.watts, h.bytes_read = 1843200, h.bytes_written = 921600;
  h.predicted = p.resources;
  h.synthesised = {*p.resources.lut + 412, *p.resources.ff - 388, p.resources.dsp, p.resources.bram36};
  h.device = {kDeviceLut, kDeviceFf, kDeviceDsp, kDeviceBram};
  h.images = 5, h.bytes_compared = 5 * 10 * 20 * 40 * 2, h.bytes_differ = 0;
}

void fill_pictures(Report& r, Rng& rng) {
  for (int i = 0; i < 8; ++i) {
    const double x = rng.uniform(0.1, 0.75), y = rng.uniform(0.15, 0.7), w = rng.uniform(0.05, 0.16), h = 1.3 * w;
    const double off = i < 4 ? 0.02 * w : i == 7 ? 3 * w : 0.4 * w;
    Picture p{.name = "test/scene_" + std::to_string(20 + i) + "/000" + std::to_string(100 + i) + ".jpg"};
    p.truth = {x, y, x + w, y + h};
    p.predicted = {std::max(0.0, x + off * (x > 0.5 ? -1 : 1)), y + off / 3, x + w + off * (x > 0.5 ? -1 : 1), y + h - off / 4};
    p.width = 320, p.height = 180, p.best = i < 4;
    p.jpeg = base64(sample_jpeg(p.width, p.height, p.truth, rng));
    p.iou = i < 4 ? 0.93 - 0.011 * i : i == 7 ? 0 : 0.35 - 0.08 * (i - 4);
    r.pictures.push_back(p);
  }
}

void fill_context(Report& r) {
  r.device_title = "Pynq-Z1", r.device_part = "xc7z020clg400-1", r.clock_mhz = kClock, r.clock_basis = "planned";
  r.data_title = "sample data (made up for a test)", r.data_split = "by scene, seed 1";
  r.train_pictures = 1800, r.validation_pictures = 200, r.test_pictures = 400, r.input_height = 160, r.input_width = 320;
  r.versions = {{"duet", "0.1.0"}, {"Verilator", "5.006"}, {"Yosys", "0.23"}, {"libtorch", "1.13.1"}};
  r.seeds = {{"flow", "1"}, {"data set", "sha256 3f6c0d9b7a1e44c2b0c4d1d5a3b6f7e80912a3b4c5d6e7f8091a2b3c4d5e6f70"}};
  r.commands = {{"The whole run", "duet run examples/demo.toml --out build/demo"},
                {"Simulate the accelerator again", "duet simulate build/demo --images 5"},
                {"Find the object on a picture", "duet detect picture.jpg --network build/demo/network"}};
  r.files = {{"result.json", "the run's figures"},
             {"network/", "the trained, quantised network"},
             {"accelerator/", "SystemVerilog, memory image, file list"},
             {"log.jsonl", "every proposal with its figures"}};
  const char* const steps[] = {"Data",         "Bundles",     "Prototypes", "Exploration", "Training",
                               "Quantisation", "Accelerator", "Simulation", "Synthesis"};
  double seconds = 4;
  for (const char* step : steps) r.steps.push_back({step, "done", seconds = std::fmod(seconds * 2.7, 260), ""});
}

}  // namespace

Report sample_report(uint64_t seed) {
  Rng rng(seed);
  Report r{.title = "sample"};
  r.finished = "2026-01-31 12:00";
  fill_context(r);
  r.bundles = bundles(rng);
  r.proposals = proposals(rng);
  const Proposal* chosen = nullptr;
  for (const Proposal& p : r.proposals) {
    if (p.trained) r.finalists.push_back(finalist(rng, p));
    if (p.chosen) chosen = &p;
  }
  draw_network(r, *chosen);
  fill_hardware(r, *chosen);
  fill_pictures(r, rng);
  for (int i = 0; i < 400; ++i) r.test_ious.push_back(std::clamp(0.62 + 0.2 * rng.normal(), 0.0, 0.97));
  double sum = 0;
  for (double iou : r.test_ious) sum += iou;
  r.iou_golden = r.iou_quantized = sum / 400;
  r.iou_float = *r.iou_golden + 0.007;
  r.targets = {
      {"Frames per second", "FPS", 60, true, r.hardware.fps, *r.hardware.fps >= 60, "simulated cycles at 150 MHz"},
      {"Mean IoU on the test part", "IoU", 0.55, true, r.iou_golden, *r.iou_golden >= 0.55, "golden model, 400 pictures"},
      {"Power", "W", 2.6, false, r.hardware.watts, *r.hardware.watts <= 2.6, "estimate"}};
  return r;
}

Report sample_failed_report() {
  Report r{.title = "a flow whose name goes on </script><b>and on</b> \"quoted\" & unbroken_" + std::string(80, 'x')};
  fill_context(r);
  r.state = "failed";
  for (Step& step : r.steps) step.state = "waiting", step.seconds.reset();
  for (int i = 0; i < 4; ++i) r.steps[static_cast<size_t>(i)].state = "done";
  r.steps[4].state = "failed", r.steps[4].note = "training ended: no space left on the device";
  r.problems = {
      "Training of proposal 3 failed: no space left on device while writing checkpoint.safetensors; the run goes on where it was "
      "with the same command."};
  r.targets = {{"Frames per second", "FPS", 5000, true, 212.0, false, "estimate of the nearest design"},
               {"Mean IoU on the test part", "IoU", 0.9, true, {}, {}, ""}};
  r.bundles.push_back(
      {.name = "dw3-conv1-bn-relu4-max", .cycles = 480000, .iou = 0.31, .epochs = 2, .selected = true, .pareto = true});
  Rng rng(7);
  r.proposals.push_back(proposal(rng, 0, 0));
  r.finalists.push_back({.name = "proposal 0", .proposal = 0, .curve = {{1, 2.7, 0.04}}, .chosen = true});
  r.hardware.device = {kDeviceLut, kDeviceFf, kDeviceDsp, kDeviceBram};
  r.hardware.predicted = r.proposals[0].resources;
  return r;
}

}  // namespace duet::test
