// The window of the depth-wise stage. Takes the Kernel + 1 rows that a pair of output rows needs, two rows a phase, and gives the taps of
// both output rows of each column. Events are delayed from the cycle in which a column's first read was issued (t), with P = Kernel / 2 + 1
// phases: load_i[p] at t + 3 + p, advance_i[k] at t + P + 2 + (k + 1) P, what is "of emit" at t + P P + 3 for the upper output row and a cycle
// later for the lower. Columns and rows outside the map are zero. Two columns may come at once (pair_i, kernel 3): then the first half of
// the lanes are a column and the other half its right neighbour. Latency: emit to taps_o 1 cycle. Throughput: the taps of two output pixels
// (pair_i: of four) in P cycles. Twin: none of its own (duet_filter).
module duet_window #(
    parameter int Lanes  = 2,
    parameter int Bits   = 8,
    parameter int Kernel = 3,
    parameter int Pairs  = 0,              // 1: pair_i may be set
    parameter int Halo   = Kernel / 2,
    parameter int Phases = Halo + 1
) (
    input  logic                                 clk_i,
    input  logic [               Lanes*Bits-1:0] odd_i,
    input  logic [               Lanes*Bits-1:0] even_i,
    input  logic                                 odd_there_i,  // else the row lies outside the map
    input  logic                                 even_there_i,
    input  logic [                   Phases-1:0] load_i,       // rows of a phase are there
    input  logic [                     Halo-1:0] advance_i,    // a column goes one place on, the last of them into the centre
    input  logic                                 lower_row_i,  // of emit: which output row
    input  logic [                     Halo-1:0] left_i,       // of emit: so many columns on its left are in the map, one bit each
    input  logic [                     Halo-1:0] right_i,      // ... on its right
    input  logic                                 pair_i,       // of emit
    output logic [Kernel*Kernel*Lanes*Bits-1:0]  taps_o        // tap k = Kernel * row + column at [k*Lanes*Bits +: Lanes*Bits]
);
  localparam int Pixel = Lanes * Bits;
  localparam int Column = (Kernel + 1) * Pixel;
  localparam int Half = Pixel / 2;

  logic [Pixel-1:0] odd, even;
  logic [2*Pixel-1:0] rows;                 // of a phase, the upper one low
  logic [2*Halo*Pixel-1:0] upper_q;         // of a column's phases before the last
  logic [Kernel*Column-1:0] columns_q;      // 0: the newest; Halo: the centre
  logic [Kernel*Column-1:0] window;         // the centre's neighbours, from left to right
  logic [Kernel*Kernel*Pixel-1:0] taps_d;
  assign odd  = odd_there_i ? odd_i : '0;
  assign even = even_there_i ? even_i : '0;
  assign rows = (Halo % 2 != 0) ? {even, odd} : {odd, even};

  genvar row, column;
  generate
    for (row = 0; row <= Kernel; row = row + 1) begin : g_side
      for (column = 0; column < Kernel; column = column + 1) begin : g_column
        localparam int At = column * Column + row * Pixel;
        localparam int From = (Kernel - 1 - column) * Column + row * Pixel;
        localparam int Away = (column < Halo) ? Halo - column : column - Halo;  // columns from the centre
        if (Pairs != 0 && column != Halo) begin : g_pair
          localparam int Centre = Column + row * Pixel;
          if (column < Halo) begin : g_left
            assign window[At+:Half]      = !left_i[0] ? '0 : pair_i ? columns_q[From+Half+:Half] : columns_q[From+:Half];
            assign window[At+Half+:Half] = pair_i ? columns_q[Centre+:Half] : !left_i[0] ? '0 : columns_q[From+Half+:Half];
          end else begin : g_right
            assign window[At+:Half]      = pair_i ? columns_q[Centre+Half+:Half] : !right_i[0] ? '0 : columns_q[From+:Half];
            assign window[At+Half+:Half] = !right_i[0] ? '0 : pair_i ? columns_q[From+:Half] : columns_q[From+Half+:Half];
          end
        end else if (column < Halo) begin : g_left
          assign window[At+:Pixel] = left_i[Away-1] ? columns_q[From+:Pixel] : '0;
        end else if (column > Halo) begin : g_right
          assign window[At+:Pixel] = right_i[Away-1] ? columns_q[From+:Pixel] : '0;
        end else begin : g_centre
          assign window[At+:Pixel] = columns_q[From+:Pixel];
        end
        if (row < Kernel) begin : g_tap
          assign taps_d[(Kernel*row+column)*Pixel+:Pixel] = lower_row_i ? window[At+Pixel+:Pixel] : window[At+:Pixel];
        end
      end
    end
    for (row = 0; row < Halo; row = row + 1) begin : g_upper
      always_ff @(posedge clk_i) if (load_i[row]) upper_q[row*2*Pixel+:2*Pixel] <= rows;
    end
    for (column = 1; column < Kernel; column = column + 1) begin : g_move
      localparam int Event = (column < Halo) ? column - 1 : Halo - 1;  // behind the centre all move as it does
      always_ff @(posedge clk_i) if (advance_i[Event]) columns_q[column*Column+:Column] <= columns_q[(column-1)*Column+:Column];
    end
  endgenerate

  always_ff @(posedge clk_i) begin
    if (load_i[Phases-1]) columns_q[0+:Column] <= {rows, upper_q};
    taps_o <= taps_d;
  end
  wire unused = &{1'b0, pair_i};
endmodule
