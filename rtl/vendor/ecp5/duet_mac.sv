// One multiply-accumulate of a systolic chain on one MULT18X18D, its sum in LUTs: same ports and timing as
// rtl/vendor/generic/duet_mac.sv. The multiplier's input registers hold the active weight and the feature, its output register the
// product (without it the way out takes 3.9 ns in nextpnr's tables of speed 6, which know no pipeline register). Its clock enables stay
// unused, since the multipliers of a block share them: the active weight is loaded again every cycle from a copy. Both operands stand
// at the upper ends of their ports with zeros below, which cost no wire; a sign repeated above would cost one a bit, and the wires to a
// block are few.
// Latency: feature to sum 3 cycles. Throughput: one product a cycle. Twin: the generic one.
module duet_mac #(
    parameter int WeightBits  = 8,  // signed
    parameter int FeatureBits = 8,
    parameter int Signed      = 0,  // 1: features have a sign
    parameter int SumBits     = 48, // of every sum of the chain; the higher bits repeat the sign
    parameter int First       = 0   // 1: the chain begins here and adds sum_i
) (
    input  logic                   clk_i,
    input  logic                   load_i,
    input  logic                   swap_i,
    input  logic                   cut_i,      // the cascade counts as 0 for the product that is added in this cycle
    input  logic [ WeightBits-1:0] weight_i,
    input  logic [FeatureBits-1:0] feature_i,
    input  logic [           47:0] sum_i,
    input  logic [           47:0] cascade_i,
    output logic [           47:0] cascade_o,
    output logic [           47:0] sum_o
);
  logic [WeightBits-1:0] shadow_q, active, active_q;
  localparam int ProductBits = WeightBits + FeatureBits;
  logic [17:0] a, b;
  logic [35:0] product;
  logic [SumBits-1:0] addend, sum_q;
  assign active = swap_i ? shadow_q : active_q;
  assign a      = 18'(active) << (18 - WeightBits);
  assign b      = 18'(feature_i) << (18 - FeatureBits);

  always_ff @(posedge clk_i) begin
    if (load_i) shadow_q <= weight_i;
    active_q <= active;
    sum_q    <= SumBits'($signed(product[35-:ProductBits])) + addend;
  end

  generate
    if (First != 0) begin : g_first
      logic [SumBits-1:0] sum_in_q;
      always_ff @(posedge clk_i) sum_in_q <= sum_i[SumBits-1:0];
      assign addend = sum_in_q;
      wire unused = &{1'b0, cascade_i, cut_i, sum_i};
    end else begin : g_next
      assign addend = cut_i ? '0 : cascade_i[SumBits-1:0];
      wire unused = &{1'b0, cascade_i, sum_i};
    end
  endgenerate
  wire unused_product = &{1'b0, product};
  assign cascade_o = 48'($signed(sum_q));
  assign sum_o     = 48'($signed(sum_q));

  MULT18X18D #(
      .REG_INPUTA_CLK("CLK0"),
      .REG_INPUTB_CLK("CLK0"),
      .REG_PIPELINE_CLK("NONE"),
      .REG_OUTPUT_CLK("CLK0"),
      .SOURCEB_MODE("B_SHIFT"),
      .MULT_BYPASS("DISABLED"),
      .RESETMODE("SYNC")
  ) u_dsp (
      .A0(a[0]), .A1(a[1]), .A2(a[2]), .A3(a[3]), .A4(a[4]), .A5(a[5]), .A6(a[6]), .A7(a[7]), .A8(a[8]), .A9(a[9]),
      .A10(a[10]), .A11(a[11]), .A12(a[12]), .A13(a[13]), .A14(a[14]), .A15(a[15]), .A16(a[16]), .A17(a[17]), .B0(b[0]),
      .B1(b[1]), .B2(b[2]), .B3(b[3]), .B4(b[4]), .B5(b[5]), .B6(b[6]), .B7(b[7]), .B8(b[8]), .B9(b[9]), .B10(b[10]),
      .B11(b[11]), .B12(b[12]), .B13(b[13]), .B14(b[14]), .B15(b[15]), .B16(b[16]), .B17(b[17]), .SIGNEDA(1'b1),
      .SIGNEDB(Signed != 0), .SOURCEA(1'b0), .SOURCEB(1'b0), .CLK0(clk_i), .CE0(1'b1), .RST0(1'b0), .P0(product[0]),
      .P1(product[1]), .P2(product[2]), .P3(product[3]), .P4(product[4]), .P5(product[5]), .P6(product[6]), .P7(product[7]),
      .P8(product[8]), .P9(product[9]), .P10(product[10]), .P11(product[11]), .P12(product[12]), .P13(product[13]),
      .P14(product[14]), .P15(product[15]), .P16(product[16]), .P17(product[17]), .P18(product[18]), .P19(product[19]),
      .P20(product[20]), .P21(product[21]), .P22(product[22]), .P23(product[23]), .P24(product[24]), .P25(product[25]),
      .P26(product[26]), .P27(product[27]), .P28(product[28]), .P29(product[29]), .P30(product[30]), .P31(product[31]),
      .P32(product[32]), .P33(product[33]), .P34(product[34]), .P35(product[35])
  );
endmodule
