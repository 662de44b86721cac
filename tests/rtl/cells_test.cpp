// Our own models of vendor cells, each alone against what its data sheet says, written down once more in tests/rtl/bench.
#include <gtest/gtest.h>
#include <unistd.h>

#include "support/bench.h"

namespace duet {
namespace {

namespace fs = std::filesystem;

class Cells : public testing::Test {
 protected:
  Cells() {
    std::string pattern = (fs::temp_directory_path() / "duet-cells-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Cells() override { fs::remove_all(folder_); }

  // Builds the bench of a cell with these parameters, which finds it right, and sees its model end where it is misused.
  void check(const std::string& cell, const std::vector<std::string>& parameters = {}, const std::string& flags = "") {
    const std::string family = cell == "CARRY4" || cell == "RAMB18E1" ? "xc7" : "ecp5";
    const fs::path model = fs::path(DUET_SOURCE_DIR) / "rtl" / "vendor" / family / "cells" / (cell + ".sv");
    const fs::path place = folder_ / std::to_string(count_++);
    const std::string bench = test::build_bench({cell, cell, {model.string()}, parameters, flags}, place).string();
    const base::ProcessResult right = base::run_process({bench});
    EXPECT_EQ(right.exit_code, 0) << flags << ": " << right.output;
    if (cell == "CARRY4") return;  // there is no wrong use
    const base::ProcessResult misused = base::run_process({bench, "misuse"});
    EXPECT_NE(misused.exit_code, 0) << flags << ": " << misused.output;
    EXPECT_NE(misused.output.find(cell + ": "), std::string::npos) << misused.output;
  }

 private:
  fs::path folder_;
  int count_ = 0;
};

TEST_F(Cells, CarryChain) { check("CARRY4"); }

TEST_F(Cells, BlockMemoryOfSevenSeries) {
  for (const auto& [width, registers] : {std::pair{36, 1}, {36, 0}, {18, 1}, {9, 0}, {4, 1}, {2, 0}}) {
    const std::string bits = std::to_string(width), stages = std::to_string(registers);
    std::vector<std::string> parameters{"READ_WIDTH_A=" + bits, "WRITE_WIDTH_B=" + bits, "DOA_REG=" + stages};
    if (width == 36) parameters.push_back("RAM_MODE=\"SDP\"");
    check("RAMB18E1", parameters, "-DWIDTH=" + bits + " -DREGISTERS=" + stages);
  }
}

TEST_F(Cells, BlockMemoryOfEcp5) {
  for (const char* bits : {"18", "9", "4", "2", "1"}) {
    const std::string width = bits;
    check("DP16KD", {"DATA_WIDTH_A=" + width, "DATA_WIDTH_B=" + width, "REGMODE_B=\"OUTREG\""}, "-DWIDTH=" + width);
  }
}

TEST_F(Cells, WideBlockMemoryOfEcp5) { check("PDPW16KD", {"REGMODE=\"OUTREG\""}); }

TEST_F(Cells, MultiplierOfEcp5) {
  check("MULT18X18D", {"REG_INPUTA_CLK=\"CLK0\"", "REG_INPUTB_CLK=\"CLK0\"", "REG_OUTPUT_CLK=\"CLK0\""});
}

}  // namespace
}  // namespace duet
