#include "cli/accelerator.h"

#include "base/error.h"
#include "base/files.h"
#include "estimate/estimate.h"
#include "program/program.h"
#include "quant/quantize.h"

namespace duet::cli {
namespace {

constexpr int kDefaultAccumulator = 16;  // or what the network needs, where that is more

bool is_quantized(const std::string& name) {
  return std::filesystem::exists(name + ".safetensors") && std::filesystem::exists(name + ".json");
}

quant::QuantizedNetwork untrained(const net::Network& network, const AcceleratorOptions& options) {
  quant::QuantizeOptions widths;
  widths.weight_bits = options.widths.weights(), widths.feature_bits = options.widths.features();
  Rng rng(options.seed);
  return quant::random_quantized(network, widths, rng);
}

engine::Engine choose(const AcceleratorOptions& options, const Accelerator& accelerator) {
  const quant::QuantizedNetwork& network = accelerator.network;
  if (!options.engine_file.empty()) return read_engine(options.engine_file, accelerator.device);
  engine::Engine engine;
  if (options.lanes.empty()) {
    const auto best = estimate::best_engines(network.network, accelerator.device, network.weight_bits, network.feature_bits);
    if (best.empty() && accelerator.device.family == device::Family::ice40)
      throw Error(estimate::impossible_because(network.network, accelerator.device, network.weight_bits, network.feature_bits),
                  accelerator.device.name, "docs/compact.md tells what fits");
    if (best.empty())
      throw Error("no engine for this network fits", accelerator.device.name,
                  "choose other widths or a larger device, or give --lanes");
    engine = best.front();
  } else if (accelerator.device.family == device::Family::ice40) {
    throw Error("is for the pipeline's engines", "--lanes",
                accelerator.device.name + " has the compact engine, which nobody chooses: leave --lanes out");
  } else {
    engine.family = accelerator.device.family, engine.bundle = network.network.bundle;
    engine.in_lanes = options.lanes[0], engine.out_lanes = options.lanes[1], engine.dw_lanes = options.lanes[2];
    engine.weight_bits = network.weight_bits, engine.feature_bits = network.feature_bits;
    engine.acc_bits = std::max(kDefaultAccumulator, quant::accumulator_bits(network));
    engine.products = options.products;
    engine.dw_in_luts = options.dw_in_luts;
    if (const std::string reason = engine::illegal_because(engine); !reason.empty())
      throw Error(reason, "--lanes", "choose other lanes, widths or --products");
    const device::Device& device = accelerator.device;
    engine = program::size_for(engine, network.network, device.resources.bram36, program::memory_of(device, device.clock_mhz));
  }
  engine.acc_bits = std::max(engine.acc_bits, quant::accumulator_bits(network));
  return engine;
}

}  // namespace

void add_accelerator_options(CLI::App* verb, AcceleratorOptions& options) {
  verb->add_option("network", options.network,
                   "A quantised network (its path without .json), or dnn-a, dnn-b, dnn-c or a network.json with random weights");
  verb->add_option("--device", options.device, "Device (see `duet devices`), or the path of a device file")
      ->capture_default_str();
  verb->add_option("--engine", options.engine_file, "This engine.json instead of the fastest that fits");
  verb->add_option("--lanes", options.lanes, "Input, output and depth-wise lanes: 8,24,2")->delimiter(',')->expected(3);
  verb->add_option("--products", options.products,
                   "With --lanes: products per DSP of the array: 1, 2, 4 or (kernels of 3 and 5) 6")
      ->check(CLI::IsMember({1, 2, 4, 6}))
      ->capture_default_str();
  verb->add_flag("--dw-in-luts", options.dw_in_luts, "With --lanes: depth-wise multipliers of LUTs instead of DSPs");
  add_widths(verb, options.widths);
  verb->add_option("--seed", options.seed, "Of random weights and pictures")->capture_default_str();
}

Accelerator read_accelerator(const AcceleratorOptions& options, const std::string& verb) {
  check(options.widths);
  if (options.network.empty())
    throw Error("names no network", "duet " + verb, "give a quantised network, dnn-a or a network.json");
  Accelerator accelerator;
  accelerator.device = device::find_device(options.device);
  accelerator.trained = is_quantized(options.network);
  accelerator.network =
      accelerator.trained ? quant::load_quantized(options.network) : untrained(read_network(options.network), options);
  accelerator.engine = choose(options, accelerator);
  return accelerator;
}

}  // namespace duet::cli
