// The mutants that `make mutants` plants: what the operators change, how they are drawn, what counts as a proof.
#include "mutants/mutate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "mutants/prove.h"
#include "support/engines.h"
#include "support/folder.h"

namespace duet::mutants {
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = DUET_SOURCE_DIR;

std::vector<Source> sources() {
  std::vector<Source> all;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "rtl"))
    if (entry.path().extension() == ".sv" && entry.path().parent_path().filename() != "cells" &&
        entry.path() != kRoot / "rtl/vendor/ice40/duet_store_ram.sv")  // cells side by side
      all.push_back({entry.path().lexically_relative(kRoot).string(), base::read_file(entry.path())});
  std::sort(all.begin(), all.end(), [](const Source& a, const Source& b) { return a.file < b.file; });
  return all;
}

bool any(const Mutant&) { return true; }

// The changed lines of a module with one line of logic.
std::set<std::string> changes_of(const std::string& line) {
  std::set<std::string> all;
  for (const Mutant& mutant : mutants_of({"m.sv", "module m (\n);\n" + line + "\nendmodule\n"})) all.insert(mutant.mine);
  return all;
}

TEST(Mutate, OperatorsChangeWhatTheySay) {
  using testing::ElementsAre;
  EXPECT_THAT(changes_of("assign y = a + b;"), ElementsAre("assign y = a - b;"));
  EXPECT_THAT(changes_of("assign y = a < b;"), ElementsAre("assign y = a <= b;"));
  EXPECT_THAT(changes_of("assign y = a <= b;"), ElementsAre("assign y = a < b;"));
  EXPECT_THAT(changes_of("y <= a <= b;"), ElementsAre(";", "y <= a < b;"));
  EXPECT_THAT(changes_of("assign y = a == b;"), ElementsAre("assign y = a != b;"));
  EXPECT_THAT(changes_of("assign y = !a && b;"), ElementsAre("assign y = !a || b;", "assign y = a && b;"));
  EXPECT_THAT(changes_of("assign y = a >>> b;"), ElementsAre("assign y = a << b;", "assign y = a >> b;"));
  EXPECT_THAT(changes_of("assign y = 2'd3;"), ElementsAre("assign y = 2'd2;"));
  EXPECT_THAT(changes_of("assign y = a ? b : c ? d : e;"),
              ElementsAre("assign y = a ? (c ? d : e) : (b);", "assign y = a ? b : c ? (e) : (d);"));
  EXPECT_THAT(changes_of("if (a[(i)]) y <= z;"), ElementsAre("if (1'b1) y <= z;", "if (a[(i)]) ;"));
  EXPECT_THAT(changes_of("assign y = {a[W-1], a};"), ElementsAre("assign y = {1'b0, a};"));
  EXPECT_THAT(changes_of("assign y = a[lane*W+:W];"), ElementsAre("assign y = a[0+:W];", "assign y = a[lane+W+:W];"));
  EXPECT_THAT(changes_of(".we_i,"), ElementsAre(".we_i(1'b1),"));
  EXPECT_THAT(changes_of(".a_i, .b_i,"), ElementsAre(".a_i(b_i), .b_i(a_i),"));
}

TEST(Mutate, LeavesAloneWhatOnlyElaborates) {
  for (const char* line :
       {"// a + b", "logic [A + 1:0] y;", "localparam int A = B + 1;", "for (i = 0; i < N; i = i + 1)", ".Depth(A + 1),",
        "if (A == 1) begin : g_one", "wire unused = &{1'b0, a};", "`ifndef SYNTHESIS\nx <= 1'b0;\n`endif"})
    EXPECT_THAT(changes_of(line), testing::IsEmpty()) << line;
}

TEST(Mutate, EveryMutantChangesOneLine) {
  for (const Source& source : sources())
    for (const Mutant& mutant : mutants_of(source)) {
      const std::string text = plant(mutant, source.text);
      ASSERT_NE(mutant.old, mutant.mine) << source.file << ':' << mutant.line << ' ' << mutant.change;
      ASSERT_EQ(std::count(text.begin(), text.end(), '\n'), std::count(source.text.begin(), source.text.end(), '\n'));
      ASSERT_EQ(text.size() + mutant.old.size(), source.text.size() + mutant.mine.size());
    }
}

TEST(Draw, IsTheSameForTheSameSeedAndTakesTwoOfEveryModule) {
  const std::vector<Source> all = sources();
  const int least = 2 * static_cast<int>(all.size());
  const std::vector<Mutant> drawn = draw(all, 1, least + 10, any);
  EXPECT_EQ(drawn, draw(all, 1, least + 10, any));
  EXPECT_NE(drawn, draw(all, 2, least + 10, any));
  for (const Source& source : all)
    EXPECT_GE(std::count_if(drawn.begin(), drawn.end(), [&](const Mutant& mutant) { return mutant.file == source.file; }), 2)
        << source.file;
  for (size_t i = 0; i < drawn.size(); ++i) EXPECT_EQ(std::count(drawn.begin(), drawn.end(), drawn[i]), 1) << drawn[i].mine;
  EXPECT_THROW(draw(all, 1, least - 1, any), Error);
}

TEST(Draw, ReplacesWhatDoesNotElaborate) {
  const std::vector<Source> all = sources();
  const int least = 2 * static_cast<int>(all.size());
  const Mutant refused = draw(all, 1, least, any)[0];
  const std::vector<Mutant> drawn = draw(all, 1, least, [&](const Mutant& mutant) { return mutant != refused; });
  EXPECT_EQ(static_cast<int>(drawn.size()), least);
  EXPECT_EQ(std::count(drawn.begin(), drawn.end(), refused), 0);
}

TEST(Prove, TakesWhatIsTheSameAndNothingElse) {
  if (!base::have_program("yosys")) GTEST_SKIP() << "yosys is not installed";
  const test::Folder folder;
  fs::copy(kRoot / "rtl", folder / "rtl", fs::copy_options::recursive);
  Prover prover({test::engines()[1]}, kRoot, folder.path(), folder / "proofs");
  const auto proves = [&](const std::string& file, const std::string& change, const std::string& part) {
    const Source source{file, base::read_file(kRoot / file)};
    for (const Mutant& mutant : mutants_of(source)) {
      if (mutant.change != change || mutant.old.find(part) == std::string::npos) continue;
      base::write_file(folder / file, plant(mutant, source.text));
      const bool proved = prover.proves(mutant);
      base::write_file(folder / file, source.text);
      return proved;
    }
    ADD_FAILURE() << file << ": " << change;
    return false;
  };
  EXPECT_TRUE(proves("rtl/layer/duet_rows.sv", "boundary", "wrap = "));        // another name of slot 0
  EXPECT_TRUE(proves("rtl/math/duet_chain.sv", "sign to zero", "sum_in = "));  // bits that nobody reads
  EXPECT_TRUE(proves("rtl/layer/duet_pool.sv", "sign to zero", "beside = "));  // elaborates to the same
  EXPECT_FALSE(proves("rtl/layer/duet_pool.sv", "branches swapped", "beside_q : most_q"));
  EXPECT_FALSE(proves("rtl/stream/duet_skew.sv", "factor", "data_i("));                 // what goes into a module inside
  EXPECT_FALSE(proves("rtl/math/duet_mac_lut.sv", "assignment dropped", "product_q"));  // not in this engine
}

}  // namespace
}  // namespace duet::mutants
