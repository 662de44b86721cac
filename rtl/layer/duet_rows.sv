// Where the rows of a tile lie in the line buffer. A tile of the depth-wise stage reads rows 2t - h .. 2t + 1 + h, h = Kernel / 2, one of even
// and one of odd number a cycle, in h + 1 phases. The buffer is a ring of h + 2 slots for even and as many for odd rows, and the same again
// for the first of two interleaved layers (the side ring). Says which rows lie outside the map, and what slots a tile frees at its end.
// Latency: addresses 1 cycle after phase_i and line_i; the rest holds from the third cycle of a tile on, and what is freed
// is told 1 cycle after end_i.
// Throughput: an address of each memory a cycle. Twin: Pipeline::depthwise in src/program/pipeline.cpp.
module duet_rows #(
    parameter int Kernel    = 3,
    parameter int LineWords = 512,
    parameter int SideWords = 0,
    parameter int LineAddr  = 11,
    parameter int Phases    = Kernel / 2 + 1
) (
    input  logic                clk_i,
    input  logic                rst_i,
    input  logic [        15:0] tile_i,
    input  logic                last_i,        // tile of its layer
    input  logic                side_i,        // its rows lie in the side ring
    input  logic [        15:0] height_i,
    input  logic                end_i,         // the tile ends
    input  logic [         1:0] phase_i,
    input  logic [        15:0] line_i,        // word of a row
    output logic [LineAddr-1:0] even_addr_o,
    output logic [LineAddr-1:0] odd_addr_o,
    output logic                even_there_o,  // the phase's rows lie in the map
    output logic                odd_there_o,
    output logic [         1:0] even_free_o,   // slots that become free
    output logic [         1:0] odd_free_o
);
  localparam int Halo = Kernel / 2;
  localparam int Slots = Halo + 2;
  localparam int EvenBack = Halo / 2, OddBack = (Halo + 1) / 2;  // even rows of a tile before row 2t, odd ones before row 2t + 1

  function automatic [2:0] wrap(input [3:0] slot);
    wrap = (slot >= 4'(2 * Slots)) ? 3'(slot - 4'(2 * Slots)) : (slot >= 4'(Slots)) ? 3'(slot - 4'(Slots)) : slot[2:0];
  endfunction
  function automatic [LineAddr-1:0] base(input [2:0] slot, input in_side);
    integer i;
    base = in_side ? LineAddr'(Slots * LineWords) : '0;
    for (i = 1; i < Slots; i = i + 1)
      if (slot == 3'(i)) base = in_side ? LineAddr'(Slots * LineWords + i * SideWords) : LineAddr'(i * LineWords);
  endfunction

  logic [2:0] even_q, odd_q, even_side_q, odd_side_q, even_at, odd_at;  // slots of rows 2t and 2t + 1
  logic [2:0] left_q;                                                   // rows of the layer from 2t on, where it is the last tile
  logic [15:0] twice, rest_q;                                           // rows before and behind 2t
  logic [3:0] from_q, to_q;                                             // rows freed, modulo 16
  logic [Phases-1:0] even_there_q, odd_there_q;
  logic [1:0] even_free_q, odd_free_q;
  assign twice   = {tile_i[14:0], 1'b0};
  assign even_at = side_i ? even_side_q : even_q;
  assign odd_at  = side_i ? odd_side_q : odd_q;

  assign even_there_o = even_there_q[phase_i[$clog2(Phases)-1:0]];
  assign odd_there_o  = odd_there_q[phase_i[$clog2(Phases)-1:0]];

  genvar phase;
  generate
    for (phase = 0; phase < Phases; phase = phase + 1) begin : g_there
      localparam int Even = 2 * (phase - EvenBack), Odd = 2 * (phase - OddBack) + 1;  // rows from 2t on
      always_ff @(posedge clk_i) begin
        even_there_q[phase] <= (Even < 0) ? twice >= 16'(-Even) : (Even == 0) || rest_q > 16'(Even);
        odd_there_q[phase]  <= (Odd < 0) ? twice >= 16'(-Odd) : rest_q > 16'(Odd);
      end
    end
  endgenerate

  logic [2:0] even_first_q, odd_first_q, even_after_q, odd_after_q;  // slots of the tile's first rows, of the next one's 2t and 2t + 1
  always_ff @(posedge clk_i) begin
    rest_q       <= height_i - twice;
    even_first_q <= wrap({1'b0, even_at} + 4'(Slots - EvenBack));
    odd_first_q  <= wrap({1'b0, odd_at} + 4'(Slots - OddBack));
    left_q       <= height_i[2:0] - twice[2:0];
    even_after_q <= wrap({1'b0, even_at} + (last_i ? 4'(left_q + 3'd1) >> 1 : 4'd1));
    odd_after_q  <= wrap({1'b0, odd_at} + (last_i ? 4'(left_q) >> 1 : 4'd1));
    even_addr_o <= base(wrap({1'b0, even_first_q} + 4'(phase_i)), side_i) + LineAddr'(line_i);
    odd_addr_o  <= base(wrap({1'b0, odd_first_q} + 4'(phase_i)), side_i) + LineAddr'(line_i);
    from_q      <= (tile_i >= 16'(OddBack)) ? twice[3:0] - 4'(Halo) : 4'd0;
    to_q        <= last_i ? height_i[3:0] : (Halo < 3 || tile_i != 16'd0) ? twice[3:0] + 4'd2 - 4'(Halo) : 4'd0;
    even_free_q <= 2'(((to_q + 4'd1) >> 1) - ((from_q + 4'd1) >> 1));
    odd_free_q  <= 2'((to_q >> 1) - (from_q >> 1));
    even_free_o <= (end_i && !rst_i) ? even_free_q : 2'd0;
    odd_free_o  <= (end_i && !rst_i) ? odd_free_q : 2'd0;
    if (rst_i) begin
      even_q      <= '0;
      odd_q       <= '0;
      even_side_q <= '0;
      odd_side_q  <= '0;
    end else if (end_i && side_i) begin
      even_side_q <= even_after_q;
      odd_side_q  <= odd_after_q;
    end else if (end_i) begin
      even_q <= even_after_q;
      odd_q  <= odd_after_q;
    end
  end
  wire unused = &{1'b0, tile_i, line_i};
endmodule
