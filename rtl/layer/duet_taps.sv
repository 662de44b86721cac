// The taps of every output pixel for Lanes channels, each tap as late as its multiplier in a duet_chain wants it. Ports and timing
// as in duet_window. Latency: tap k k cycles more than there. Throughput: as there. Twin: none of its own (duet_filter).
module duet_taps #(
    parameter int Lanes  = 2,
    parameter int Bits   = 8,
    parameter int Kernel = 3,
    parameter int Pairs  = 0,
    parameter int Halo   = Kernel / 2
) (
    input  logic                                clk_i,
    input  logic [              Lanes*Bits-1:0] odd_i,
    input  logic [              Lanes*Bits-1:0] even_i,
    input  logic                                odd_there_i,
    input  logic                                even_there_i,
    input  logic [                      Halo:0] load_i,
    input  logic [                    Halo-1:0] advance_i,
    input  logic                                lower_row_i,
    input  logic [                    Halo-1:0] left_i,
    input  logic [                    Halo-1:0] right_i,
    input  logic                                pair_i,
    output logic [Kernel*Kernel*Lanes*Bits-1:0] taps_o
);
  logic [Kernel*Kernel*Lanes*Bits-1:0] taps;
  duet_window #(
      .Lanes(Lanes),
      .Bits(Bits),
      .Kernel(Kernel),
      .Pairs(Pairs)
  ) u_window (
      .clk_i, .odd_i, .even_i, .odd_there_i, .even_there_i, .load_i, .advance_i, .lower_row_i, .left_i, .right_i, .pair_i,
      .taps_o(taps)
  );
  duet_skew #(
      .Lanes(Kernel * Kernel),
      .Width(Lanes * Bits)
  ) u_skew (
      .clk_i,
      .data_i(taps),
      .data_o(taps_o)
  );
endmodule
