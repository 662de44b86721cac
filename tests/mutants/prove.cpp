#include "mutants/prove.h"

#include <fmt/core.h>

#include <set>
#include <sstream>

#include "base/files.h"
#include "base/process.h"

namespace duet::mutants {
namespace {

namespace fs = std::filesystem;

// Cells that are modules of ours, with the parameters that are part of their names.
std::vector<std::string> instances(const std::string& module) {
  std::vector<std::string> all;
  std::string line;
  for (std::istringstream lines(module); std::getline(lines, line);)
    if (line.starts_with("  cell ") && line.find("duet_") < line.rfind(' ')) all.push_back(line);
  return all;
}

// `duet_pool` is "\duet_pool", "$paramod\duet_pool\Lanes=..." or "$paramod$1f2e...\duet_pool".
bool is_of(const std::string& name, const std::string& module) {
  return name.ends_with("\\" + module) || name.find("\\" + module + "\\") != std::string::npos;
}

// Both side by side, all registers 0 at first, with an output that tells that any output differs, or what goes into a block
// memory. What is undefined may be anything.
std::string side_by_side(const std::string& module, const fs::path& gold, const fs::path& gate, const fs::path& out) {
  std::string script;
  for (const auto& [design, file] : {std::pair{"gold", gold}, {"gate", gate}})
    script += fmt::format(
        "read_ilang {0}\nhierarchy -top {1}\nproc\nsetattr -mod -set keep_hierarchy 1 *duet_ram*\nflatten\n"
        "expose -evert {1}/t:*duet_ram*\nmemory -nomap\nmemory_map\nopt_clean\nrename {1} {2}\ndesign -stash {2}\n",
        file.string(), module, design);
  return script + "design -copy-from gold -as gold gold\ndesign -copy-from gate -as gate gate\nsetundef -undriven -anyseq\n" +
         "miter -equiv -flatten gold gate miter\nhierarchy -top miter\nsetundef -anyseq\nsetundef -zero -init\n" +
         "opt -share_all\ntechmap\nopt -share_all\ndffunmap\nsimplemap\nopt_clean\naigmap\nwrite_aiger -zinit " + out.string() +
         "\n";
}

}  // namespace

Prover::Prover(const std::vector<engine::Engine>& engines, fs::path original, fs::path mutated, fs::path folder)
    : engines_(engines), original_(std::move(original)), mutated_(std::move(mutated)), folder_(std::move(folder)) {
  fs::create_directories(folder_);
  for (size_t i = 0; i < engines_.size(); ++i) base::write_file(folder_ / fmt::format("top{}.sv", i), emit::top(engines[i]));
}

std::string Prover::name(size_t engine, const std::string& vendor) const { return fmt::format("{}_{}", vendor, engine); }

// Paths are relative to `root`, as they are part of the text: then only what was changed differs.
Prover::Modules Prover::elaborate(size_t engine, const std::string& vendor, const fs::path& root, const fs::path& out) const {
  const bool compact = engine::compact(engines_[engine]);
  const char* cells = vendor == "ice40"  ? "+/ice40/cells_sim.v"
                      : vendor == "ecp5" ? "+/ecp5/cells_sim.v +/ecp5/cells_bb.v"
                                         : "+/xilinx/cells_sim.v";
  std::string script = fmt::format("read_verilog -lib {}; read_verilog -sv", cells);
  for (const auto& files : {emit::rtl_files(engines_[engine], vendor), emit::board_files(engines_[engine])})
    for (const fs::path& file : files) script += " " + file.lexically_relative(base::home()).string();
  script += fmt::format(" {}; hierarchy -top {}; write_ilang {}", (folder_ / fmt::format("top{}.sv", engine)).string(),
                        compact ? "duet_top" : "duet_board", out.string());
  base::ProcessOptions options;
  options.directory = root;
  Modules modules;
  if (base::run_process({"yosys", "-q", "-p", script}, options).exit_code != 0) return modules;
  std::istringstream lines(base::read_file(out));
  std::string line, name;
  while (std::getline(lines, line)) {
    if (line.starts_with("module ")) name = line.substr(7);
    if (!name.empty()) modules[name] += line + '\n';
    if (line == "end") name.clear();
  }
  return modules;
}

const Prover::Modules& Prover::originals(size_t engine, const std::string& vendor) {
  const auto [at, fresh] = originals_.try_emplace(name(engine, vendor));
  if (fresh) at->second = elaborate(engine, vendor, original_, folder_ / (at->first + ".il"));
  return at->second;
}

bool Prover::same(const std::string& module, const fs::path& gold, const fs::path& gate) const {
  const fs::path script = folder_ / "prove.ys", miter = folder_ / "miter.aig";
  const auto run = [](const std::vector<std::string>& command) {
    base::ProcessOptions options;
    options.timeout = std::chrono::minutes(5);
    return base::run_process(command, options);
  };
  base::write_file(script, side_by_side(module, gold, gate, miter));
  if (run({"yosys", "-q", script.string()}).exit_code != 0) return false;
  const std::string answer = run({"yosys-abc", "-c", "read_aiger " + miter.string() + "; dprove"}).output;
  for (const char* yes : {"Networks are equivalent", "UNSATISFIABLE"})  // with and without registers
    if (answer.find(yes) != std::string::npos) return true;
  return false;
}

bool Prover::each_change(const Mutant& mutant, const Look& look) {
  const std::string vendor = vendor_of(mutant.file);
  const std::string base = fs::path(mutant.file).stem();
  std::set<std::string> seen;
  for (size_t engine = 0; engine < engines_.size(); ++engine) {
    if (vendor != emit::kGeneric && (vendor == "ice40") != engine::compact(engines_[engine])) continue;
    std::vector<std::string> fresh;
    for (const auto& [name, text] : originals(engine, vendor))
      if (is_of(name, base) && seen.insert(name).second) fresh.push_back(name);
    if (fresh.empty()) continue;
    const fs::path gold = folder_ / (name(engine, vendor) + ".il"), gate = folder_ / "mutated.il";
    const Modules mutated = elaborate(engine, vendor, mutated_, gate);
    for (const std::string& name : fresh) {
      const auto mine = mutated.find(name);
      if (mine == mutated.end()) return false;
      const std::string& original = originals(engine, vendor).at(name);
      if (mine->second == original) continue;
      if (!look(name, original, mine->second, gold, gate)) return false;
    }
  }
  return true;
}

bool Prover::counts(const Mutant& mutant) {
  const fs::path file = mutated_ / mutant.file;
  const std::string mine = base::read_file(file);
  Mutant without = mutant;
  without.mine.clear();
  base::write_file(file, plant(without, base::read_file(original_ / mutant.file)));
  bool counts = false;
  each_change(without, [&](const auto&...) { return counts = true, false; });
  base::write_file(file, mine);
  return counts;
}

bool Prover::proves(const Mutant& mutant) {
  bool changed = false;
  const bool equal = each_change(mutant, [&](const std::string& name, const std::string& original, const std::string& mine,
                                             const fs::path& gold, const fs::path& gate) {
    changed = true;
    return instances(mine) == instances(original) && same(name, gold, gate);
  });
  return equal && (changed || counts(mutant));
}

}  // namespace duet::mutants
