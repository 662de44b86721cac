// iCEBreaker: pins, clock and reset around the compact engine. The host speaks over the board's USB serial bridge. LEDs (low: on): red
// while a frame is computed, green while the clock runs. Latency and throughput: its. Twin: none; it is not simulated.
// Source of pins: icebreaker-fpga, icebreaker.pcf of its examples; of the PLL: Lattice FPGA-TN-02052, FPGA-DS-02008.
module icebreaker #(
    parameter int Divisor = 36,  // clock over baud
    parameter int Words   = 16384,
    parameter int PllIn   = 1,   // clock = 12 MHz PllFeed / PllIn / 2^PllOut
    parameter int PllFeed = 48,
    parameter int PllOut  = 4
) (
    input  logic clk_12mhz,
    input  logic rx,     // to us
    output logic tx,     // from us
    output logic ledr_n,
    output logic ledg_n
);
  logic clk, locked, busy;
  logic [6:0] reset_q = 7'd0;  // counts up once the clock is stable

  SB_PLL40_PAD #(
      .FEEDBACK_PATH("SIMPLE"),
      .DIVR(PllIn - 1),
      .DIVF(PllFeed - 1),
      .DIVQ(PllOut),
      .FILTER_RANGE(1)  // of a phase detector at 12 MHz
  ) u_pll (
      .PACKAGEPIN(clk_12mhz), .PLLOUTGLOBAL(clk), .LOCK(locked), .RESETB(1'b1), .BYPASS(1'b0)
  );

  always_ff @(posedge clk or negedge locked) begin
    if (!locked) reset_q <= 7'd0;
    else if (!reset_q[6]) reset_q <= reset_q + 7'd1;
  end

  if (Words != 16384) $error("the compact engine has 16384 words of memory, no other number");
  duet_top #(
      .Divisor(Divisor)
  ) u_top (
      .clk_i(clk),
      .rst_i(!reset_q[6]),
      .line_i(rx),
      .line_o(tx),
      .busy_o(busy)
  );

  assign ledr_n = !busy;
  assign ledg_n = !reset_q[6];
endmodule
