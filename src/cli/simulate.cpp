#include "simulate/simulate.h"

#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "base/error.h"
#include "cli/accelerator.h"
#include "cli/parts.h"
#include "cli/verb.h"
#include "data/draw.h"
#include "data/image.h"
#include "data/resize.h"
#include "golden/golden.h"
#include "net/box.h"
#include "simulate/board.h"

namespace duet::cli {
namespace {

struct Options {
  AcceleratorOptions accelerator;
  std::vector<std::string> images;
  std::string waveform, out;
  std::optional<int> latency;
  int frames = 0;
  uint64_t stalls = 0;
  double clock_mhz = 0;
  bool board = false, serve = false, json = false;
};

layer::IntMap random_picture(const net::Shape& shape, Rng& rng) {
  layer::IntMap picture{shape, {}};
  for (int64_t i = 0; i < shape.size(); ++i) picture.values.push_back(static_cast<int32_t>(rng.below(256)));
  return picture;
}

std::vector<layer::IntMap> pictures(const Options& options, const net::Shape& shape) {
  std::vector<layer::IntMap> all;
  for (const std::string& path : options.images) {
    const std::vector<uint8_t> planar = data::resize_planar(data::read_image(path), shape.height, shape.width);
    all.push_back({shape, {planar.begin(), planar.end()}});
  }
  Rng rng(options.accelerator.seed);
  if (all.empty())
    for (int i = 0; i < 3; ++i) all.push_back(random_picture(shape, rng));
  return all;
}

// The first map between layers that differs, of the last frame.
std::string first_difference(const std::vector<simulate::LayerMap>& maps, const quant::QuantizedNetwork& network,
                             const layer::IntMap& picture, int bits) {
  const std::vector<golden::NodeMap> all = golden::run_all(network, picture);
  for (const simulate::LayerMap& got : maps) {
    const simulate::Comparison comparison = simulate::compare({got.map}, {golden::map_of(all, got.node)}, bits);
    if (comparison.bytes_differ) return got.node + ": " + comparison.first;
  }
  return "";
}

Json box_json(const net::Detection& d) {
  return {{"x0", d.box.x0}, {"y0", d.box.y0}, {"x1", d.box.x1}, {"y1", d.box.y1}, {"confidence", d.confidence}};
}

Json to_json(const std::vector<program::LayerCycles>& layers) {
  Json list = Json::array();
  for (const program::LayerCycles& l : layers)
    list.push_back({{"name", l.part.name()},
                    {"cycles", l.total},
                    {"compute", l.compute},
                    {"fill", l.fill},
                    {"load", l.load},
                    {"store", l.store}});
  return list;
}

std::string drawn(const std::string& path, const std::string& out) {
  return (std::filesystem::path(out) / std::filesystem::path(path).stem()).string() + ".png";
}

// The picture at `path` with its box, under its own name in the folder `out`.
void draw(const std::string& path, const net::Box& box, const std::string& out) {
  data::Image image = data::read_image(path);
  data::draw_box(image, box, data::kGreen, std::max(2, image.width / 300));
  std::filesystem::create_directories(out);
  data::write_image(drawn(path, out), image);
}

void print_text(const Json& result, const simulate::Result& ran) {
  print(fmt::format("{} on {} in x {} out lanes, {} depth-wise lanes: {} frames, {} of {} bytes differ from the golden model",
                    result["network"].get<std::string>(), result["in_lanes"].get<int>(), result["out_lanes"].get<int>(),
                    result["dw_lanes"].get<int>(), ran.outputs.size(), result["bytes_differ"].get<int64_t>(),
                    result["bytes_compared"].get<int64_t>()));
  print(fmt::format("  {} cycles a frame simulated, {} predicted: {:.1f} FPS at {:g} MHz; a single frame takes {} cycles",
                    ran.frame_cycles, result["cycles_predicted"].get<int64_t>(), result["fps"].get<double>(),
                    result["clock_mhz"].get<double>(), ran.latency_cycles));
  print(fmt::format("  {:.3f} MAC per DSP of the device and cycle", result["mac_per_dsp_cycle"].get<double>()));
  print(fmt::format("  {:<8} {:>11} {:>11} {:>9} {:>9} {:>9}", "layer", "cycles", "compute", "fill", "load", "store"));
  for (const Json& layer : result["layers"])
    print(fmt::format("  {:<8} {:>11} {:>11} {:>9} {:>9} {:>9}", layer["name"].get<std::string>(), layer["cycles"].get<int64_t>(),
                      layer["compute"].get<int64_t>(), layer["fill"].get<int64_t>(), layer["load"].get<int64_t>(),
                      layer["store"].get<int64_t>()));
  print(fmt::format("  all frames, counted by the engine: the array waited {} cycles for fill, {} for load, {} for store",
                    ran.counters.wait_fill, ran.counters.wait_load, ran.counters.wait_store));
  if (!result["first_difference"].get<std::string>().empty())
    print("  first difference: " + result["first_difference"].get<std::string>());
  for (const Json& box : result["boxes"])
    print(fmt::format("  {}: box {:.3f} {:.3f} {:.3f} {:.3f}, confidence {:.2f}", box["image"].get<std::string>(),
                      box["x0"].get<double>(), box["y0"].get<double>(), box["x1"].get<double>(), box["y1"].get<double>(),
                      box["confidence"].get<double>()));
}

// What the simulation shows to be wrong, in a line, or "". Stalls cost cycles that nobody predicts.
std::string wrong_with(const simulate::Comparison& compared, const simulate::Result& ran, const program::Cycles& predicted,
                       bool stalls) {
  if (compared.bytes_differ)
    return fmt::format("{} of {} bytes differ from the golden model: {}", compared.bytes_differ, compared.bytes_compared,
                       compared.first);
  if (!stalls && ran.latency_cycles != predicted.latency)
    return fmt::format("a single frame takes {} cycles, predicted are {}", ran.latency_cycles, predicted.latency);
  if (!stalls && ran.done.size() > 2 && ran.frame_cycles != predicted.frame)
    return fmt::format("a frame takes {} cycles, predicted are {}", ran.frame_cycles, predicted.frame);
  return "";
}

// What the golden model makes of so many frames, pictures again and again.
std::vector<layer::IntMap> golden_outputs(const quant::QuantizedNetwork& network, const std::vector<layer::IntMap>& inputs,
                                          size_t frames) {
  std::vector<layer::IntMap> expected;
  for (size_t i = 0; i < frames; ++i)
    expected.push_back(i < inputs.size() ? golden::run(network, inputs[i]) : expected[i % inputs.size()]);
  return expected;
}

// Through the board's line and memory.
void run_on_board(const Options& options) {
  const Accelerator accelerator = read_accelerator(options.accelerator, "simulate");
  const device::Device& device = accelerator.device;
  const quant::QuantizedNetwork& network = accelerator.network;
  if (!device.board)
    throw Error("has no [board]", device.name, "choose a device with one (docs/boards.md), or leave --board out");
  if (options.latency || options.stalls || !options.waveform.empty() || options.clock_mhz > 0 || !options.out.empty())
    throw Error("goes with neither --latency, --stalls, --wave, --clock nor --out", "--board", "leave it out, or them");
  if (options.serve)
    simulate::serve_board(accelerator.engine, *device.board, {}, [&](const std::string& path) {
      say(fmt::format("the simulated board answers at {}: `duet detect PICTURE --port {} --device {}`; Ctrl-C ends it", path,
                      path, device.name));
    });
  const std::vector<layer::IntMap> inputs = pictures(options, network.network.input);
  const int frames = options.frames ? options.frames : std::max<int>(3, static_cast<int>(inputs.size()));
  const auto ran = simulate::run_board(network, accelerator.engine, *device.board, inputs, frames, {}, progress_bar("simulate"));
  const auto compared = simulate::compare(ran.outputs, golden_outputs(network, inputs, ran.outputs.size()), 16);
  const program::Program program = program::compile(network.network, accelerator.engine);
  const int64_t predicted = program::predict(program, program::memory_of(device, device.clock_mhz)).frame;
  const Json result{{"network", network.network.name},
                    {"device", device.name},
                    {"frames", frames},
                    {"bytes_compared", compared.bytes_compared},
                    {"bytes_differ", compared.bytes_differ},
                    {"cycles_simulated", ran.frame_cycles},
                    {"cycles_predicted", predicted},
                    {"memory_bytes", program::memory_bytes(program)},
                    {"cycles_in_all", ran.cycles}};
  if (options.json)
    print_json(result);
  else
    print(
        fmt::format("{} on {}, over its serial line: {} frames, {} of {} bytes differ from the golden model\n"
                    "  {} cycles a frame simulated, {} predicted; {} of {} bytes of memory",
                    network.network.name, device.name, frames, compared.bytes_differ, compared.bytes_compared, ran.frame_cycles,
                    predicted, program::memory_bytes(program), device.board->memory_bytes));
  if (compared.bytes_differ || (frames > 1 && predicted >= simulate::kBackToBack && ran.frame_cycles != predicted))
    throw Error(compared.bytes_differ ? "bytes differ from the golden model: " + compared.first
                                      : "a frame takes other cycles than predicted",
                network.network.name, "this is a fault of the board's RTL, the engine or its model: please report it");
}

void run(const Options& options) {
  if (options.board) return run_on_board(options);
  Accelerator accelerator = read_accelerator(options.accelerator, "simulate");
  if (options.clock_mhz > 0) accelerator.device.clock_mhz = options.clock_mhz;
  const net::Network& network = accelerator.network.network;
  if (!options.out.empty())
    for (const std::string& path : options.images) check_not_itself(path, drawn(path, options.out));
  if (engine::compact(accelerator.engine) && options.latency)
    throw Error("is of an AXI port, which a compact engine has not", "--latency", "leave it out");
  const std::vector<layer::IntMap> inputs = pictures(options, network.input);
  simulate::Options how;
  how.memory = program::memory_of(accelerator.device, accelerator.device.clock_mhz);
  if (options.latency) how.memory.latency = *options.latency;
  how.stall_seed = options.stalls, how.frames = options.frames, how.keep_maps = true, how.waveform = options.waveform;
  if (!options.json) say("building the simulator (kept for the next time) and running it");
  const simulate::Result ran = simulate::run(accelerator.network, accelerator.engine, inputs, how, progress_bar("simulate"));
  simulate::Comparison compared =
      simulate::compare(ran.outputs, golden_outputs(accelerator.network, inputs, ran.outputs.size()), 16);
  if (compared.bytes_differ)
    if (const std::string layer =
            first_difference(ran.maps, accelerator.network, inputs[(ran.outputs.size() - 1) % inputs.size()],
                             engine::stored_bits(accelerator.engine));
        !layer.empty())
      compared.first = layer;
  const program::Program program = program::compile(network, accelerator.engine);
  int64_t macs = 0;
  for (const program::Layer& layer : program.layers) macs += layer.macs;
  const program::Cycles predicted = program::predict(program, how.memory);
  const double cycles = static_cast<double>(std::max<int64_t>(1, ran.frame_cycles));
  Json boxes = Json::array();
  for (size_t i = 0; i < options.images.size() && i < ran.outputs.size(); ++i) {
    const net::Detection found =
        net::decode(std::span<const int32_t>(ran.outputs[i].values), network, accelerator.network.layers.back().output_scale);
    if (!options.out.empty()) draw(options.images[i], found.box, options.out);
    Json box = box_json(found);
    box["image"] = options.images[i];
    boxes.push_back(box);
  }
  const auto frames = static_cast<int64_t>(ran.outputs.size());
  const Json result{
      {"network", network.name},
      {"trained", accelerator.trained},
      {"in_lanes", accelerator.engine.in_lanes},
      {"out_lanes", accelerator.engine.out_lanes},
      {"dw_lanes", accelerator.engine.dw_lanes},
      {"weight_bits", accelerator.engine.weight_bits},
      {"feature_bits", accelerator.engine.feature_bits},
      {"frames", frames},
      {"bytes_compared", compared.bytes_compared},
      {"bytes_differ", compared.bytes_differ},
      {"first_difference", compared.first},
      {"cycles_simulated", ran.frame_cycles},
      {"cycles_predicted", predicted.frame},
      {"latency_cycles", ran.latency_cycles},
      {"latency_predicted", predicted.latency},
      {"clock_mhz", accelerator.device.clock_mhz},
      {"fps", accelerator.device.clock_mhz * 1e6 / cycles},
      {"macs", macs},
      {"mac_per_dsp_cycle", static_cast<double>(macs) / cycles / static_cast<double>(accelerator.device.resources.dsp)},
      {"dsp", engine::dsp_count(accelerator.engine)},
      {"bram36", engine::bram36_count(accelerator.engine)},
      {"layers", to_json(predicted.layers)},
      {"wait_fill", ran.counters.wait_fill},
      {"wait_load", ran.counters.wait_load},
      {"wait_store", ran.counters.wait_store},
      {"bytes_read", ran.bytes_read / frames},
      {"bytes_written", ran.bytes_written / frames},
      {"cycles_per_second", ran.cycles_per_second},
      {"boxes", boxes}};
  if (options.json)
    print_json(result);
  else
    print_text(result, ran);
  if (const std::string wrong = wrong_with(compared, ran, predicted, options.stalls != 0); !wrong.empty())
    throw Error(wrong, network.name, "this is a fault of the engine, its model or the simulator: please report it");
}

}  // namespace

void add_simulate(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* verb = add_verb(app, "simulate", "Run the accelerator in Verilator against the golden model",
                            "duet simulate dnn-a --widths 16,8 --lanes 8,24,2", [o] { run(*o); });
  add_accelerator_options(verb, o->accelerator);
  verb->add_option("--image", o->images, "Pictures to run (default: three of noise)");
  verb->add_option("--out", o->out, "Folder for the pictures with their boxes drawn");
  verb->add_option("--frames", o->frames, "So many frames back to back (default: one a picture, at least 3)")
      ->check(CLI::Range(3, 1000));
  verb->add_option("--latency", o->latency, "Cycles of latency behind the AXI port (0 is as 1) instead of the device's")
      ->check(CLI::Range(0, 10000));
  verb->add_option("--stalls", o->stalls, "Seed of random stalls on every AXI channel (0: none)");
  verb->add_option("--clock", o->clock_mhz, "Clock in MHz instead of the device's")->check(CLI::PositiveNumber);
  CLI::Option* board = verb->add_flag("--board", o->board, "Through the serial line and memory of the device's board");
  verb->add_flag("--serve", o->serve, "With --board: open the line to other programs, as a pseudo-terminal, until you end it")
      ->needs(board);
  verb->add_option("--wave", o->waveform, "Write an FST waveform to this file");
  add_json_flag(verb, o->json);
}

}  // namespace duet::cli
