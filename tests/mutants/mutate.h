#pragma once
// One-line faults in SystemVerilog, planted in the text. A new operator is one entry of kOperators in mutate.cpp.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace duet::mutants {

/// A module's file: its path under the project's folder and its text.
struct Source {
  std::string file, text;
};

/// A file with one line changed.
struct Mutant {
  std::string file;
  int line = 0;           ///< from 1
  std::string change;     ///< name of the operator
  std::string old, mine;  ///< the whole line, before and after
  bool operator==(const Mutant&) const = default;
};

/// All mutants of a file in the order of its lines. What only elaborates is left alone (sizes, declarations, parameter and port
/// lists, the loops and branches of `generate`), and so are comments and the assertions of simulation.
std::vector<Mutant> mutants_of(const Source& source);

/// Draws `count` mutants by `seed`: two of every file, of two operators where it has them, then any. One for which `elaborates`
/// says no is replaced by the next. Throws Error when a file has fewer than two or `count` is less than two a file.
std::vector<Mutant> draw(const std::vector<Source>& sources, uint64_t seed, int count,
                         const std::function<bool(const Mutant&)>& elaborates);

/// The folder of rtl/vendor that a file stands in; "generic" for what every family shares.
std::string vendor_of(const std::string& file);
/// Whether only the compact engine is made of a file.
bool of_compact(const std::string& file);

/// The text of the file that `mutant` changes, with its change.
std::string plant(const Mutant& mutant, const std::string& text);

}  // namespace duet::mutants
