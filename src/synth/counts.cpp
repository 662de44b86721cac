#include <algorithm>
#include <set>

#include "base/error.h"
#include "synth/cells.h"
#include "synth/synth.h"

namespace duet::synth {
namespace {

// Yosys writes "\name" for a name of the source and "$paramod..." for one of its own; cells name modules without the backslash.
std::string plain(const std::string& name) { return !name.empty() && name[0] == '\\' ? name.substr(1) : name; }

// "$paramod$3f...\duet_fifo" and "$paramod\duet_fifo\W=s32'..." are variants of duet_fifo.
std::string display_name(const std::string& module) {
  if (module.rfind("$paramod", 0) != 0) return module;
  const size_t start = module.find('\\') + 1;
  return module.substr(start, module.find('\\', start) - start);
}

void add(device::Resources& sum, const device::Resources& r, int64_t times) {
  sum.lut += r.lut * times;
  sum.ff += r.ff * times;
  sum.dsp += r.dsp * times;
  sum.bram36 += r.bram36 * static_cast<double>(times);
}

using Cells = std::map<std::string, int64_t>;
using Modules = std::map<std::string, Cells>;

Modules read_modules(const Json& stat) {
  Modules modules;
  for (const auto& [name, module] : stat.at("modules").items()) {
    modules[plain(name)];  // there even when empty: a module of wires alone
    for (const auto& [type, count] : module.at("num_cells_by_type").items())
      modules[plain(name)][plain(type)] = count.get<int64_t>();
  }
  return modules;
}

void count_instances(const Modules& modules, const std::string& module, int64_t times,
                     std::map<std::string, int64_t>& instances) {
  instances[module] += times;
  const auto found = modules.find(module);
  if (found == modules.end()) return;  // an empty module
  for (const auto& [type, count] : found->second)
    if (modules.count(type)) count_instances(modules, type, times * count, instances);
}

}  // namespace

Json parse_stat(const std::string& text) {
  const size_t start = text.find("\"modules\": {");
  if (start == std::string::npos) throw Error("holds no modules", "stat.json", "run the synthesis again");
  const size_t open = text.find('{', start);
  int depth = 0;
  bool quoted = false;
  for (size_t i = open; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
      continue;
    }
    if (text[i] == '"') quoted = !quoted;
    if (quoted) continue;
    depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
    if (depth == 0) return {{"modules", Json::parse(text.substr(open, i + 1 - open))}};
  }
  throw Error("ends in the middle", "stat.json", "run the synthesis again");
}

Counts read_counts(const Json& stat, const std::string& top, device::Family family) {
  Counts counts;
  const Modules modules = read_modules(stat);
  std::map<std::string, int64_t> instances;
  count_instances(modules, top, 1, instances);
  std::set<std::string> unknown;
  for (const auto& [module, times] : instances) {
    ModuleCount own{display_name(module), times, {}};
    const auto found = modules.find(module);
    for (const auto& [type, count] : found == modules.end() ? Cells{} : found->second) {
      if (modules.count(type)) continue;
      counts.cells[type] += count * times;
      const auto cost = cell_cost(type, family);
      if (!cost) {
        unknown.insert(type);
        continue;
      }
      add(own.own, cost->resources, count);
      counts.lutram += cost->lutram * count * times;
      counts.srl += cost->srl * count * times;
      counts.single_port_blocks += cost->single_port_blocks * count * times;
    }
    add(counts.resources, own.own, times);
    counts.modules.push_back(own);
  }
  counts.unknown_cells.assign(unknown.begin(), unknown.end());
  std::stable_sort(counts.modules.begin(), counts.modules.end(),
                   [](const auto& a, const auto& b) { return a.own.lut * a.instances > b.own.lut * b.instances; });
  return counts;
}

Json to_json(const Counts& counts) {
  auto resources = [](const device::Resources& r) {
    return Json{{"lut", r.lut}, {"ff", r.ff}, {"dsp", r.dsp}, {"bram36", r.bram36}};
  };
  Json modules = Json::array(), cells = Json::object();
  for (const auto& m : counts.modules) {
    Json entry{{"module", m.module}, {"instances", m.instances}};
    entry.update(resources(m.own));
    modules.push_back(entry);
  }
  for (const auto& [type, count] : counts.cells) cells[type] = count;
  Json json{{"tool", counts.tool},
            {"resources", resources(counts.resources)},
            {"lutram", counts.lutram},
            {"srl", counts.srl},
            {"single_port_blocks", counts.single_port_blocks},
            {"unknown_cells", counts.unknown_cells},
            {"modules", modules},
            {"cells", cells}};
  json.update(to_json(counts.path));
  return json;
}

}  // namespace duet::synth
