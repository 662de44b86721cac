// Plants one-line faults in rtl/ and tells which of them no test finds (docs/mutants.md).
//   mutants [--seed N] [--count N] --out FOLDER
// Exit code: 0, 1 where a mutant is missed, 2 for an error.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "mutants/check.h"
#include "mutants/prove.h"
#include "support/engines.h"

namespace duet::mutants {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// What was found out about a mutant.
struct Finding {
  std::string verdict;  ///< found, equivalent, missed
  std::string by;       ///< the test that found it
};

/// What is finished, a JSON line each, found again by what it depends on.
class Results {
 public:
  explicit Results(fs::path file) : file_(std::move(file)) {
    std::ifstream lines(file_);
    for (std::string line; std::getline(lines, line);)
      if (const Json json = Json::parse(line, nullptr, false); !json.is_discarded())  // else cut off by an interrupt
        known_[json.at("key")] = json;
  }
  const Json* find(const std::string& key) const {
    const auto at = known_.find(key);
    return at == known_.end() ? nullptr : &at->second;
  }
  void add(const Json& json) { std::ofstream(file_, std::ios::app) << json.dump() << std::endl; }

 private:
  fs::path file_;
  std::map<std::string, Json> known_;
};

std::string key_of(const std::string& rtl, const Stage& stage) {
  return base::sha256(rtl + base::read_file(fs::path(DUET_PROGRAMS) / stage.program) + stage.filter);
}

/// Seconds that every stage takes on the tree without a mutant. Throws Error when a test fails.
std::vector<double> measure(const Tree& tree, const std::string& rtl, Results& results) {
  std::vector<double> seconds;
  for (const Stage& stage : stages()) {
    const std::string key = key_of(rtl, stage);
    if (const Json* known = results.find(key)) {
      seconds.push_back(known->at("seconds"));
      continue;
    }
    const Clock::time_point start = Clock::now();
    if (const auto failed = failing_test(stage, DUET_PROGRAMS, 0))
      throw Error("fails without any mutant: " + *failed, stage.program, "mend it first; `make test` tells more");
    tree.clean();
    seconds.push_back(seconds_since(start));
    results.add({{"key", key}, {"program", stage.program}, {"filter", stage.filter}, {"seconds", seconds.back()}});
    fmt::print("without a mutant: {} {} {:.0f} s\n", stage.program, stage.filter, seconds.back());
    std::fflush(stdout);
  }
  return seconds;
}

/// Finds out about mutants, one after the other.
class Examiner {
 public:
  Examiner(Tree& tree, Prover& prover, std::vector<double> seconds)
      : tree_(tree), prover_(prover), seconds_(std::move(seconds)) {}

  Finding examine(const Mutant& mutant) {
    tree_.plant(mutant);
    Finding finding{"missed", ""};
    if (const auto test = first_failure(mutant, false))
      finding = {"found", *test};
    else if (prover_.proves(mutant))
      finding = {"equivalent", ""};
    else if (const auto later = first_failure(mutant, true))
      finding = {"found", *later};
    tree_.restore(mutant);
    tree_.clean();
    return finding;
  }

 private:
  std::optional<std::string> first_failure(const Mutant& mutant, bool thorough) const {
    for (size_t i = 0; i < stages().size(); ++i) {
      const Stage& stage = stages()[i];
      const auto begins = [&](const std::string& path) { return mutant.file.starts_with(path); };
      if (stage.thorough != thorough || std::none_of(stage.files.begin(), stage.files.end(), begins)) continue;
      // A busy machine is slower for a while; a hang is slower for ever.
      if (const auto test = failing_test(stage, DUET_PROGRAMS, 300 + 10 * seconds_[i])) return test;
    }
    return std::nullopt;
  }

  Tree& tree_;
  Prover& prover_;
  std::vector<double> seconds_;
};

void print(const Mutant& mutant, const Finding& finding) {
  const auto trimmed = [](const std::string& line) { return line.substr(std::min(line.find_first_not_of(' '), line.size())); };
  fmt::print("{}{}{}: {}:{}: {}\n  - {}\n  + {}\n", finding.verdict, finding.by.empty() ? "" : " by ", finding.by, mutant.file,
             mutant.line, mutant.change, trimmed(mutant.old), trimmed(mutant.mine));
  std::fflush(stdout);
}

int run(uint64_t seed, std::optional<int> count, const fs::path& out) {
  if (const auto bench = idle_bench(DUET_PROGRAMS))
    throw Error("no mutant would meet " + *bench, "tests/mutants/check.cpp", "name it in a stage");
  const fs::path project = base::home();
  Tree tree(project, fs::absolute(out) / "work");
  std::string rtl;
  for (const Source& source : tree.sources()) rtl += source.file + source.text;
  const auto valid = [&](const Mutant& mutant) {
    tree.plant(mutant);
    const bool elaborated = elaborates(tree, mutant.file);
    tree.restore(mutant);
    return elaborated;
  };
  const std::vector<Mutant> mutants =
      draw(tree.sources(), seed, count.value_or(2 * static_cast<int>(tree.sources().size())), valid);
  Results results(out / "results.jsonl");
  std::vector<engine::Engine> engines = test::engines();
  engines.push_back(engine::compact_engine(engine::Engine{}.bundle, 8, 8));
  Prover prover(engines, project, tree.home(), fs::absolute(out) / "work" / "proofs");
  Examiner examiner(tree, prover, measure(tree, rtl, results));
  std::map<std::string, int> verdicts;
  const Clock::time_point start = Clock::now();
  const auto key = [&](const Mutant& mutant) {
    return base::sha256(fmt::format("{}{}{}{}", rtl, mutant.file, mutant.line, mutant.mine));
  };
  const auto known = [&](const Mutant& mutant) {
    const Json* json = results.find(key(mutant));
    return json && json->at("verdict") != "missed" ? json : nullptr;  // tests may have become better
  };
  const auto todo = mutants.size() - static_cast<size_t>(std::count_if(mutants.begin(), mutants.end(), known));
  size_t done = 0, fresh = 0;
  for (const Mutant& mutant : mutants) {
    Finding finding;
    std::string left;
    if (const Json* before = known(mutant)) {
      finding = {before->at("verdict"), before->at("by")};
    } else {
      const Clock::time_point began = Clock::now();
      finding = examiner.examine(mutant);
      results.add({{"key", key(mutant)},
                   {"file", mutant.file},
                   {"line", mutant.line},
                   {"change", mutant.change},
                   {"old", mutant.old},
                   {"new", mutant.mine},
                   {"verdict", finding.verdict},
                   {"by", finding.by},
                   {"seconds", seconds_since(began)}});
      ++fresh;
      left = fmt::format(", {:.0f} min left", seconds_since(start) / fresh * (todo - fresh) / 60);
    }
    ++verdicts[finding.verdict];
    fmt::print("{}/{}{}: ", ++done, mutants.size(), left);
    print(mutant, finding);
  }
  fmt::print("{} mutants, {} found, {} equivalent, {} missed\n", mutants.size(), verdicts["found"], verdicts["equivalent"],
             verdicts["missed"]);
  return verdicts["missed"] > 0;
}

int main(int argc, char** argv) {
  CLI::App app("Plants one-line faults in rtl/ and tells which of them no test finds");
  uint64_t seed = 1;
  std::optional<int> count;
  fs::path out;
  app.add_option("--seed", seed, "What the faults are drawn by")->capture_default_str();
  app.add_option("--count", count, "How many, at least two for each module (default: just those)");
  app.add_option("--out", out, "Folder for results and work; a run that was interrupted goes on there")->required();
  try {
    app.parse(argc, argv);
    return run(seed, count, out);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  } catch (const Error& e) {
    fmt::print(stderr, "mutants: {}: {}; {}\n", e.where, e.problem, e.hint);
    return 2;
  }
}

}  // namespace
}  // namespace duet::mutants

int main(int argc, char** argv) { return duet::mutants::main(argc, argv); }
