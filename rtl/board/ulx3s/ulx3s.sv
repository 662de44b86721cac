// ULX3S: pins, clock and reset around duet_board. The host speaks over the board's USB serial bridge. LEDs: 0 the clock runs, 1 a frame's
// interrupt or an error is pending, 2 the line's input. Latency and throughput: duet_board's. Twin: none; it is not simulated. Source of pins:
// emard/ulx3s, doc/constraints/ulx3s_v20.lpf; of the PLL: Lattice FPGA-TN-02200, FPGA-DS-02012.
module ulx3s #(
    parameter int Divisor = 80,     // clock over baud
    parameter int Words   = 32768,  // of memory
    parameter int PllIn   = 1,      // clock = 25 MHz PllFeed / PllIn / PllOut, without PllOut 400 to 800 MHz
    parameter int PllFeed = 16,
    parameter int PllOut  = 5
) (
    input  logic       clk_25mhz,
    input  logic       ftdi_txd,    // to us
    output logic       ftdi_rxd,    // from us
    output logic [7:0] led,
    output logic       wifi_gpio0   // high, or the board's ESP32 takes over
);
  logic clk, feedback, locked, irq;
  logic [6:0] reset_q = 7'd0;  // counts up once the clock is stable

  (* ICP_CURRENT = "12" *) (* LPF_RESISTOR = "8" *) (* MFG_ENABLE_FILTEROPAMP = "1" *) (* MFG_GMCREF_SEL = "2" *)
  EHXPLLL #(
      .CLKI_DIV(PllIn), .CLKFB_DIV(1), .CLKOP_DIV(PllFeed), .CLKOP_CPHASE(PllFeed / 2), .CLKOP_FPHASE(0),
      .CLKOS_DIV(PllOut), .CLKOS_CPHASE(PllOut / 2), .CLKOS_FPHASE(0),
      .CLKOP_ENABLE("ENABLED"), .CLKOS_ENABLE("ENABLED"), .FEEDBK_PATH("CLKOP"), .OUTDIVIDER_MUXA("DIVA"), .OUTDIVIDER_MUXB("DIVB"),
      .PLLRST_ENA("DISABLED"), .INTFB_WAKE("DISABLED"), .STDBY_ENABLE("DISABLED"), .DPHASE_SOURCE("DISABLED")
  ) u_pll (
      .CLKI(clk_25mhz), .CLKFB(feedback), .CLKOP(feedback), .CLKOS(clk), .LOCK(locked),
      .RST(1'b0), .STDBY(1'b0), .PHASESEL0(1'b0), .PHASESEL1(1'b0), .PHASEDIR(1'b1), .PHASESTEP(1'b1), .PHASELOADREG(1'b1),
      .PLLWAKESYNC(1'b0), .ENCLKOP(1'b0)
  );

  always_ff @(posedge clk or negedge locked) begin
    if (!locked) reset_q <= 7'd0;
    else if (!reset_q[6]) reset_q <= reset_q + 7'd1;
  end

  duet_board #(
      .Divisor(Divisor),
      .Words(Words)
  ) u_board (
      .clk_i(clk),
      .rst_i(!reset_q[6]),
      .line_i(ftdi_txd),
      .line_o(ftdi_rxd),
      .irq_o(irq)
  );

  assign led        = {5'd0, !ftdi_txd, irq, reset_q[6]};
  assign wifi_gpio0 = 1'b1;
endmodule
