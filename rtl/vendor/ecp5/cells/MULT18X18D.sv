// Behaviour of an ECP5 multiplier, 18 x 18 bits, as far as duet uses it: registers at both inputs and at the output by one clock,
// always enabled, never reset; each operand signed or unsigned. Source: Lattice FPGA-TN-02205, ECP5 and ECP5-5G sysDSP Usage Guide,
// MULT18X18D. Latency: 2 cycles. Throughput: one product a cycle. Ends the simulation where it is used in another way. Twin: none.
module MULT18X18D #(
    parameter REG_INPUTA_CLK = "NONE",
    parameter REG_INPUTB_CLK = "NONE",
    parameter REG_PIPELINE_CLK = "NONE",
    parameter REG_OUTPUT_CLK = "NONE",
    parameter SOURCEB_MODE = "B_SHIFT",
    parameter MULT_BYPASS = "DISABLED",
    parameter RESETMODE = "SYNC"
) (
    input  A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17,
    input  B0, B1, B2, B3, B4, B5, B6, B7, B8, B9, B10, B11, B12, B13, B14, B15, B16, B17,
    input  SIGNEDA, SIGNEDB, SOURCEA, SOURCEB, CLK0, CE0, RST0,
    output P0, P1, P2, P3, P4, P5, P6, P7, P8, P9, P10, P11, P12, P13, P14, P15, P16, P17, P18, P19, P20, P21, P22, P23, P24,
           P25, P26, P27, P28, P29, P30, P31, P32, P33, P34, P35
);
  logic [17:0] a, b, a_q, b_q;
  logic signed_a_q, signed_b_q;
  logic [35:0] product_q;
  assign a = {A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0};
  assign b = {B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0};
  assign {P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16, P15, P14, P13,
          P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0} = product_q;

  always_ff @(posedge CLK0) begin
    a_q        <= a;
    b_q        <= b;
    signed_a_q <= SIGNEDA;
    signed_b_q <= SIGNEDB;
    product_q  <= 36'($signed({signed_a_q && a_q[17], a_q}) * $signed({signed_b_q && b_q[17], b_q}));
  end

  initial
    if (REG_INPUTA_CLK != "CLK0" || REG_INPUTB_CLK != "CLK0" || REG_PIPELINE_CLK != "NONE" || REG_OUTPUT_CLK != "CLK0"
        || SOURCEB_MODE != "B_SHIFT" || MULT_BYPASS != "DISABLED")
      $fatal(1, "MULT18X18D: registers at the inputs and at the output, and no others");
  always @(posedge CLK0)
    if (!CE0 || RST0 || SOURCEA || SOURCEB) $fatal(1, "MULT18X18D: disabled, reset or cascaded");
endmodule
