#pragma once
// The project's test programs on a copy of its tree that holds a mutant.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mutants/mutate.h"

namespace duet::mutants {

/// Tests that are run together, and the files whose mutants they can find.
struct Stage {
  std::string program, filter;     ///< a test program of the build folder; its --gtest_filter
  std::vector<std::string> files;  ///< how the paths of those files begin
  bool thorough = false;           ///< run only where the others find nothing and there is no proof
};

/// All stages, quick ones first: a module's own bench, then engines that use most of the RTL, then everything else.
const std::vector<Stage>& stages();

/// A copy of the project's RTL in which one file may hold a mutant; everything else is the project's own.
class Tree {
 public:
  /// Links and copies `project` into `folder`, which is emptied. From here on base::home(), caches and temporary files of this
  /// process and its children lie in `folder`.
  Tree(const std::filesystem::path& project, const std::filesystem::path& folder);
  const std::filesystem::path& home() const { return home_; }
  /// The modules' files, in the order of their paths.
  const std::vector<Source>& sources() const { return sources_; }
  void plant(const Mutant& mutant);
  void restore(const Mutant& mutant);
  /// What simulators and benches the last mutant left behind goes away.
  void clean() const;

 private:
  const Source& source(const Mutant& mutant) const;
  std::filesystem::path folder_, home_;
  std::vector<Source> sources_;
};

/// Whether Verilator takes the module that now lies in the tree, with its default parameters.
bool elaborates(const Tree& tree, const std::string& file);

/// The first test of a module (Module.*) that no stage runs, or nothing.
std::optional<std::string> idle_bench(const std::filesystem::path& programs);

/// Runs a stage on the tree as it is. `limit_s`: 0 for none. Returns the test that failed ("... out of time"), or nothing.
std::optional<std::string> failing_test(const Stage& stage, const std::filesystem::path& programs, double limit_s);

}  // namespace duet::mutants
