#include <fmt/core.h>

#include <climits>
#include <memory>

#include "base/error.h"
#include "base/fields.h"
#include "base/files.h"
#include "cli/flow_options.h"
#include "emit/emit.h"
#include "flow/specs.h"
#include "verify/draw.h"
#include "verify/summary.h"

namespace duet::cli {
namespace {
namespace fs = std::filesystem;

constexpr uint64_t kSeedOfNext = 1'000'003;  // from one device's seed to the next one's

struct Arguments {
  std::vector<std::string> devices{"pynq-z1", "ecp5-85f", "icebreaker"};  // one of each family that has RTL
  std::string replay;
  int count = 0, synthesised = INT32_MAX;
  uint64_t seed = 1;
  FlowOptions flow;
  bool netlist = false, json = false;
};

/// What is checked.
struct Task {
  verify::Design design;
  fs::path device_file;
};

fs::path device_path(const std::string& name) {
  const fs::path known = base::home() / "devices" / (name + ".toml");
  return fs::exists(known) ? known : fs::path(name);
}

std::vector<Task> replayed(const std::string& file) {
  const Json spec = base::read_json(file);
  const Json& device = base::field(spec, "device", file);
  return {
      {verify::design_from_json(base::field(spec, "design", file), file + ": design"), base::text_field(device, "path", file)}};
}

// The devices take turns, each with a seed of its own.
std::vector<Task> tasks_of(const Arguments& a) {
  if (!a.replay.empty()) return replayed(a.replay);
  if (a.count == 0) throw Error("says neither how many designs nor which", "duet verify", "give --random N or --replay FILE");
  std::vector<verify::Drawer> drawers;
  for (const std::string& name : a.devices) {
    const device::Device device = device::find_device(name);
    emit::require_vendor(device.family);
    drawers.emplace_back(a.seed + drawers.size() * kSeedOfNext, device);
  }
  std::vector<Task> tasks;
  for (size_t i = 0; i < static_cast<size_t>(a.count); ++i) {
    const size_t turn = i % drawers.size();
    tasks.push_back({drawers[turn].next(), device_path(a.devices[turn])});
  }
  return tasks;
}

verify::Checked judge(const verify::Design& design, const evaluate::Outcome& outcome) {
  if (!outcome.done()) return {design, {}, to_string(outcome.status) + ": " + outcome.message};
  verify::Finding finding = verify::finding_from_json(outcome.result, outcome.folder.string());
  std::string problem = verify::wrong_with(finding);
  return {design, std::move(finding), std::move(problem)};
}

// The first design that is not good, the file that holds it and the command that repeats it; null where all are.
Json first_failure(const std::vector<verify::Checked>& all, const std::vector<evaluate::Outcome>& outcomes) {
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].problem.empty()) continue;
    const std::string file = (outcomes[i].folder / "spec.json").string();
    return {{"index", i},
            {"design", verify::describe(all[i].design)},
            {"problem", all[i].problem},
            {"file", file},
            {"command", "duet verify --replay " + file}};
  }
  return nullptr;
}

Json report(const std::vector<verify::Checked>& all, const Json& failure) {
  Json json = to_json(verify::summarise(all));
  json["first_failure"] = failure;
  for (const verify::Range& range : verify::ranges()) json["ranges"][range.name] = {range.lo, range.hi};
  json["drawn"] = verify::drawn(all);
  for (const verify::Checked& one : all) json["list"].push_back(to_json(one));
  return json;
}

std::string off(int64_t predicted, int64_t found) {
  return fmt::format("{:+.1f} %", 100 * (static_cast<double>(predicted) / static_cast<double>(found) - 1));
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

void print_design(size_t index, const verify::Checked& one) {
  if (!one.finding) return print(fmt::format("{:>4}  {}\n      {}", index, verify::describe(one.design), one.problem));
  const verify::Finding& f = *one.finding;
  std::string counts = fmt::format("{:41}", "");
  if (f.counts) {
    const device::Resources &p = f.counts->predicted, &s = f.counts->synthesised;
    counts =
        fmt::format("{:>4} {:>6g} {:>6} {:>8} {:>6} {:>6}", s.dsp, s.bram36, s.lut, off(p.lut, s.lut), s.ff, off(p.ff, s.ff));
  }
  print(fmt::format("{:>4} {:>7} {:>4} {:>8} {:>4} {} {:>5}  {}", index, f.frame_simulated, verify::cycles_off(f),
                    f.bytes_compared, f.bytes_differ, counts, fmt::format("{:.0f} %", 100 * verify::least(f.live)),
                    verify::describe(one.design)));
  if (!one.problem.empty()) print("      " + one.problem);
}

// What came up, a line each: how often each value, a number, or the least and the largest.
void print_drawn(const Json& drawn) {
  for (const auto& [name, value] : drawn.items()) {
    std::string text;
    if (value.is_array()) text = fmt::format("{} to {}", value[0].dump(), value[1].dump());
    if (value.is_number()) text = value.dump();
    if (value.is_object())
      for (const auto& [key, count] : value.items())
        text += fmt::format("{}{} ({})", text.empty() ? "" : "; ", key, count.dump());
    print(fmt::format("  {:<26} {}", name, text));
  }
}

void print_text(const std::vector<verify::Checked>& all, const Json& failure) {
  print("drawn from:");
  for (const verify::Range& range : verify::ranges()) print(fmt::format("  {:<53} {} to {}", range.name, range.lo, range.hi));
  print("came up:");
  print_drawn(verify::drawn(all));
  print("     cycles  off    bytes  off  DSP BRAM36    LUT      off     FF    off  live  design");
  for (size_t i = 0; i < all.size(); ++i) print_design(i, all[i]);
  const verify::Summary s = verify::summarise(all);
  print(fmt::format("{} designs, {} with {} multipliers or more, {} with {} Bundles of {} channels or more; {} failed", s.designs,
                    s.many_multipliers, verify::kManyMultipliers, s.deep, verify::kManyBundles, verify::kManyChannels, s.failed));
  print(fmt::format("  {} of {} bytes differ, cycles {} off at worst", s.bytes_differ, s.bytes_compared, s.cycles_off_worst));
  print(fmt::format("  {} synthesised: DSP {}, BRAM36 {:g} off; LUT {} off in the median, {} at worst; FF {}, {}", s.synthesised,
                    s.dsp_off, s.bram_off, percent(s.lut_error_median), percent(s.lut_error_worst), percent(s.ff_error_median),
                    percent(s.ff_error_worst)));
  if (s.replayed > 0)
    print(fmt::format("  {} netlists simulated: {} of {} bytes differ", s.replayed, s.netlist_bytes_differ,
                      s.netlist_bytes_compared));
  print(fmt::format("  outputs neither 0 nor clipped: {} in the worst layer", percent(s.live_outputs_worst)));
  if (!failure.is_null()) print("  first failure again: " + failure.at("command").get<std::string>());
}

void run(const Arguments& arguments) {
  const std::vector<Task> tasks = tasks_of(arguments);
  std::vector<Json> specs;
  for (const Task& task : tasks)
    specs.push_back(flow::verify_spec(task.design, task.device_file, static_cast<int>(specs.size()) < arguments.synthesised,
                                      arguments.netlist));
  flow::World world = make_world(arguments.flow);
  world.evaluations.progress = world.progress("verify");
  const std::vector<evaluate::Outcome> outcomes = evaluate::run_all(specs, world.store, world.evaluations);
  std::vector<verify::Checked> all;
  for (size_t i = 0; i < specs.size(); ++i) all.push_back(judge(tasks[i].design, outcomes[i]));
  const Json failure = first_failure(all, outcomes);
  if (arguments.json)
    print_json(report(all, failure));
  else
    print_text(all, failure);
  if (holds(verify::summarise(all))) return;
  if (failure.is_null())
    throw Error("LUTs or FFs are off by more than " + percent(verify::kMedianLogicError) + " in the median", "duet verify",
                "docs/estimate.md tells how the model is fitted");
  throw Error(failure.at("problem").get<std::string>(), "design " + failure.at("index").dump(),
              "again: " + failure.at("command").get<std::string>());
}

}  // namespace

void add_verify(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb =
      add_verb(app, "verify", "Draw designs; compare simulation with the golden model, all figures with the predicted",
               "duet verify --random 20 --synth 4 --seed 1", [a] { run(*a); });
  verb->add_option("--random", a->count, "How many designs to draw")->check(CLI::Range(1, 100'000));
  verb->add_option("--synth", a->synthesised, "Synthesise only so many of them, the first ones (default: all)")
      ->check(CLI::NonNegativeNumber);
  verb->add_flag("--netlist", a->netlist, "Simulate the synthesised netlists too (minutes each)");
  verb->add_option("--seed", a->seed, "Of what is drawn")->capture_default_str();
  verb->add_option("--device", a->devices, "Devices that they shall fit, in turns (see `duet devices`), or paths of device files")
      ->delimiter(',')
      ->capture_default_str();
  verb->add_option("--replay", a->replay, "Instead: the design in this file, which a failure names")->excludes("--random");
  add_flow_options(verb, a->flow);
  add_json_flag(verb, a->json);
}

}  // namespace duet::cli
