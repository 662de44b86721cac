#include "estimate/estimate.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/files.h"
#include "cli/arguments.h"
#include "cli/verb.h"

namespace duet::cli {
namespace {

struct Options {
  std::string network, device = "pynq-z1", engine_file, out;
  Widths widths;
  int count = 1;
  double clock_mhz = 0;
  bool json = false;
};

std::string thousands(int64_t n) {
  std::string text = std::to_string(n);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<size_t>(at), ",");
  return text;
}

void print_resource(const char* name, double used, double available) {
  print(fmt::format("  {:<7} {:>10} of {:>9}  {:>6.1f} %", name, fmt::format("{:g}", used), fmt::format("{:g}", available),
                    available > 0 ? 100 * used / available : 0));
}

void print_layers(const estimate::Estimate& e) {
  print(fmt::format("  {:<8} {:>11} {:>11} {:>9} {:>9} {:>9} {:>13} {:>9}", "layer", "cycles", "compute", "fill", "load", "store",
                    "MACs", "MAC/cyc"));
  for (const auto& l : e.layers)
    print(fmt::format("  {:<8} {:>11} {:>11} {:>9} {:>9} {:>9} {:>13} {:>9.1f}", l.part.name(), thousands(l.total),
                      thousands(l.compute), thousands(l.fill), thousands(l.load), thousands(l.store), thousands(l.macs),
                      static_cast<double>(l.macs) / static_cast<double>(std::max<int64_t>(1, l.total))));
}

// What the multipliers are made of, and what shares a DSP.
std::string multipliers(const estimate::Design& design) {
  const engine::Engine& engine = design.engine;
  std::string text = fmt::format("{} product{} a DSP", engine.products, engine.products > 1 ? "s" : "");
  if (engine.products > 1) {
    const device::Packing pair = engine::pair(engine);
    text += fmt::format(" ({} {}{} x {} pixel{})", pair.weights, engine::row_taps(engine) > 1 ? "tap" : "channel",
                        pair.weights > 1 ? "s" : "", pair.features, pair.features > 1 ? "s" : "");
  }
  if (const estimate::Estimate& e = design.estimate; e.lut_multipliers)
    text += fmt::format("; {} multipliers of LUTs, {} LUTs of those below", e.lut_multipliers, thousands(e.lut_multiplier_luts));
  return text;
}

void print_design(const estimate::Design& design, const net::Network& network, const device::Device& device) {
  const auto& e = design.estimate;
  const auto& engine = design.engine;
  print(fmt::format("{} as {} on {} at {:g} MHz: W{} F{}, {} in x {} out lanes, {} depth-wise lanes", network.name,
                    net::name(network.bundle), device.name, device.clock_mhz, engine.weight_bits, engine.feature_bits,
                    engine.in_lanes, engine.out_lanes, engine.dw_lanes));
  print("  " + multipliers(design));
  if (design.excess > 0) print(fmt::format("  does not fit: {:.0f} % too large", 100 * design.excess));
  print_layers(e);
  const double rate = static_cast<double>(e.macs) / static_cast<double>(e.cycles);
  print(fmt::format("  frame    {:>11} cycles = {:.1f} FPS; a single frame takes {:.2f} ms", thousands(e.cycles),
                    e.fps(device.clock_mhz), static_cast<double>(e.latency_cycles) / device.clock_mhz / 1000));
  print(fmt::format("  MAC per cycle and DSP: {:.2f} of the design's, {:.2f} of the device's",
                    rate / static_cast<double>(std::max<int64_t>(1, e.resources.dsp)),
                    rate / static_cast<double>(std::max<int64_t>(1, device.resources.dsp))));
  print_resource("LUT", static_cast<double>(e.resources.lut), static_cast<double>(device.resources.lut));
  print_resource("FF", static_cast<double>(e.resources.ff), static_cast<double>(device.resources.ff));
  print_resource("DSP", static_cast<double>(e.resources.dsp), static_cast<double>(device.resources.dsp));
  print_resource("BRAM36", e.resources.bram36, device.resources.bram36);
  print(fmt::format("  memory   {} bytes read, {} written a frame", thousands(e.bytes_read), thousands(e.bytes_written)));
  print(fmt::format("  power    {:.1f} W, a rough estimate: board {:.1f}, logic {:.2f}, DSP {:.2f}, BRAM {:.2f}, memory {:.2f}",
                    e.watts, e.power.board, e.power.logic, e.power.dsp, e.power.bram, e.power.memory));
}

std::vector<estimate::Design> find(const Options& options, const net::Network& network, const device::Device& device) {
  if (options.engine_file.empty())
    return estimate::designs(network, device, options.widths.weights(), options.widths.features(), options.count);
  const engine::Engine engine = read_engine(options.engine_file, device);
  const auto e = estimate::estimate(network, engine, device);
  return {{engine, e, estimate::excess(e.resources, device.resources)}};
}

void run(const Options& options) {
  check(options.widths);
  if (options.network.empty()) throw Error("names no network", "duet estimate", "give dnn-a, dnn-b, dnn-c or a network.json");
  const net::Network network = read_network(options.network);
  device::Device device = device::find_device(options.device);
  if (options.clock_mhz > 0) device.clock_mhz = options.clock_mhz;
  const auto designs = find(options, network, device);
  if (designs.empty())
    throw Error(estimate::impossible_because(network, device, options.widths.weights(), options.widths.features()),
                options.network, "use fewer replications or a smaller picture");
  if (!options.out.empty()) base::write_json(options.out, engine::to_json(designs[0].engine));
  if (options.json) {
    Json list = Json::array();
    for (const auto& d : designs)
      list.push_back(
          {{"engine", engine::to_json(d.engine)}, {"excess", d.excess}, {"estimate", estimate::to_json(d.estimate, device)}});
    return print_json({{"network", network.name}, {"designs", list}});
  }
  for (const auto& d : designs) print_design(d, network, device);
}

}  // namespace

void add_estimate(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* verb = add_verb(app, "estimate", "Cycles, resources, traffic and power of a network on a device",
                            "duet estimate dnn-a --device pynq-z1 --widths 8,8", [o] { run(*o); });
  verb->add_option("network", o->network, "dnn-a, dnn-b, dnn-c, or a network.json");
  verb->add_option("--device", o->device, "Device (see `duet devices`), or the path of a device file")->capture_default_str();
  add_widths(verb, o->widths);
  verb->add_option("--engine", o->engine_file, "This engine.json instead of the fastest that fits");
  verb->add_option("--count", o->count, "So many engines, fastest first")->check(CLI::Range(1, 1000));
  verb->add_option("--clock", o->clock_mhz, "Clock in MHz instead of the device's")->check(CLI::PositiveNumber);
  verb->add_option("--out", o->out, "Write the (first) engine to this file");
  add_json_flag(verb, o->json);
}

}  // namespace duet::cli
