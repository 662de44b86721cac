// Which words of a tile the array's passes take. Point-wise: the pixels of an input group in their order, group by group, for every output
// group again. With more taps (ArrayKernel > 1) each is a pass: rows lie 2 + 2 halo to a column, so a tap moves the first word, and what lies
// outside the map is not there. With two pixels a word three taps of a row make a pass, from every second column of the kernel on. Diagonal: an output group begins with the input group of its first channel. Digits of a picture: all groups
// for each digit. Latency: tile_addr_o 1, there_o 2 cycles after the issue. Throughput: a word a cycle. Twin: source in
// src/program/image.cpp.
module duet_walk #(
    parameter int Pixels      = 1,   // of a word
    parameter int InLanes     = 8,
    parameter int OutLanes    = 24,
    parameter int ArrayKernel = 1,
    parameter int Diagonal    = 0,
    parameter int DigitBits   = 8,
    parameter int TileWords   = 512,
    parameter int TileAddr    = 9
) (
    input  logic                clk_i,
    input  logic                begin_i,      // before a tile's first pass
    input  logic [TileAddr-1:0] base_i,       // of the tile
    input  logic [        15:0] tile_i,
    input  logic [        15:0] stride_i,     // words of an input group
    input  logic [        63:0] more_i,       // of the descriptor (docs/registers.md)
    input  logic                step_i,       // a pixel, or a cycle behind the last one
    input  logic [        15:0] cycle_i,      // of the pass
    input  logic                pass_end_i,
    input  logic                last_pass_i,  // of the output group
    output logic [TileAddr-1:0] tile_addr_o,
    output logic [  Pixels-1:0] there_o,
    output logic                shift_o       // the pass begins another digit than the first: holds during the pass
);
  logic [15:0] width, height, skip;
  logic [7:0] groups;
  logic [1:0] halo;
  logic diagonal, digits;
  assign width    = more_i[15:0];
  assign height   = more_i[31:16];
  assign skip     = more_i[47:32];  // words from an output group's first input group to the next one's, or an input group less
  assign groups   = more_i[55:48];  // input groups of the picture
  assign halo     = more_i[57:56];
  assign diagonal = (Diagonal != 0) && more_i[58];
  assign digits   = (DigitBits < 8) && more_i[59];

  logic [TileAddr-1:0] group_base_q, group_base, pixel_place;
  logic [TileAddr:0] offset;  // of a pixel within its input group
  logic taps_end;             // the pass is the last tap of its input group

  duet_ring #(
      .Size(TileWords)
  ) u_pixel (
      .base_i(group_base_q),
      .words_i(offset),
      .place_o(pixel_place)
  );
  always_ff @(posedge clk_i) begin
    tile_addr_o <= pixel_place;
    if (begin_i) group_base_q <= base_i;
    else if (pass_end_i && taps_end) group_base_q <= group_base;
  end

  genvar pixel;
  generate
    if (ArrayKernel > 1) begin : g_taps
      logic [2:0] last, last_column;  // row or column of the kernel
      logic [2:0] to_next;            // words from a pixel to the next
      logic [2:0] row_q, column_q;    // of the tap
      logic [TileAddr:0] start_q, start, offset_q;
      logic [16:0] at_q, upper;       // words of a row from the leftmost column of the halo, rows from the uppermost one
      logic [16:0] width_q, height_q; // of the map, with the halo on one side
      logic upper_there_q, lower_there_q, lower_q;
      assign last        = {halo, 1'b0};
      assign last_column = (Pixels == 2) ? {2'd0, halo[1]} : last;
      assign to_next  = cycle_i[0] ? {halo, 1'b1} : 3'd1;  // 2 + 2 halo rows a column
      assign taps_end = row_q == last && column_q == last_column;
      assign offset   = offset_q;
      assign start    = taps_end ? '0 : (row_q != last) ? start_q + (TileAddr + 1)'(1)
                      : start_q + (TileAddr + 1)'(2);  // 2 + 2 halo rows less those passed
      assign upper    = {tile_i, 1'b0} + 17'(row_q);
      always_ff @(posedge clk_i) begin
        width_q       <= 17'(width) + 17'(halo);
        height_q      <= 17'(height) + 17'(halo);
        upper_there_q <= (tile_i != 16'd0 || row_q >= 3'(halo)) && upper < height_q;
        lower_there_q <= (tile_i != 16'd0 || row_q + 3'd1 >= 3'(halo)) && upper + 17'd1 < height_q;
        lower_q       <= cycle_i[0];
        if (begin_i) {row_q, column_q, start_q, offset_q, at_q} <= '0;
        else if (pass_end_i) begin
          row_q    <= (row_q == last) ? 3'd0 : row_q + 3'd1;
          if (row_q == last) column_q <= (column_q == last_column) ? 3'd0 : column_q + 3'd1;
          start_q  <= start;
          offset_q <= start;
          at_q     <= taps_end ? 17'd0 : 17'(column_q) + 17'(row_q == last);
        end else if (step_i) begin
          offset_q <= offset_q + (TileAddr + 1)'(to_next);
          if (cycle_i[0]) at_q <= at_q + 17'd1;
        end
      end
      for (pixel = 0; pixel < Pixels; pixel = pixel + 1) begin : g_pixel
        logic [16:0] column;
        logic column_there_q;
        assign column = (Pixels == 2) ? {at_q[15:0], 1'(pixel)} : at_q;
        always_ff @(posedge clk_i) begin
          column_there_q <= column >= 17'(halo) && column < width_q;
          there_o[pixel] <= column_there_q && (lower_q ? lower_there_q : upper_there_q);
        end
      end
    end else begin : g_point
      assign taps_end = 1'b1;
      assign offset   = (TileAddr + 1)'(cycle_i);
      assign there_o  = '1;
      wire unused = &{1'b0, tile_i, width, height, halo, step_i};
    end
  endgenerate

  // The next input group: of this output group or digit, or the next one's first.
  logic [TileAddr-1:0] next_group, next_group_q, first_group;
  logic digit_end;
  duet_ring #(
      .Size(TileWords)
  ) u_next_group (
      .base_i(group_base_q),
      .words_i((TileAddr + 1)'(stride_i)),
      .place_o(next_group)
  );
  always_ff @(posedge clk_i) next_group_q <= next_group;
  assign group_base = (last_pass_i || digit_end) ? first_group : next_group_q;
  generate
    if (Diagonal != 0) begin : g_diagonal
      localparam int Over = OutLanes % InLanes;
      logic [7:0] lane_q, lane;  // of the input group in which the output group begins
      logic carry;
      logic [TileAddr-1:0] first_q, next_first, next_first_q;
      logic [TileAddr:0] step_q;  // words from first_q on
      assign lane        = lane_q + 8'(Over);
      assign carry       = lane >= 8'(InLanes);
      assign first_group = diagonal ? next_first_q : base_i;
      duet_ring #(
          .Size(TileWords)
      ) u_first (
          .base_i(first_q),
          .words_i(step_q),
          .place_o(next_first)
      );
      always_ff @(posedge clk_i) begin
        next_first_q <= next_first;
        step_q <= (TileAddr + 1)'(skip) + (carry ? (TileAddr + 1)'(stride_i) : '0);
        if (begin_i) {first_q, lane_q} <= {base_i, 8'd0};
        else if (pass_end_i && last_pass_i) {first_q, lane_q} <= {next_first_q, carry ? lane - 8'(InLanes) : lane};
      end
    end else begin : g_whole
      assign first_group = base_i;
      wire unused = &{1'b0, skip, diagonal};
    end
    if (DigitBits < 8) begin : g_digits
      logic [7:0] group_q;
      logic again_q;      // not the first digit
      logic first_tap_q;
      assign digit_end = digits && group_q + 8'd1 == groups;
      assign shift_o   = again_q && group_q == 8'd0 && first_tap_q;
      always_ff @(posedge clk_i) begin
        if (begin_i) {group_q, again_q} <= '0;
        else if (pass_end_i && taps_end) begin
          group_q <= (digit_end || last_pass_i) ? 8'd0 : group_q + 8'd1;
          again_q <= digits && !last_pass_i && (again_q || digit_end);
        end
        first_tap_q <= begin_i || (pass_end_i ? taps_end : first_tap_q);
      end
    end else begin : g_one
      assign {digit_end, shift_o} = '0;
      wire unused = &{1'b0, groups, digits};
    end
  endgenerate
  wire unused = &{1'b0, more_i, stride_i, cycle_i, skip};
endmodule
