#include "synth/synth.h"

#include <fmt/core.h>

#include <memory>

#include "base/error.h"
#include "base/files.h"
#include "cli/arguments.h"
#include "cli/verb.h"
#include "emit/emit.h"
#include "estimate/estimate.h"

namespace duet::cli {
namespace {
namespace fs = std::filesystem;

struct Options {
  std::string folder, network, engine_file, device = "pynq-z1", out = "out/synth";
  Widths widths;
  int minutes = 30;
  bool flatten = false, netlist = false, json = false;
};

engine::Engine choose_engine(const Options& o, const device::Device& device) {
  if (!o.engine_file.empty()) return read_engine(o.engine_file, device);
  const net::Network network = read_network(o.network);
  const auto found = estimate::designs(network, device, o.widths.weights(), o.widths.features());
  if (found.empty())
    throw Error(estimate::impossible_because(network, device, o.widths.weights(), o.widths.features()), o.network,
                "use fewer replications or a smaller picture");
  return found[0].engine;
}

void print_counts(const synth::Counts& counts, const device::Device& device, const device::Resources* predicted) {
  auto row = [&](const char* name, double found, double available, double expected) {
    const std::string error =
        !predicted || found <= 0 ? "" : fmt::format("  predicted {:g} ({:+.1f} %)", expected, 100 * (expected / found - 1));
    print(fmt::format("  {:<7} {:>9g} of {:>9g}  {:>5.1f} %{}", name, found, available,
                      available > 0 ? 100 * found / available : 0, error));
  };
  const device::Resources p = predicted ? *predicted : device::Resources{};
  const device::Resources& r = counts.resources;
  row("LUT", static_cast<double>(r.lut), static_cast<double>(device.resources.lut), static_cast<double>(p.lut));
  row("FF", static_cast<double>(r.ff), static_cast<double>(device.resources.ff), static_cast<double>(p.ff));
  row("DSP", static_cast<double>(r.dsp), static_cast<double>(device.resources.dsp), static_cast<double>(p.dsp));
  row("BRAM36", r.bram36, device.resources.bram36, p.bram36);
  print(fmt::format("  {} LUTs are memory, {} shift registers; {}", counts.lutram, counts.srl, counts.tool));
  for (size_t i = 0; i < std::min<size_t>(counts.modules.size(), 8); ++i) {
    const auto& m = counts.modules[i];
    print(fmt::format("    {:>4} x {:<20} {:>6} LUT {:>6} FF {:>4} DSP {:>5g} BRAM36 each", m.instances, m.module, m.own.lut,
                      m.own.ff, m.own.dsp, m.own.bram36));
  }
  for (const auto& type : counts.unknown_cells) print("  unknown cell, not counted: " + type);
}

void print_path(const synth::LongestPath& path) {
  if (!path.levels) return print("  levels of logic: none told, " + path.absent);
  print(fmt::format("  {} levels of logic on the longest path:", *path.levels));
  for (const auto& step : path.steps) print(fmt::format("    {:>2} {:<14} {}", step.level, step.cell, step.net));
}

void run(const Options& o) {
  check(o.widths);
  const device::Device device = device::find_device(o.device);
  emit::require_vendor(device.family);
  synth::Request request;
  request.top = "duet_top";
  request.flatten = o.flatten;
  request.netlist = o.netlist;
  request.timeout = std::chrono::minutes(o.minutes);
  engine::Engine engine;
  if (!o.folder.empty()) {
    request.sources = emit::emitted_files(o.folder);
    engine = read_engine((fs::path(o.folder) / "engine.json").string(), device);
  } else {
    if (o.network.empty() && o.engine_file.empty())
      throw Error("names neither a folder nor a network nor an engine", "duet synth",
                  "give an emitted folder, --network or --engine");
    engine = choose_engine(o, device);
    base::write_file(fs::path(o.out) / "top.sv", emit::top(engine));
    base::write_json(fs::path(o.out) / "engine.json", engine::to_json(engine));
    request.sources = emit::rtl_files(engine, emit::vendor_of(device.family));
    request.sources.push_back(fs::path(o.out) / "top.sv");
  }
  const synth::Counts counts = synth::synthesize(request, device, o.out, progress_bar("synthesis"));
  const device::Resources predicted = estimate::engine_resources(engine);
  Json result = synth::to_json(counts);
  result["flattened"] = o.flatten;
  result["predicted"] = {{"lut", predicted.lut}, {"ff", predicted.ff}, {"dsp", predicted.dsp}, {"bram36", predicted.bram36}};
  result["engine"] = engine::to_json(engine);
  base::write_json(fs::path(o.out) / "synth.json", result);
  if (o.json) return print_json(result);
  print(fmt::format("{} x {} lanes, {} depth-wise, W{} F{} on {}, {}", engine.in_lanes, engine.out_lanes, engine.dw_lanes,
                    engine.weight_bits, engine.feature_bits, device.name, o.flatten ? "flattened" : "hierarchy kept"));
  print_counts(counts, device, o.flatten ? nullptr : &predicted);
  print_path(counts.path);
  print("  details: " + (fs::path(o.out) / "synth.json").string());
}

}  // namespace

void add_synth(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* verb = add_verb(app, "synth", "Count an accelerator's LUTs, FFs, DSPs and BRAMs with Yosys",
                            "duet synth --network dnn-a --widths 8,8 --device pynq-z1", [o] { run(*o); });
  verb->add_option("folder", o->folder, "An emitted accelerator (see `duet emit`)");
  verb->add_option("--network", o->network, "Instead: the fastest engine for this network (dnn-a, or a network.json)");
  verb->add_option("--engine", o->engine_file, "Instead: this engine.json");
  verb->add_option("--device", o->device, "Device (see `duet devices`)")->capture_default_str();
  add_widths(verb, o->widths);
  verb->add_option("--out", o->out, "Folder for script, log and counts")->capture_default_str();
  verb->add_option("--timeout", o->minutes, "Minutes that it may take")->check(CLI::Range(1, 10000))->capture_default_str();
  verb->add_flag("--flatten", o->flatten, "Dissolve the hierarchy: about a fifth fewer LUTs, several times slower");
  verb->add_flag("--netlist", o->netlist, "Also write netlist.v, the mapped gates");
  add_json_flag(verb, o->json);
}

}  // namespace duet::cli
