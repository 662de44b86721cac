#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/parallel.h"
#include "board/host.h"
#include "cli/accelerator.h"
#include "cli/parts.h"
#include "cli/verb.h"
#include "data/draw.h"
#include "data/image.h"
#include "data/resize.h"
#include "golden/golden.h"
#include "program/program.h"
#include "simulate/simulate.h"
#include "train/train.h"

namespace duet::cli {
namespace {

struct Arguments {
  std::vector<std::string> pictures;
  std::string network, device, engine, port, out;
  bool simulate = false, json = false;
};

struct Answer {
  net::Box box;
  double confidence = 0;
};

struct Answers {
  std::vector<Answer> of;  // each picture
  std::string runner;      // float, golden, simulated or board
  double per_second = 0;   // pictures, read and resized too
  Json cost;               // of the accelerator
};

std::vector<uint8_t> input_of(const std::string& picture, const net::Network& network) {
  return data::resize_planar(data::read_image(picture), network.input.height, network.input.width);
}

Answer decode(const layer::IntMap& head, const quant::QuantizedNetwork& network) {
  const net::Detection found =
      net::decode(std::span<const int32_t>(head.values), network.network, network.layers.back().output_scale);
  return {found.box, found.confidence};
}

// The network's integers on an engine of the device.
Accelerator accelerator_of(const Arguments& a) {
  if (!train::is_quantized(a.network))
    throw Error("has no integers, which an accelerator computes with", a.network,
                "make some with `duet quantize`, or leave --simulate and --port out");
  AcceleratorOptions options;
  options.network = a.network + "/quantized", options.device = a.device, options.engine_file = a.engine;
  return read_accelerator(options, "detect");
}

layer::IntMap map_of(const std::string& picture, const net::Network& network) {
  const std::vector<uint8_t> input = input_of(picture, network);
  return {network.input, {input.begin(), input.end()}};
}

// The heads that the engine computes, in Verilator.
Answers simulated(const Arguments& a) {
  const Accelerator accelerator = accelerator_of(a);
  const net::Network& network = accelerator.network.network;
  simulate::Options how;
  how.memory = program::memory_of(accelerator.device, accelerator.device.clock_mhz);
  how.frames = static_cast<int>(a.pictures.size());
  if (!a.json) say("building the simulator (kept for the next time) and running it");
  std::vector<layer::IntMap> pictures, expected;
  for (const std::string& picture : a.pictures) {
    pictures.push_back(map_of(picture, network));
    expected.push_back(golden::run(accelerator.network, pictures.back()));
  }
  const simulate::Result ran = simulate::run(accelerator.network, accelerator.engine, pictures, how, progress_bar("simulate"));
  const auto compared = simulate::compare(ran.outputs, expected, 16);
  if (compared.bytes_differ)
    throw Error("bytes differ from the golden model: " + compared.first, a.network,
                "this is a fault of duet's engine or its model: please report it");
  Answers answers{{},
                  "simulated",
                  0,
                  {{"cycles", ran.latency_cycles},
                   {"milliseconds", static_cast<double>(ran.latency_cycles) / accelerator.device.clock_mhz / 1e3},
                   {"clock_mhz", accelerator.device.clock_mhz},
                   {"device", accelerator.device.name}}};
  for (const layer::IntMap& head : ran.outputs) answers.of.push_back(decode(head, accelerator.network));
  return answers;
}

// The heads that a board computes, each held against the golden model.
Answers on_board(const Arguments& a) {
  const Accelerator accelerator = accelerator_of(a);
  const net::Network& network = accelerator.network.network;
  board::Host host(a.port, accelerator.device, accelerator.network, accelerator.engine);
  const Progress progress = a.pictures.size() > 1 ? progress_bar("detect") : Progress{};
  const auto total = static_cast<double>(a.pictures.size());
  Answers answers{{}, "board", 0, {{"device", accelerator.device.name}, {"port", a.port}}};
  for (const std::string& picture : a.pictures) {
    const layer::IntMap map = map_of(picture, network), head = host.run(map);
    const auto compared = simulate::compare({head}, {golden::run(accelerator.network, map)}, 16);
    if (compared.bytes_differ)
      throw Error(fmt::format("{} of {} bytes differ from the golden model: {}", compared.bytes_differ, compared.bytes_compared,
                              compared.first),
                  picture, "see that the bitstream is of this network's accelerator, then make one of a slower clock");
    answers.of.push_back(decode(head, accelerator.network));
    if (progress) progress(static_cast<double>(answers.of.size()), total, "pictures");
  }
  return answers;
}

// The integers' golden model on all cores.
Answers golden_model(const Arguments& a) {
  const quant::QuantizedNetwork network = quant::load_quantized(a.network + "/quantized");
  const golden::Runner runner(network);
  Answers answers{std::vector<Answer>(a.pictures.size()), "golden", 0, {}};
  base::parallel_for(
      static_cast<int>(a.pictures.size()),
      [&](int i) {
        const size_t index = static_cast<size_t>(i);
        answers.of[index] = decode(runner.run(input_of(a.pictures[index], network.network)), network);
      },
      a.pictures.size() > 1 ? progress_bar("detect") : Progress{});
  return answers;
}

Answers floating(const Arguments& a, const net::Network& network) {
  Answers answers{{}, "float", 0, {}};
  for (const std::string& picture : a.pictures) {
    const train::Scored found = train::detect(a.network, input_of(picture, network), train::Runner::floating);
    answers.of.push_back({found.predicted, found.confidence});
  }
  return answers;
}

// The picture's own pixels.
struct Pixels {
  int x0, y0, x1, y1;
};
Pixels pixels(const net::Box& box, const data::Image& image) {
  return {static_cast<int>(box.x0 * image.width), static_cast<int>(box.y0 * image.height),
          static_cast<int>(box.x1 * image.width + 0.5), static_cast<int>(box.y1 * image.height + 0.5)};
}

// Where a picture with its box goes, or "".
std::string drawn(const Arguments& a, const std::string& picture) {
  if (a.out.empty() || a.pictures.size() == 1) return a.out;
  return (std::filesystem::path(a.out) / std::filesystem::path(picture).filename()).string();
}

Json show(const Arguments& a, const std::string& picture, const Answer& answer) {
  data::Image image = data::read_image(picture);
  const net::Box& box = answer.box;
  const auto [x0, y0, x1, y1] = pixels(box, image);
  const std::string out = drawn(a, picture);
  if (!out.empty()) {
    data::draw_box(image, box, data::kGreen, std::max(2, image.width / 300));
    data::write_image(out, image);
  }
  if (!a.json)
    print(fmt::format("{}: {}, {} to {}, {} (confidence {:.0f} %){}", picture, x0, y0, x1, y1, 100 * answer.confidence,
                      out.empty() ? "" : ", drawn in " + out));
  return {{"picture", picture},
          {"box", {box.x0, box.y0, box.x1, box.y1}},
          {"pixels", {x0, y0, x1, y1}},
          {"confidence", answer.confidence},
          {"out", out}};
}

void run(Arguments a) {
  if (a.network.empty()) a.network = (base::home() / "pretrained" / "sky-w8f8").string();
  const net::Network network = find_network(a.network);
  if (!a.simulate && a.port.empty() && !(a.device + a.engine).empty())
    throw Error("are for an accelerator", "--device and --engine", "add --simulate or --port");
  if (a.device.empty()) a.device = a.port.empty() ? "pynq-z1" : "ulx3s-85f";
  if (a.pictures.size() > 1 && !a.out.empty()) {
    std::set<std::string> names;
    for (const std::string& picture : a.pictures)
      if (!names.insert(drawn(a, picture)).second)
        throw Error("two pictures have this name, and one folder cannot hold both", drawn(a, picture), "run them apart");
    std::filesystem::create_directories(a.out);
  }
  for (const std::string& picture : a.pictures) check_not_itself(picture, drawn(a, picture));
  const auto start = std::chrono::steady_clock::now();
  Answers answers = a.simulate                       ? simulated(a)
                    : !a.port.empty()                ? on_board(a)
                    : train::is_quantized(a.network) ? golden_model(a)
                                                     : floating(a, network);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  answers.per_second = static_cast<double>(a.pictures.size()) / took.count();
  Json result = Json::array();
  for (size_t i = 0; i < a.pictures.size(); ++i) result.push_back(show(a, a.pictures[i], answers.of[i]));
  result = a.pictures.size() == 1 ? result[0] : Json{{"pictures", result}, {"pictures_per_second", answers.per_second}};
  result["runner"] = answers.runner;
  if (!answers.cost.is_null()) result[answers.runner] = answers.cost;
  if (a.json) return print_json(result);
  if (a.simulate)
    print(fmt::format("  simulated on {}: {} cycles, {:.2f} ms at {:g} MHz; every byte equals the golden model", a.device,
                      answers.cost["cycles"].get<int64_t>(), answers.cost["milliseconds"].get<double>(),
                      answers.cost["clock_mhz"].get<double>()));
  else if (!a.port.empty())
    print(fmt::format("  by the {} at {}, {:.2f} s a picture with its way over the line; every byte equals the golden model",
                      a.device, a.port, 1 / answers.per_second));
  else if (a.pictures.size() > 1)
    print(fmt::format("{} pictures, {:.1f} a second", a.pictures.size(), answers.per_second));
}

}  // namespace

void add_detect(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = add_verb(app, "detect", "Find the object in a picture, or in each of several, and draw its box",
                            "duet detect photo.jpg --out box.png", [a] { run(*a); });
  verb->add_option("picture", a->pictures, "JPEG or PNG, one or several")->required();
  verb->add_option("--network", a->network,
                   "Folder that `duet train` or `duet quantize` made (default: pretrained/sky-w8f8, things in the sky)");
  CLI::Option* simulate =
      verb->add_flag("--simulate", a->simulate, "By the accelerator in Verilator instead of the golden model");
  CLI::Option* port = verb->add_option("--port", a->port, "By a board at this serial port, /dev/ttyUSB1 (docs/boards.md)");
  port->excludes(simulate);
  verb->add_option(
      "--device", a->device,
      "With --simulate (default: pynq-z1) or --port (default: ulx3s-85f): see `duet devices`, or the path of a device file");
  verb->add_option("--engine", a->engine, "With --simulate or --port: this engine.json instead of the fastest that fits");
  verb->add_option("--out", a->out, "Picture to write, with the box (.png or .jpg); a folder for those of several");
  add_json_flag(verb, a->json);
}

}  // namespace duet::cli
