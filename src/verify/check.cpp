#include "verify/check.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/fields.h"
#include "base/files.h"
#include "emit/emit.h"
#include "estimate/estimate.h"
#include "simulate/build.h"
#include "simulate/simulate.h"
#include "verify/draw.h"

namespace duet::verify {
namespace {
namespace fs = std::filesystem;

// `to`: a Finding or a Replay.
void add(const simulate::Comparison& one, const std::string& what, auto& to) {
  to.bytes_compared += one.bytes_compared;
  to.bytes_differ += one.bytes_differ;
  if (to.first_difference.empty() && !one.first.empty()) to.first_difference = what + ", " + one.first;
}

// Heads of all frames; maps between layers of the last one.
void compare(const Design& design, const GoldenMaps& golden, const simulate::Result& result, const std::string& memory,
             auto& to) {
  std::vector<layer::IntMap> heads;
  for (const auto& maps : golden) heads.push_back(maps.back().map);
  add(simulate::compare(result.outputs, heads, fixed::kHeadBits), memory + ": head", to);
  for (const simulate::LayerMap& got : result.maps)
    add(simulate::compare({got.map}, {golden::map_of(golden.back(), got.node)}, engine::stored_bits(design.engine)),
        memory + ": " + got.node, to);
}

Json to_json(const device::Resources& r) { return {{"lut", r.lut}, {"ff", r.ff}, {"dsp", r.dsp}, {"bram36", r.bram36}}; }

device::Resources resources_from_json(const Json& json, const std::string& where) {
  const auto count = [&](const char* key) { return base::int_field(json, key, 0, int64_t{1} << 40, where); };
  return {count("lut"), count("ff"), count("dsp"), base::number_field(json, "bram36", where)};
}

double error(int64_t predicted, int64_t found) {
  return found > 0 ? std::abs(static_cast<double>(predicted) / static_cast<double>(found) - 1) : predicted > 0;
}

std::string wrong_number(const char* what, const char* does, const char* unit, int64_t predicted, int64_t simulated) {
  if (predicted == simulated) return "";
  return fmt::format("{} {} {} {}, predicted are {}", what, does, simulated, unit, predicted);
}

std::string wrong_counts(const Counts& c) {
  const device::Resources &p = c.predicted, &s = c.synthesised;
  if (p.dsp != s.dsp) return fmt::format("{} DSPs, predicted are {}", s.dsp, p.dsp);
  if (p.bram36 != s.bram36) return fmt::format("{:g} BRAM36, predicted are {:g}", s.bram36, p.bram36);
  if (lut_error(c) > kWorstLogicError) return fmt::format("{} LUTs, predicted are {}", s.lut, p.lut);
  if (ff_error(c) > kWorstLogicError) return fmt::format("{} FFs, predicted are {}", s.ff, p.ff);
  return "";
}

Json to_json(const Counts& counts) {
  Json modules = Json::array();
  for (const synth::ModuleCount& m : counts.modules)
    modules.push_back({{"module", m.module}, {"instances", m.instances}, {"own", to_json(m.own)}});
  return {{"predicted", to_json(counts.predicted)}, {"synthesised", to_json(counts.synthesised)}, {"modules", modules}};
}

Json to_json(const Replay& r) {
  return {{"bytes_compared", r.bytes_compared},
          {"bytes_differ", r.bytes_differ},
          {"first_difference", r.first_difference},
          {"frame_cycles", r.frame_cycles}};
}

}  // namespace

Json to_json(const Finding& f) {
  Json live = Json::object();
  for (const Live& one : f.live) live[one.node] = one.share;
  return {{"bytes_compared", f.bytes_compared},
          {"bytes_differ", f.bytes_differ},
          {"first_difference", f.first_difference},
          {"frame_predicted", f.frame_predicted},
          {"frame_simulated", f.frame_simulated},
          {"latency_predicted", f.latency_predicted},
          {"latency_simulated", f.latency_simulated},
          {"fill_predicted", f.fill_predicted},
          {"fill_simulated", f.fill_simulated},
          {"load_predicted", f.load_predicted},
          {"load_simulated", f.load_simulated},
          {"store_predicted", f.store_predicted},
          {"store_simulated", f.store_simulated},
          {"read_predicted", f.read_predicted},
          {"read_simulated", f.read_simulated},
          {"written_predicted", f.written_predicted},
          {"written_simulated", f.written_simulated},
          {"live_outputs", live},
          {"counts", f.counts ? to_json(*f.counts) : Json(nullptr)},
          {"netlist", f.replay ? to_json(*f.replay) : Json(nullptr)}};
}

Finding finding_from_json(const Json& json, const std::string& where) {
  const auto number = [&](const char* key) { return base::int_field(json, key, 0, INT64_MAX, where); };
  Finding f;
  f.bytes_compared = number("bytes_compared"), f.bytes_differ = number("bytes_differ");
  f.first_difference = base::text_field(json, "first_difference", where);
  f.frame_predicted = number("frame_predicted"), f.frame_simulated = number("frame_simulated");
  f.latency_predicted = number("latency_predicted"), f.latency_simulated = number("latency_simulated");
  f.fill_predicted = number("fill_predicted"), f.fill_simulated = number("fill_simulated");
  f.load_predicted = number("load_predicted"), f.load_simulated = number("load_simulated");
  f.store_predicted = number("store_predicted"), f.store_simulated = number("store_simulated");
  f.read_predicted = number("read_predicted"), f.read_simulated = number("read_simulated");
  f.written_predicted = number("written_predicted"), f.written_simulated = number("written_simulated");
  for (const auto& [node, share] : base::field(json, "live_outputs", where).items())
    f.live.push_back({node, share.get<double>()});
  if (const Json& r = base::field(json, "netlist", where); !r.is_null()) {
    const auto of_netlist = [&](const char* key) { return base::int_field(r, key, 0, INT64_MAX, where + ": netlist"); };
    f.replay = {of_netlist("bytes_compared"), of_netlist("bytes_differ"),
                base::text_field(r, "first_difference", where + ": netlist"), of_netlist("frame_cycles")};
  }
  const Json& counts = base::field(json, "counts", where);
  if (counts.is_null()) return f;
  f.counts = {resources_from_json(base::field(counts, "predicted", where), where + ": predicted"),
              resources_from_json(base::field(counts, "synthesised", where), where + ": synthesised"),
              {}};
  return f;
}

Finding run_simulation(const Design& design, const fs::path& folder, const Progress& progress) {
  const Numbers numbers = draw_numbers(design);
  const GoldenMaps golden = golden_maps(numbers);
  const program::Cycles predicted = program::predict(program::compile(design.network, design.engine), design.memory);
  Finding finding;
  finding.live = live_outputs(numbers, golden);
  simulate::Options options;
  options.memory = design.memory;
  options.keep_maps = true;
  if (!engine::compact(design.engine)) options.cache = folder / "simulator";  // no other design can use it
  if (progress) progress(0, 2, "building and simulating");
  const simulate::Result quiet = simulate::run(numbers.network, design.engine, numbers.pictures, options);
  compare(design, golden, quiet, "quiet memory", finding);
  finding.frame_predicted = predicted.frame, finding.frame_simulated = quiet.frame_cycles;
  finding.latency_predicted = predicted.latency, finding.latency_simulated = quiet.latency_cycles;
  finding.fill_predicted = predicted.all.fill, finding.fill_simulated = quiet.counters.wait_fill;
  finding.load_predicted = predicted.all.load, finding.load_simulated = quiet.counters.wait_load;
  finding.store_predicted = predicted.all.store, finding.store_simulated = quiet.counters.wait_store;
  const auto frames = static_cast<int64_t>(quiet.outputs.size());
  finding.read_predicted = frames * predicted.bytes_read, finding.read_simulated = quiet.bytes_read;
  finding.written_predicted = frames * predicted.bytes_written, finding.written_simulated = quiet.bytes_written;
  if (!engine::compact(design.engine)) {  // which has no port that could stall
    if (progress) progress(1, 2, "simulating with stalls");
    options.stall_seed = design.seed | 1;
    compare(design, golden, simulate::run(numbers.network, design.engine, numbers.pictures, options), "stalling memory", finding);
  }
  fs::remove_all(folder / "simulator");
  return finding;
}

namespace {

Replay replay_netlist(const Design& design, device::Family family, const fs::path& place, const Progress& progress) {
  const Numbers numbers = draw_numbers(design);
  simulate::Options options;
  options.memory = design.memory;
  options.keep_maps = true;
  if (progress) progress(0, 2, "building the netlist's simulator");
  options.simulator = simulate::build_netlist(place / "netlist.v", family, place / "netlist");
  if (progress) progress(1, 2, "simulating the netlist");
  const simulate::Result result = simulate::run(numbers.network, design.engine, numbers.pictures, options);
  Replay replay;
  compare(design, golden_maps(numbers), result, "netlist", replay);
  replay.frame_cycles = result.frame_cycles;
  return replay;
}

}  // namespace

void run_synthesis(const Design& design, const device::Device& device, const fs::path& folder, bool replay, Finding& finding,
                   const Progress& progress) {
  const fs::path place = folder / "synth";
  synth::Request request;
  request.top = "duet_top";
  request.sources = emit::rtl_files(design.engine, emit::vendor_of(device.family));
  request.sources.push_back(place / "top.sv");
  base::write_file(place / "top.sv", emit::top(design.engine));
  request.netlist = replay;
  const synth::Counts found = synth::synthesize(request, device, place, progress);
  finding.counts = {estimate::engine_resources(design.engine), found.resources, found.modules};
  if (replay) finding.replay = replay_netlist(design, device.family, place, progress);
  fs::remove_all(place);
}

double lut_error(const Counts& c) { return error(c.predicted.lut, c.synthesised.lut); }
double ff_error(const Counts& c) { return error(c.predicted.ff, c.synthesised.ff); }

int64_t cycles_off(const Finding& f) {
  return std::max({std::abs(f.frame_predicted - f.frame_simulated), std::abs(f.latency_predicted - f.latency_simulated),
                   std::abs(f.fill_predicted - f.fill_simulated), std::abs(f.load_predicted - f.load_simulated),
                   std::abs(f.store_predicted - f.store_simulated)});
}

std::string wrong_with(const Finding& f) {
  if (f.bytes_differ > 0) return fmt::format("{} of {} bytes differ: {}", f.bytes_differ, f.bytes_compared, f.first_difference);
  if (f.bytes_compared == 0) return "no byte was compared";
  for (const std::string& wrong : {wrong_number("a frame", "takes", "cycles", f.frame_predicted, f.frame_simulated),
                                   wrong_number("a single frame", "takes", "cycles", f.latency_predicted, f.latency_simulated),
                                   wrong_number("waiting for tiles", "takes", "cycles", f.fill_predicted, f.fill_simulated),
                                   wrong_number("waiting for rows", "takes", "cycles", f.load_predicted, f.load_simulated),
                                   wrong_number("waiting for room", "takes", "cycles", f.store_predicted, f.store_simulated),
                                   wrong_number("the simulation", "reads", "bytes", f.read_predicted, f.read_simulated),
                                   wrong_number("the simulation", "writes", "bytes", f.written_predicted, f.written_simulated)})
    if (!wrong.empty()) return wrong;
  if (const std::string wrong = f.counts ? wrong_counts(*f.counts) : ""; !wrong.empty()) return wrong;
  if (f.replay && f.replay->bytes_differ > 0)
    return fmt::format("{} of {} bytes differ: {}", f.replay->bytes_differ, f.replay->bytes_compared, f.replay->first_difference);
  if (const std::string wrong =
          f.replay ? wrong_number("a frame", "takes in the netlist", "cycles", f.frame_predicted, f.replay->frame_cycles) : "";
      !wrong.empty())
    return wrong;
  if (const double share = least(f.live); share < kLeastLive)
    return fmt::format("a layer has {:.0f} % outputs that are neither 0 nor clipped", 100 * share);
  return "";
}

}  // namespace duet::verify
