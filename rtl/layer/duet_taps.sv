// The nine taps of every output pixel for Lanes channels, each tap as late as its multiplier in a duet_chain wants it. Ports and timing
// as in duet_window. Latency: tap k k cycles more than there. Throughput: the taps of one pixel (pair_i: of two) a cycle. Twin: none of
// its own (duet_filter).
module duet_taps #(
    parameter int Lanes = 2,
    parameter int Bits  = 8,
    parameter int Pairs = 0
) (
    input  logic                    clk_i,
    input  logic [  Lanes*Bits-1:0] odd_i,
    input  logic [  Lanes*Bits-1:0] even_i,
    input  logic                    odd_there_i,
    input  logic                    even_there_i,
    input  logic                    upper_i,
    input  logic                    lower_i,
    input  logic                    advance_i,
    input  logic                    lower_row_i,
    input  logic                    first_i,
    input  logic                    last_i,
    input  logic                    pair_i,
    output logic [9*Lanes*Bits-1:0] taps_o
);
  logic [9*Lanes*Bits-1:0] taps;
  duet_window #(
      .Lanes(Lanes),
      .Bits(Bits),
      .Pairs(Pairs)
  ) u_window (
      .clk_i, .odd_i, .even_i, .odd_there_i, .even_there_i, .upper_i, .lower_i, .advance_i, .lower_row_i, .first_i, .last_i, .pair_i,
      .taps_o(taps)
  );
  duet_skew #(
      .Lanes(9),
      .Width(Lanes * Bits)
  ) u_skew (
      .clk_i,
      .data_i(taps),
      .data_o(taps_o)
  );
endmodule
