#include "mutants/check.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "base/files.h"
#include "base/process.h"
#include "emit/emit.h"
#include "mutants/mutate.h"
#include "support/cells.h"

namespace duet::mutants {
namespace {

namespace fs = std::filesystem;

}  // namespace

const std::vector<Stage>& stages() {
  const std::string mac = "rtl/vendor/generic/duet_mac.sv", rules = "rtl/duet_rules.sv";
  const std::vector<std::string> column{"rtl/math/duet_column.sv", "rtl/math/duet_chain.sv", "rtl/stream/duet_delay.sv", mac};
  const std::vector<std::string> engine{"rtl/stream/", "rtl/math/", "rtl/mem/",           "rtl/axi/",
                                        "rtl/layer/",  rules,       "rtl/duet_engine.sv", "rtl/vendor/generic/"};
  static const std::vector<Stage> kStages{
      {"test_rtl", "Module.Requantize*", {"rtl/math/duet_requantize.sv"}},
      {"test_rtl", "Module.Select*", {"rtl/stream/duet_select.sv"}},
      {"test_rtl", "Module.RamKeepsWords", {"rtl/vendor/generic/duet_ram.sv"}},
      {"test_rtl", "Module.RamOfBlocks*:Module.RamOfEqual*", {"rtl/vendor/xc7/duet_ram"}},
      {"test_rtl", "Module.RamOfEcp5*", {"rtl/vendor/ecp5/duet_ram"}},
      {"test_rtl", "Module.RamOfIce40*", {"rtl/vendor/ice40/duet_ram"}},
      {"test_rtl", "Module.Accumulate*", {"rtl/vendor/generic/duet_accumulate.sv"}},
      {"test_rtl", "Module.MultiplierOfIce40*", {"rtl/vendor/ice40/duet_accumulate.sv"}},
      {"test_rtl", "Module.StoreRamKeeps*", {"rtl/vendor/generic/duet_store_ram.sv"}},
      {"test_rtl", "Module.StoreRamOfIce40*", {"rtl/vendor/ice40/duet_store_ram.sv"}},
      {"test_model", "Compact.*", {"rtl/compact/"}},
      {"test_rtl", "Module.ChainAdds*", {"rtl/math/duet_chain.sv", mac}},
      {"test_rtl", "Module.ChainOfDsp*:Module.DspBlock*:Module.ColumnOfDsp*", {"rtl/vendor/xc7/duet_mac.sv"}},
      {"test_rtl", "Module.MultiplierOfEcp5*:Module.ColumnOfEcp5*", {"rtl/vendor/ecp5/duet_mac.sv"}},
      {"test_rtl", "Module.MacOfLuts*", {"rtl/math/duet_product.sv", "rtl/math/duet_mac_lut.sv"}},
      {"test_rtl", "Module.ColumnTakes*", column},
      {"test_rtl", "Rules.RangesEnd*:Rules.HoldUp*", {rules}},
      {"test_rtl", "Rules.Elaboration*", {rules}},
      {"test_model", "Engine.W11F9*", engine},
      {"test_model", "Bundle.SignedConvolutionsInDigits", engine},
      {"test_model", "Nibbles.FoursW4F4SixLanes", engine},
      {"test_model", "Stream.PairsW8F8", engine},
      {"test_host", "Host.*", engine},
      {"test_host", "Board.Line*", {"rtl/board/"}},
      {"test_host", "Board.Frames*", {"rtl/board/"}},
      {"test_model", "Bundle.*:-Bundle.SignedConvolutionsInDigits", engine, true},
      {"test_model", "Quads.*:Pairs.*", engine, true},
      {"test_model", "Engine.*:Fours.*:Units.*:Narrow.*:-Engine.W11F9*", engine, true},
      {"test_model", "Stream.*:Nibbles.*:-Stream.PairsW8F8:Nibbles.FoursW4F4SixLanes", engine, true},
      {"test_rtl", "Lint.VerilatorFindsNothing", engine, true},
      {"test_rtl", "Lint.VerilatorFindsNothing", {"rtl/compact/"}, true},
      {"test_rtl", "Lint.VerilatorFindsNothingInDsp*", {"rtl/vendor/xc7/", "rtl/vendor/ecp5/", "rtl/vendor/ice40/"}, true},
  };
  return kStages;
}

Tree::Tree(const fs::path& project, const fs::path& folder) : folder_(folder), home_(folder / "home") {
  fs::remove_all(folder);
  fs::create_directories(home_);
  for (const auto& entry : fs::directory_iterator(project))
    if (entry.path().filename() != "rtl" && entry.path().filename() != "build")
      fs::create_symlink(entry.path(), home_ / entry.path().filename());
  fs::copy(project / "rtl", home_ / "rtl", fs::copy_options::recursive);
  // Not models of cells, which are no logic of ours, nor cells side by side, nor a board's pins and clock, which are not
  // simulated.
  const auto planted_in = [&home = home_](const fs::path& file) {
    const fs::path folder = file.parent_path();
    return file.extension() == ".sv" && folder.filename() != "cells" && file != home / "rtl/vendor/ice40/duet_store_ram.sv" &&
           folder.parent_path().filename() != "board";
  };
  for (const auto& entry : fs::recursive_directory_iterator(home_ / "rtl"))
    if (planted_in(entry.path()))
      sources_.push_back({entry.path().lexically_relative(home_).string(), base::read_file(entry.path())});
  std::sort(sources_.begin(), sources_.end(), [](const Source& a, const Source& b) { return a.file < b.file; });
  ::setenv("DUET_HOME", home_.c_str(), 1);
  ::setenv("DUET_CACHE", (folder / "cache").c_str(), 1);
  ::setenv("TMPDIR", (folder / "temporary").c_str(), 1);
  clean();
}

const Source& Tree::source(const Mutant& mutant) const {
  return *std::find_if(sources_.begin(), sources_.end(), [&](const Source& one) { return one.file == mutant.file; });
}

void Tree::plant(const Mutant& mutant) { base::write_file(home_ / mutant.file, mutants::plant(mutant, source(mutant).text)); }
void Tree::restore(const Mutant& mutant) { base::write_file(home_ / mutant.file, source(mutant).text); }

void Tree::clean() const {
  for (const char* name : {"cache", "temporary"}) {
    fs::remove_all(folder_ / name);
    fs::create_directories(folder_ / name);
  }
}

bool elaborates(const Tree& tree, const std::string& file) {
  const fs::path path = tree.home() / file;
  std::vector<std::string> command{"verilator", "--lint-only", "-sv", "-Wno-fatal", "-Wno-lint", "--top-module", path.stem()};
  for (const std::string& cell : test::cells(vendor_of(file))) command.push_back(cell);
  const engine::Engine engine = of_compact(file) ? engine::compact_engine(engine::Engine{}.bundle, 8, 8) : engine::Engine{};
  for (const auto& files : {emit::rtl_files(engine, vendor_of(file)), emit::board_files(engine)})
    for (const fs::path& source : files) command.push_back(source.string());
  const fs::path top = tree.home() / ".." / "duet_top.sv";  // the engine on a board
  base::write_file(top, emit::top(engine));
  command.push_back(top.string());
  return base::run_process(command).exit_code == 0;
}

std::optional<std::string> idle_bench(const fs::path& programs) {
  std::string filter = "Module.*-";
  for (const Stage& stage : stages())
    if (stage.filter.starts_with("Module.")) filter += stage.filter + ':';
  const std::string listed =
      base::run_process({(programs / "test_rtl").string(), "--gtest_list_tests", "--gtest_filter=" + filter}).output;
  std::string line;
  for (std::istringstream lines(listed); std::getline(lines, line);)
    if (line.starts_with("  ")) return "Module." + line.substr(2);
  return std::nullopt;
}

std::optional<std::string> failing_test(const Stage& stage, const fs::path& programs, double limit_s) {
  base::ProcessOptions options;
  options.timeout = std::chrono::seconds(static_cast<int>(std::ceil(limit_s)));
  const base::ProcessResult ran =
      base::run_process({(programs / stage.program).string(), "--gtest_filter=" + stage.filter, "--gtest_fail_fast"}, options);
  if (ran.exit_code == 0 && !ran.timed_out) return std::nullopt;
  // The test that failed or, where the program came to no end, the one that it was in.
  const std::string begun = "[ RUN      ] ", failed = "[  FAILED  ] ";
  std::string test = stage.program, line;
  for (std::istringstream lines(ran.output); std::getline(lines, line) && !line.starts_with(failed);)
    if (line.starts_with(begun)) test = line.substr(begun.size());
  return test + (ran.timed_out ? " (out of time)" : "");
}

}  // namespace duet::mutants
