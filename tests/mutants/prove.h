#pragma once
// Proof by Yosys that a mutant is the same as what it was made of.
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "emit/emit.h"
#include "mutants/mutate.h"

namespace duet::mutants {

/// Compares the mutated module with the original, with the parameters that it has in the engines given: side by side from all
/// registers 0 (so a device begins), with the modules inside but for block memories. Inputs may be anything, so a mutant that
/// differs only for inputs that never come is not proved.
class Prover {
 public:
  /// `original` and `mutated`: folders that hold rtl/. `folder`: for Yosys' files.
  Prover(const std::vector<engine::Engine>& engines, std::filesystem::path original, std::filesystem::path mutated,
         std::filesystem::path folder);
  /// True when at least one of the engines elaborates the line and no change of it makes a difference. False also where Yosys
  /// finds no answer in five minutes.
  bool proves(const Mutant& mutant);

 private:
  using Modules = std::map<std::string, std::string>;  // Yosys' text of each, by its name
  using Look = std::function<bool(const std::string& module, const std::string& original, const std::string& mine,
                                  const std::filesystem::path& gold, const std::filesystem::path& gate)>;
  // Shows every module of the mutant's file that Yosys' text tells from the original, until `look` says no: then, or where one
  // does not elaborate, false.
  bool each_change(const Mutant& mutant, const Look& look);
  // Whether the module would be another one without the line.
  bool counts(const Mutant& mutant);
  std::string name(size_t engine, const std::string& vendor) const;
  Modules elaborate(size_t engine, const std::string& vendor, const std::filesystem::path& root,
                    const std::filesystem::path& out) const;
  const Modules& originals(size_t engine, const std::string& vendor);
  bool same(const std::string& module, const std::filesystem::path& gold, const std::filesystem::path& gate) const;

  std::vector<engine::Engine> engines_;
  std::filesystem::path original_, mutated_, folder_;
  std::map<std::string, Modules> originals_;
};

}  // namespace duet::mutants
