// rtl/stream/duet_select.sv against the plain indexed part select, proved by Yosys for all inputs.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/process.h"
#include "support/folder.h"

namespace duet {
namespace {

void prove(int width, int count) {
  test::Folder folder;
  int bits = 1;
  while ((1 << bits) < count) ++bits;
  base::write_file(folder / "bench.sv", fmt::format(R"(
module bench(input logic [{1}-1:0] index_i, input logic [{0}*{2}-1:0] words_i);
  logic [{0}-1:0] word;
  duet_select #(.Width({0}), .Count({2})) u(.index_i, .words_i, .word_o(word));
  always_comb if (32'(index_i) < {2}) assert (word == words_i[32'(index_i)*{0}+:{0}]);
                else assert (word == words_i[({2}-1)*{0}+:{0}]);
endmodule
)",
                                                    width, bits, count));
  const std::string file = (base::home() / "rtl/stream/duet_select.sv").string();
  const auto run = base::run_process(
      {"yosys", "-q", "-p",
       fmt::format("read_verilog -sv \"{}\" \"{}\"; prep -top bench; flatten; sat -verify -prove-asserts -show-ports", file,
                   (folder / "bench.sv").string())});
  EXPECT_EQ(run.exit_code, 0) << width << " x " << count << "\n" << run.output;
}

TEST(Select, IsTheIndexedPartSelect) {
  for (int width : {1, 3, 8})
    for (int count : {1, 2, 3, 4, 5, 9}) prove(width, count);
}

}  // namespace
}  // namespace duet
