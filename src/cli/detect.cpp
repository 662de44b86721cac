#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/files.h"
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
  std::string picture, network, device = "pynq-z1", out;
  bool simulate = false, json = false;
};

struct Answer {
  net::Box box;
  double confidence = 0;
  std::string runner;  // float, golden or simulated
  Json cost;           // of the simulated accelerator
};

// The head that the fastest engine of the device computes, in Verilator.
Answer simulated(const Arguments& a, const std::vector<uint8_t>& input) {
  if (!train::is_quantized(a.network))
    throw Error("has no integers to simulate", a.network, "make some with `duet quantize`, or leave --simulate out");
  AcceleratorOptions options;
  options.network = a.network + "/quantized", options.device = a.device;
  const Accelerator accelerator = read_accelerator(options, "detect");
  const net::Network& network = accelerator.network.network;
  simulate::Options how;
  how.memory = program::memory_of(accelerator.device, accelerator.device.clock_mhz);
  how.frames = 1;
  if (!a.json) say("building the simulator (kept for the next time) and running it");
  const layer::IntMap picture{network.input, {input.begin(), input.end()}};
  const simulate::Result ran = simulate::run(accelerator.network, accelerator.engine, {picture}, how, progress_bar("simulate"));
  const auto compared = simulate::compare(ran.outputs, {golden::run(accelerator.network, picture)}, 16);
  if (compared.bytes_differ)
    throw Error("bytes differ from the golden model: " + compared.first, a.network,
                "this is a fault of duet's engine or its model: please report it");
  const net::Detection found =
      net::decode(std::span<const int32_t>(ran.outputs[0].values), network, accelerator.network.layers.back().output_scale);
  return {found.box,
          found.confidence,
          "simulated",
          {{"cycles", ran.latency_cycles},
           {"milliseconds", static_cast<double>(ran.latency_cycles) / accelerator.device.clock_mhz / 1e3},
           {"clock_mhz", accelerator.device.clock_mhz},
           {"device", accelerator.device.name}}};
}

Answer answer(const Arguments& a, const std::vector<uint8_t>& input) {
  if (a.simulate) return simulated(a, input);
  const bool integers = train::is_quantized(a.network);
  const train::Scored found = train::detect(a.network, input, integers ? train::Runner::golden : train::Runner::floating);
  return {found.predicted, found.confidence, integers ? "golden" : "float", {}};
}

void run(Arguments a) {
  if (a.network.empty()) a.network = (base::home() / "pretrained" / "sky-w8f8").string();
  const net::Network network = find_network(a.network);
  data::Image image = data::read_image(a.picture);
  const auto input = data::resize_planar(image, network.input.height, network.input.width);
  const Answer found = answer(a, input);
  const net::Box& box = found.box;
  if (!a.out.empty()) {
    data::draw_box(image, box, data::kGreen, std::max(2, image.width / 300));
    data::write_image(a.out, image);
  }
  const int x0 = static_cast<int>(box.x0 * image.width), y0 = static_cast<int>(box.y0 * image.height);
  const int x1 = static_cast<int>(box.x1 * image.width + 0.5), y1 = static_cast<int>(box.y1 * image.height + 0.5);
  if (a.json) {
    Json result{{"box", {box.x0, box.y0, box.x1, box.y1}},
                {"pixels", {x0, y0, x1, y1}},
                {"confidence", found.confidence},
                {"runner", found.runner},
                {"out", a.out}};
    if (a.simulate) result["simulated"] = found.cost;
    return print_json(result);
  }
  print(fmt::format("{}: {}, {} to {}, {} (confidence {:.0f} %){}", a.picture, x0, y0, x1, y1, 100 * found.confidence,
                    a.out.empty() ? "" : ", drawn in " + a.out));
  if (a.simulate)
    print(fmt::format("  simulated on {}: {} cycles, {:.2f} ms at {:g} MHz; every byte equals the golden model", a.device,
                      found.cost["cycles"].get<int64_t>(), found.cost["milliseconds"].get<double>(),
                      found.cost["clock_mhz"].get<double>()));
}

}  // namespace

void add_detect(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = add_verb(app, "detect", "Find the object in a picture and draw its box", "duet detect photo.jpg --out box.png",
                            [a] { run(*a); });
  verb->add_option("picture", a->picture, "JPEG or PNG")->required();
  verb->add_option("--network", a->network,
                   "Folder that `duet train` or `duet quantize` made (default: pretrained/sky-w8f8, things in the sky)");
  CLI::Option* simulate =
      verb->add_flag("--simulate", a->simulate, "By the accelerator in Verilator instead of the golden model");
  verb->add_option("--device", a->device, "With --simulate: device (see `duet devices`), or the path of a device file")
      ->needs(simulate)
      ->capture_default_str();
  verb->add_option("--out", a->out, "Picture to write, with the box (.png or .jpg)");
  add_json_flag(verb, a->json);
}

}  // namespace duet::cli
