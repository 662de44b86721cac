// A multiplier with its own sum, as one SB_MAC16 of 16 x 16 bits: same ports and timing as its twin, rtl/vendor/generic/duet_accumulate.sv.
// Latency: 3 cycles from operands to sum. The sum comes back through C and D, where it can be left out; the block's own way back cannot. Throughput: one
// product a cycle. Source: Lattice FPGA-TN-02007 (DSP functions of iCE40), FPGA-TN-02026 (its library). Does not: saturate.
module duet_accumulate (
    input  logic        clk_i,
    input  logic        first_i,
    input  logic [ 7:0] weight_i,   // signed
    input  logic [ 7:0] feature_i,  // unsigned
    output logic [31:0] sum_o
);
  logic [31:0] addend;
  logic unused_co, unused_accumco, unused_signextout;
  assign addend = first_i ? 32'd0 : sum_o;
  SB_MAC16 #(
      .NEG_TRIGGER(1'b0),
      .A_REG(1'b1),
      .B_REG(1'b1),
      .C_REG(1'b0),
      .D_REG(1'b0),
      .TOP_8x8_MULT_REG(1'b0),
      .BOT_8x8_MULT_REG(1'b0),
      .PIPELINE_16x16_MULT_REG1(1'b0),
      .PIPELINE_16x16_MULT_REG2(1'b1),
      .TOPOUTPUT_SELECT(2'd1),  // the register behind the adder
      .TOPADDSUB_LOWERINPUT(2'd2),  // the product's upper half
      .TOPADDSUB_UPPERINPUT(1'b1),  // C
      .TOPADDSUB_CARRYSELECT(2'd2),  // of the lower half
      .BOTOUTPUT_SELECT(2'd1),
      .BOTADDSUB_LOWERINPUT(2'd2),
      .BOTADDSUB_UPPERINPUT(1'b1),
      .BOTADDSUB_CARRYSELECT(2'd0),
      .MODE_8x8(1'b0),
      .A_SIGNED(1'b1),
      .B_SIGNED(1'b1)
  ) u_mac (
      .CLK(clk_i), .CE(1'b1),
      .A({{8{weight_i[7]}}, weight_i}), .B({8'd0, feature_i}), .C(addend[31:16]), .D(addend[15:0]),
      .AHOLD(1'b0), .BHOLD(1'b0), .CHOLD(1'b0), .DHOLD(1'b0), .IRSTTOP(1'b0), .IRSTBOT(1'b0), .ORSTTOP(1'b0), .ORSTBOT(1'b0),
      .OLOADTOP(1'b0), .OLOADBOT(1'b0), .ADDSUBTOP(1'b0), .ADDSUBBOT(1'b0), .OHOLDTOP(1'b0), .OHOLDBOT(1'b0),
      .CI(1'b0), .ACCUMCI(1'b0), .SIGNEXTIN(1'b0), .O(sum_o), .CO(unused_co), .ACCUMCO(unused_accumco), .SIGNEXTOUT(unused_signextout)
  );
  wire unused = &{1'b0, unused_co, unused_accumco, unused_signextout};
endmodule
