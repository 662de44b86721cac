// The 3x3 window of the depth-wise stage. Takes the four rows that a pair of output rows needs, two rows at a time (first the upper
// two, then the lower two of the same column), and gives the nine taps of both output rows of each column. Events are delayed from
// the cycle in which a column's first read was issued (t): upper_i at t+3, lower_i at t+4, advance_i at t+6, what is "of emit" at t+7
// for the upper output row and at t+8 for the lower. Columns and rows outside the map are zero. Two columns may come at once (pair_i):
// then the first half of the lanes are a column and the other half its right neighbour. Latency: emit to taps_o 1 cycle. Throughput: the
// taps of one output pixel (pair_i: of two) a cycle. Twin: none of its own (duet_filter).
module duet_window #(
    parameter int Lanes = 2,
    parameter int Bits  = 8,
    parameter int Pairs = 0   // 1: pair_i may be set
) (
    input  logic                    clk_i,
    input  logic [  Lanes*Bits-1:0] odd_i,       // row above (upper) or below the pair's first (lower)
    input  logic [  Lanes*Bits-1:0] even_i,
    input  logic                    odd_there_i, // else the row lies outside the map
    input  logic                    even_there_i,
    input  logic                    upper_i,
    input  logic                    lower_i,
    input  logic                    advance_i,
    input  logic                    lower_row_i, // of emit: which output row
    input  logic                    first_i,     // of emit: leftmost column
    input  logic                    last_i,      // of emit: rightmost column
    input  logic                    pair_i,      // of emit
    output logic [9*Lanes*Bits-1:0] taps_o       // tap k = 3 * row + column at [k*Lanes*Bits +: Lanes*Bits]
);
  localparam int Pixel = Lanes * Bits;
  localparam int Column = 4 * Pixel;
  localparam int Half = Pixel / 2;

  logic [Pixel-1:0] odd, even;
  logic [2*Pixel-1:0] upper_q;
  logic [Column-1:0] next_q, centre_q, left_q, left, right;
  logic [9*Pixel-1:0] taps_d;
  assign odd   = odd_there_i ? odd_i : '0;
  assign even  = even_there_i ? even_i : '0;

  genvar row;
  generate
    for (row = 0; row < 4; row = row + 1) begin : g_side
      if (Pairs != 0) begin : g_pairs
        localparam int A = row * Pixel, B = row * Pixel + Half;  // the two halves
        assign left[A+:Half]  = first_i ? '0 : pair_i ? left_q[B+:Half] : left_q[A+:Half];
        assign left[B+:Half]  = pair_i ? centre_q[A+:Half] : first_i ? '0 : left_q[B+:Half];
        assign right[A+:Half] = pair_i ? centre_q[B+:Half] : last_i ? '0 : next_q[A+:Half];
        assign right[B+:Half] = last_i ? '0 : pair_i ? next_q[A+:Half] : next_q[B+:Half];
      end else begin : g_single
        assign left[row*Pixel+:Pixel]  = first_i ? '0 : left_q[row*Pixel+:Pixel];
        assign right[row*Pixel+:Pixel] = last_i ? '0 : next_q[row*Pixel+:Pixel];
      end
    end
    for (row = 0; row < 3; row = row + 1) begin : g_row
      assign taps_d[(3*row+0)*Pixel+:Pixel] = lower_row_i ? left[(row+1)*Pixel+:Pixel] : left[row*Pixel+:Pixel];
      assign taps_d[(3*row+1)*Pixel+:Pixel] = lower_row_i ? centre_q[(row+1)*Pixel+:Pixel] : centre_q[row*Pixel+:Pixel];
      assign taps_d[(3*row+2)*Pixel+:Pixel] = lower_row_i ? right[(row+1)*Pixel+:Pixel] : right[row*Pixel+:Pixel];
    end
  endgenerate

  always_ff @(posedge clk_i) begin
    if (upper_i) upper_q <= {even, odd};
    if (lower_i) next_q <= {even, odd, upper_q};
    if (advance_i) begin
      left_q   <= centre_q;
      centre_q <= next_q;
    end
    taps_o <= taps_d;
  end
  wire unused = &{1'b0, pair_i};
endmodule
