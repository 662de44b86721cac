#include "synth/synth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "support/folder.h"

namespace duet::synth {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

// Two instances of one module, a block memory of 512 x 36 (half a BRAM36), a LUT memory and eight shift registers.
constexpr const char* kDesign = R"(
module leaf #(parameter int W = 4) (input logic clk_i, input logic [W-1:0] a_i, output logic [W-1:0] y_o);
  always_ff @(posedge clk_i) y_o <= y_o ^ a_i;
endmodule
module top #(parameter int W = 8) (
    input logic clk_i, we_i, input logic [8:0] wa_i, ra_i, input logic [35:0] d_i, output logic [35:0] q_o,
    output logic [W-1:0] y_o, z_o, input logic [4:0] la_i, lb_i, output logic [3:0] l_o);
  logic [35:0] block[512];
  always_ff @(posedge clk_i) begin
    if (we_i) block[wa_i] <= d_i;
    q_o <= block[ra_i];
  end
  logic [3:0] small[32];
  always_ff @(posedge clk_i) if (we_i) small[la_i] <= d_i[3:0];
  assign l_o = small[lb_i];
  logic [8*20-1:0] shift_q;
  always_ff @(posedge clk_i) shift_q <= {shift_q[8*19-1:0], d_i[7:0]};
  leaf #(.W(W)) u_a (.clk_i, .a_i(d_i[W-1:0]), .y_o(y_o));
  leaf #(.W(W)) u_b (.clk_i, .a_i(shift_q[8*20-1-:W]), .y_o(z_o));
endmodule
)";

struct Bench {
  test::Folder folder;
  Request request(const std::string& text) {
    base::write_file(folder / "top.sv", text);
    Request r;
    r.top = "top";
    r.sources = {folder / "top.sv"};
    return r;
  }
  std::string complaint(const std::string& text) {
    try {
      synthesize(request(text), device::find_device("pynq-z1"), folder / "run");
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }
};

TEST(Synth, CountsEveryKindOfCell) {
  Bench bench;
  double last = 0, total = 1;
  const Counts c = synthesize(bench.request(kDesign), device::find_device("pynq-z1"), bench.folder / "run",
                              [&](double done, double all, const std::string&) { last = done, total = all; });
  EXPECT_EQ(c.resources.ff, 16);
  EXPECT_EQ(c.resources.lut, 16 + 8 + 4);  // two leaves, shift registers, one RAM32M
  EXPECT_EQ(c.srl, 8);
  EXPECT_EQ(c.lutram, 4);
  EXPECT_EQ(c.resources.bram36, 0.5);
  EXPECT_EQ(c.resources.dsp, 0);
  EXPECT_TRUE(c.unknown_cells.empty()) << c.unknown_cells[0];
  EXPECT_THAT(c.tool, HasSubstr("Yosys 0."));
  EXPECT_EQ(last, total);
  ASSERT_EQ(c.modules.size(), 2u);
  EXPECT_EQ(c.modules[0].module, "leaf");
  EXPECT_EQ(c.modules[0].instances, 2);
}

TEST(Synth, ParametersOverrideTheTops) {
  Bench bench;
  Request r = bench.request(kDesign);
  r.parameters["W"] = 5;
  EXPECT_EQ(synthesize(r, device::find_device("pynq-z1"), bench.folder / "run").resources.ff, 10);
}

TEST(Synth, OtherFamilies) {
  Bench bench;
  const Counts ice = synthesize(bench.request(kDesign), device::find_device("icebreaker"), bench.folder / "ice");
  EXPECT_NEAR(ice.resources.bram36, 5 * 4.0 / 36, 1e-9);  // 512 x 8 each
  EXPECT_TRUE(ice.unknown_cells.empty()) << ice.unknown_cells[0];
  const Counts ecp = synthesize(bench.request(kDesign), device::find_device("ulx3s-85f"), bench.folder / "ecp");
  EXPECT_EQ(ecp.resources.bram36, 0.5);
  EXPECT_GT(ecp.resources.lut, 0);
  EXPECT_TRUE(ecp.unknown_cells.empty()) << ecp.unknown_cells[0];
}

TEST(Synth, RefusesBrokenDesigns) {
  Bench bench;
  EXPECT_THAT(bench.complaint("module top(output logic y_o); assign y_o = typo; endmodule"), HasSubstr("implicitly declared"));
  EXPECT_THAT(bench.complaint("module top(output logic y_o); logic a; assign y_o = a; endmodule"), HasSubstr("has no driver"));
  EXPECT_THAT(bench.complaint("module top(output logic y_o) assign"), HasSubstr("synthesis failed"));
  EXPECT_THAT(bench.complaint("module other(output logic y_o); assign y_o = 0; endmodule"), HasSubstr("top"));
}

TEST(Synth, RunsOutOfTime) {
  Bench bench;
  std::string many = "module big(input logic clk_i, input logic [31:0] a_i, b_i, output logic [63:0] y_o);\n";
  many += "  logic [63:0] t[40]; assign t[0] = {a_i, b_i}; genvar i;\n";
  many += "  for (i = 1; i < 40; i++) assign t[i] = t[i-1] * t[i-1] + 64'(i); assign y_o = t[39]; endmodule\n";
  Request r = bench.request(many);
  r.top = "big";
  r.timeout = std::chrono::seconds(1);
  EXPECT_THROW(synthesize(r, device::find_device("pynq-z1"), bench.folder / "run"), Error);
}

TEST(Synth, MissingSourceIsNamed) {
  Bench bench;
  Request r = bench.request(kDesign);
  r.sources.push_back("/nowhere/x.sv");
  EXPECT_THROW(synthesize(r, device::find_device("pynq-z1"), bench.folder / "run"), Error);
}

// Three levels: Yosys 0.23 then writes a plain table into its JSON.
TEST(Synth, ReadsDeepHierarchies) {
  Bench bench;
  const std::string deep = std::string(kDesign) +
                           "module deep(input logic clk_i, input logic [7:0] a_i, output logic [7:0] y_o, z_o);\n"
                           "  mid u_a(.clk_i, .a_i, .y_o); mid u_b(.clk_i, .a_i, .y_o(z_o)); endmodule\n"
                           "module mid(input logic clk_i, input logic [7:0] a_i, output logic [7:0] y_o);\n"
                           "  leaf #(.W(8)) u(.clk_i, .a_i, .y_o); endmodule\n";
  Request r = bench.request(deep);
  r.top = "deep";
  const Counts c = synthesize(r, device::find_device("pynq-z1"), bench.folder / "run");
  EXPECT_EQ(c.resources.ff, 16);
  EXPECT_EQ(c.resources.lut, 16);
}

// The hierarchy's sum by hand: top holds two a, each a holds three b.
TEST(Synth, ReadsCountsThroughTheHierarchy) {
  const Json stat = Json::parse(R"({"modules": {
    "\\top": {"num_cells_by_type": {"a": 2, "LUT6": 1}},
    "\\a": {"num_cells_by_type": {"$paramod\\b\\W=s32'0": 3, "FDRE": 5, "wires": 1}},
    "\\wires": {"num_cells_by_type": {}},
    "$paramod\\b\\W=s32'0": {"num_cells_by_type": {"RAMB18E1": 1, "DSP48E1": 1, "XYZ": 1}},
    "\\unused": {"num_cells_by_type": {"LUT6": 100}}}})");
  const Counts c = read_counts(stat, "top", device::Family::xc7);
  EXPECT_EQ(c.resources.lut, 1);
  EXPECT_EQ(c.resources.ff, 10);
  EXPECT_EQ(c.resources.dsp, 6);
  EXPECT_EQ(c.resources.bram36, 3);
  EXPECT_THAT(c.unknown_cells, testing::ElementsAre("XYZ"));
}

}  // namespace
}  // namespace duet::synth
