// Second stage: depth-wise convolution of a tile (a pair of output rows), DwLanes channels at a time, from the line buffer to the
// tile buffer. A pass takes one group of channels over the whole tile, columns from left to right, both rows of a column one after the
// other: pixel 2x + r. A layer without a depth-wise convolution is copied instead: the stage makes room in the tile buffer, tells the
// load stage, and puts the beats that then come from memory where they belong: with h rows and columns more on every side for a
// convolution of the array (halo), row i of column x at word (x + h)(2 + 2h) + i or, where a word holds two columns, ((x + h) / 2)(2 + 2h) + i. With DwKernel = 0 all layers are copied. The tile buffer
// is a ring of words; a tile takes as many as it needs. Its words hold InLanes channels of a pixel or, for the few channels of a pooled
// picture (quad), four pixels in a row of InLanes / 4 channels each; with Nibbles the picture's beats then hold two columns, which are made
// at once. Latency: 27 cycles from the issue of a pixel to its word in the tile buffer with kernels of 3 (5: 48, 7: 79, only copies: 4).
// Throughput: two pixels of DwLanes channels in DwKernel / 2 + 1 cycles, or a beat of a copied map a cycle; passes follow one another
// without a gap. Golden twin: src/layer/dwconv.cpp; cycles: src/program/pipeline.cpp.
module duet_dw #(
    parameter int Layers      = 16,
    parameter int InLanes     = 8,
    parameter int DwLanes     = 2,
    parameter int BeatLanes   = 8,
    parameter int BankLanes   = 2,  // channels of a bank of the tile buffer
    parameter int Pixels      = 1,  // of a word of the tile buffer
    parameter int Nibbles     = 0,  // 1: quads come two columns at once
    parameter int WeightBits  = 8,
    parameter int FeatureBits = 8,
    parameter int StoredBits  = 8,
    parameter int AccBits     = 32,
    parameter int InLuts      = 0,  // 1: multipliers of LUTs instead of DSPs
    parameter int DwKernel    = 3,  // 0: no convolution
    parameter int ArrayKernel = 1,
    parameter int Signed      = 0,
    parameter int Kernel      = (DwKernel > 0) ? DwKernel : 3,
    parameter int LineWords   = 512,
    parameter int SideWords   = 0,
    parameter int LineAddr    = 11,
    parameter int TileWords   = 512,
    parameter int TileAddr    = 9,
    parameter int WeightWords = 256,
    parameter int ParamWords  = 128,
    parameter int ParamAddr   = (ParamWords > 1) ? $clog2(ParamWords) : 1,
    parameter int Banks       = InLanes / BankLanes,
    parameter int ParamBits   = AccBits + 14
) (
    input  logic                           clk_i,
    input  logic                           rst_i,
    input  logic                           enable_i,      // a program is there
    input  logic                           program_we_i,  // descriptors, while a program is loaded
    input  logic [                    4:0] program_layer_i,
    input  logic [                    3:0] program_beat_i,
    input  logic [                   63:0] program_data_i,
    input  logic                           loaded_i,      // another tile's rows are in the line buffer
    input  logic                           tile_free_i,   // a tile of so many words has been used, in the next cycle
    input  logic [                   15:0] tile_free_words_i,
    output logic [                    1:0] even_free_o,
    output logic [                    1:0] odd_free_o,
    output logic                           side_free_o,   // ... of the side ring
    output logic                           copy_go_o,     // there is room for the next tile to copy
    input  logic                           even_we_i,     // a beat of a row for the line buffer: of even number, of odd number,
    input  logic                           odd_we_i,
    input  logic                           copy_we_i,     // ... for the tile buffer
    input  logic [           LineAddr-1:0] line_addr_i,
    input  logic [BeatLanes*StoredBits-1:0] line_data_i,
    input  logic [                    1:0] word_we_i,     // while a program is loaded: a word of weights, of parameters
    input  logic [                   31:0] word_addr_i,
    input  logic [ DwLanes*WeightBits-1:0] weight_word_i,
    input  logic [  DwLanes*ParamBits-1:0] param_word_i,
    output logic                           begun_o,       // a tile's rows are there and it is being made
    output logic                           full_o,        // a tile is in the tile buffer
    output logic [       Pixels*Banks-1:0] tile_we_o,
    output logic [           TileAddr-1:0] tile_addr_o,
    output logic [InLanes*FeatureBits-1:0] tile_data_o
);
  localparam int RowPairs = (ArrayKernel > 1 && Pixels == 2) ? 1 : 0;  // words hold two pixels of a row, not of a column
  localparam int Halo = Kernel / 2;
  localparam int Phases = Halo + 1;                           // cycles in which a column's rows are read, two in each
  localparam int DataAt = 3;                                  // issue to data from the line buffer
  localparam int EmitAt = Phases * Phases + 3;                // ... to the column in the window's centre
  localparam int TakeAt = EmitAt - 2;                         // ... to the reload of shadow weights
  localparam int SumAt = EmitAt + Kernel * Kernel + 3;        // ... to the chain's sum (duet_filter)
  localparam int Latency = (DwKernel > 0) ? SumAt + 8 : 4;    // ... to the tile buffer
  localparam int Steps = BeatLanes / DwLanes;    // groups of channels in a beat
  localparam int Parts = InLanes / DwLanes;      // ... in a word of the tile buffer
  localparam int CopyParts = InLanes / BeatLanes;
  localparam int BankBits = BankLanes * FeatureBits;

  typedef enum logic [1:0] {
    Wait,
    Run,
    Copy
  } state_t;
  state_t state_q;

  logic [191:0] descriptor;
  logic [15:0] tile;
  logic first, last, frame, ahead, odd_layer, tile_end;
  duet_sequence #(
      .Layers(Layers),
      .First(4),
      .Beats(3)
  ) u_sequence (
      .clk_i, .rst_i, .program_we_i, .program_layer_i, .program_beat_i, .program_data_i,
      .advance_i(tile_end),
      .descriptor_o(descriptor),
      .tile_o(tile),
      .first_o(first),
      .last_o(last),
      .frame_o(frame),
      .ahead_o(ahead),
      .odd_layer_o(odd_layer)
  );

  logic [15:0] width, height, tile_words, groups, pass_length, hi, stride, param_base;
  logic [1:0] halo;
  logic copy, side, quad, wide;
  assign width       = descriptor[15:0];
  assign height      = descriptor[31:16];
  assign tile_words  = descriptor[47:32];
  assign groups      = descriptor[63:48];
  assign pass_length = descriptor[79:64];
  assign hi          = descriptor[95:80];
  assign stride      = descriptor[111:96];
  assign copy        = descriptor[112];
  assign side        = descriptor[113];
  assign quad        = descriptor[114];
  assign wide        = descriptor[115];
  assign halo        = (ArrayKernel > 1) ? descriptor[117:116] : 2'd0;  // of a copied layer
  assign param_base  = descriptor[143:128];

  // Issue: one read of both line banks a cycle.
  logic [15:0] group_q, cycle_q, line_q, row_start_q, line_next, group_base_q, room_q;
  logic [15:0] last_line_q, end_group_q, last_cycle_q;  // a row's last column, a tile's last group; a pass's last cycle but two
  logic [7:0] step_q, part_q;
  logic [ParamAddr-1:0] param_q;
  logic [TileAddr-1:0] base_q;
  logic [3:0] loaded_q;
  logic [1:0] phase;
  logic [Halo-1:0] left, right;  // columns of the map beside this one
  logic lower, last_phase, last_column, last_part, last_step, last_copy_part, valid, start, pass_end_q, last_pass_q, weight_ready, weight_ok;
  logic at_start_q, inside_q, near_q, last_group_q;  // of a pass: its first cycle, a column of the map, its last cycle but one; of the tile
  logic waits_q, taken_q, enough_q;                  // a cycle in Wait is over; room has been taken; there is room
  logic [15:0] column;

  assign lower        = phase[0];
  assign last_phase   = phase == 2'(Phases - 1);
  assign weight_ok    = weight_ready || !at_start_q;
  assign valid        = state_q == Run && weight_ok && inside_q;
  assign last_column  = column == last_line_q;
  assign last_part    = part_q == 8'(Parts - 1);
  assign last_step    = step_q == 8'(Steps - 1);
  assign last_copy_part = part_q == 8'(CopyParts - 1);
  assign line_next    = line_q + 16'(inside_q && last_phase);
  assign start        = state_q == Wait && waits_q && enough_q && (copy || loaded_q != 4'd0) && enable_i;
  assign tile_end     = last_pass_q || (state_q == Copy && loaded_q != 4'd0);
  genvar lane, bank, away;
  generate
    for (away = 0; away < Halo; away = away + 1) begin : g_beside
      logic [15:0] limit_q;  // columns with one so far on their right
      always_ff @(posedge clk_i) limit_q <= (width > 16'(away + 1)) ? width - 16'(away + 1) : 16'd0;
      assign left[away]  = column > 16'(away);
      assign right[away] = column < limit_q;
    end
    if (Phases == 2) begin : g_two
      assign {column, phase} = {1'b0, cycle_q[15:1], 1'b0, cycle_q[0]};
    end else begin : g_more
      logic [15:0] column_q;
      logic [1:0] phase_q;
      assign {column, phase} = {column_q, phase_q};
      always_ff @(posedge clk_i)
        if (state_q == Wait || (weight_ok && pass_end_q)) {column_q, phase_q} <= '0;
        else if (weight_ok && last_phase) {column_q, phase_q} <= {column_q + 16'd1, 2'd0};
        else if (weight_ok) phase_q <= phase_q + 2'd1;
    end
  endgenerate

  logic [TileAddr-1:0] next_tile, next_tile_q;
  logic [TileAddr:0] next_sum_q;
  duet_ring #(
      .Size(TileWords)
  ) u_next_tile (
      .base_i('0),
      .words_i(next_sum_q),
      .place_o(next_tile)
  );
  logic [TileAddr:0] copy_row_q, copy_at_q;  // places in an input group of a copied row's first word and of a beat's
  logic [3:0] rows, copy_start;     // of a copied tile
  logic copy_row_end, odd_column_q;  // of a copied map with its halo, where words hold two pixels of a row
  assign rows         = 4'd2 + {1'b0, halo, 1'b0};
  assign copy_start   = ((RowPairs != 0) ? {3'd0, halo[1]} : 4'(halo)) * rows + (first ? 4'(halo) : 4'd0);
  assign copy_row_end = line_q == last_line_q && group_q == end_group_q;

  always_ff @(posedge clk_i) begin
    // A pass has k^2 + 6 cycles at least, so its end is seen before: many wait for it.
    last_line_q  <= width - 16'd1;
    last_cycle_q <= pass_length - 16'd3;
    end_group_q  <= groups - 16'd1;
    last_group_q <= group_q == end_group_q;
    near_q       <= state_q == Run && cycle_q == last_cycle_q;
    pass_end_q   <= near_q && !rst_i;
    last_pass_q  <= near_q && last_group_q && !rst_i;
    begun_o      <= (copy ? state_q == Copy && tile_end : start) && !rst_i;
    taken_q      <= start && !rst_i;
    waits_q      <= state_q == Wait;
    enough_q     <= room_q >= tile_words;
    side_free_o  <= side;
    next_sum_q   <= (TileAddr + 1)'(base_q) + (TileAddr + 1)'(tile_words);
    next_tile_q  <= next_tile;
    if (rst_i) begin
      state_q  <= Wait;
      loaded_q <= '0;
      room_q   <= 16'(TileWords);
      base_q   <= '0;
    end else begin
      loaded_q <= loaded_q + 4'(loaded_i) - 4'((start && !copy) || (state_q == Copy && tile_end));
      room_q   <= room_q + (tile_free_i ? tile_free_words_i : 16'd0) - (taken_q ? tile_words : 16'd0);
      case (state_q)
        Wait: begin
          group_q      <= '0;
          cycle_q      <= '0;
          line_q       <= '0;
          row_start_q  <= '0;
          at_start_q   <= 1'b1;
          inside_q     <= 1'b1;
          group_base_q <= '0;
          step_q       <= '0;
          part_q       <= '0;
          param_q      <= ParamAddr'(param_base);
          copy_row_q   <= (TileAddr + 1)'(copy_start);
          copy_at_q    <= (TileAddr + 1)'(copy_start);
          odd_column_q <= halo[0];
          if (start) state_q <= copy ? Copy : Run;
        end
        Run:
        if (weight_ok) begin
          cycle_q    <= pass_end_q ? 16'd0 : cycle_q + 16'd1;
          at_start_q <= pass_end_q;
          inside_q   <= pass_end_q || (inside_q && !(last_phase && last_column));
          line_q     <= line_next;
          if (pass_end_q) begin
            group_q <= group_q + 16'd1;
            param_q <= param_q + ParamAddr'(1);
            part_q  <= last_part ? 8'd0 : part_q + 8'd1;
            step_q  <= last_step ? 8'd0 : step_q + 8'd1;
            if (last_part) group_base_q <= group_base_q + stride;
            // The next group lies in the same beats until all their channels are used.
            if (last_step) row_start_q <= line_next;
            else line_q <= row_start_q;
          end
        end
        default:
        if (copy_we_i) begin  // channel group by channel group of a row, columns from left to right; line_q counts the columns
          line_q <= (line_q == last_line_q) ? 16'd0 : line_q + 16'd1;
          if (line_q == last_line_q) begin
            group_q <= group_q + 16'd1;
            part_q  <= last_copy_part ? 8'd0 : part_q + 8'd1;
            if (last_copy_part) group_base_q <= group_base_q + stride;
            if (group_q == end_group_q) begin
              group_q      <= '0;
              part_q       <= '0;
              group_base_q <= '0;
              cycle_q      <= 16'd1;  // the lower row
              copy_row_q   <= copy_row_q + (TileAddr + 1)'(1);
            end
          end
          odd_column_q <= (line_q == last_line_q) ? halo[0] : !odd_column_q;
          if (line_q == last_line_q) copy_at_q <= copy_row_q + (TileAddr + 1)'(copy_row_end);
          else if (RowPairs == 0 || odd_column_q) copy_at_q <= copy_at_q + (TileAddr + 1)'(rows);
        end
      endcase
      if (tile_end) begin
        state_q <= Wait;
        base_q  <= next_tile_q;
      end
    end
  end

  // The convolution, and what travels with a pixel through it.
  logic [DwLanes*FeatureBits-1:0] narrowed;
  logic [15:0] hi_out;
  logic start_pass;
  assign start_pass = valid && at_start_q;
  generate
    if (DwKernel > 0) begin : g_filter
      logic take, swap, column_data, valid_data, wide_data, even_there, odd_there, even_there_data, odd_there_data, lower_emit, pair_emit;
      logic [LineAddr-1:0] even_addr, odd_addr;
      logic [BeatLanes*StoredBits-1:0] even_data, odd_data;
      logic [ParamAddr-1:0] param_addr;
      logic [1:0] phase_data;
      logic [7:0] step_data;
      logic [Phases-1:0] load;
      logic [Halo-1:0] advance, left_emit, right_emit;
      duet_rows #(
          .Kernel(Kernel), .LineWords(LineWords), .SideWords(SideWords), .LineAddr(LineAddr)
      ) u_rows (
          .clk_i, .rst_i,
          .tile_i(tile), .last_i(last), .side_i(side), .height_i(height), .end_i(tile_end && !copy), .phase_i(phase), .line_i(line_q),
          .even_addr_o(even_addr), .odd_addr_o(odd_addr), .even_there_o(even_there), .odd_there_o(odd_there), .even_free_o, .odd_free_o
      );
      duet_lines #(
          .Width(BeatLanes * StoredBits),
          .Depth((Halo + 2) * (LineWords + SideWords)),
          .AddrBits(LineAddr)
      ) u_lines (
          .clk_i, .even_we_i, .odd_we_i,
          .waddr_i(line_addr_i), .wdata_i(line_data_i),
          .even_addr_i(even_addr), .odd_addr_i(odd_addr),
          .even_data_o(even_data), .odd_data_o(odd_data)
      );
      duet_flag_delay #(
          .Width(1),
          .Depth(TakeAt)
      ) u_take (
          .clk_i,
          .rst_i,
          .data_i(start_pass),
          .data_o(take)
      );
      duet_flag_delay #(
          .Width(1),
          .Depth(EmitAt + 1)
      ) u_swap (
          .clk_i,
          .rst_i,
          .data_i(start_pass),
          .data_o(swap)
      );
      duet_flag_delay #(
          .Width(1),
          .Depth(DataAt)
      ) u_valid_data (
          .clk_i,
          .rst_i,
          .data_i(valid),
          .data_o(valid_data)
      );
      duet_delay #(
          .Width(13),
          .Depth(DataAt)
      ) u_at_data (
          .clk_i,
          .data_i({wide, phase, odd_there, even_there, step_q}),
          .data_o({wide_data, phase_data, odd_there_data, even_there_data, step_data})
      );
      for (away = 0; away < Phases; away = away + 1) begin : g_load
        assign load[away] = valid_data && phase_data == 2'(away);
      end
      assign column_data = load[0];
      for (away = 0; away < Halo; away = away + 1) begin : g_advance
        duet_delay #(
            .Width(1),
            .Depth((away == 0) ? 2 * Phases + 2 - DataAt : Phases)
        ) u_advance (
            .clk_i,
            .data_i((away == 0) ? column_data : advance[(away == 0) ? 0 : away-1]),
            .data_o(advance[away])
        );
      end
      duet_delay #(
          .Width(2 + 2 * Halo),
          .Depth(EmitAt)
      ) u_at_emit (
          .clk_i,
          .data_i({quad, lower, left, right}),
          .data_o({pair_emit, lower_emit, left_emit, right_emit})
      );
      duet_delay #(
          .Width(ParamAddr),
          .Depth(SumAt - 2)
      ) u_param (
          .clk_i,
          .data_i(param_q),
          .data_o(param_addr)
      );
      duet_filter #(
          .Layers(Layers), .DwLanes(DwLanes), .BeatLanes(BeatLanes), .BankLanes(BankLanes), .Nibbles(Nibbles), .WeightBits(WeightBits),
          .FeatureBits(FeatureBits), .StoredBits(StoredBits), .AccBits(AccBits), .InLuts(InLuts), .Kernel(Kernel), .Signed(Signed),
          .WeightWords(WeightWords), .ParamWords(ParamWords)
      ) u_filter (
          .clk_i, .rst_i, .enable_i, .program_we_i, .program_layer_i, .program_beat_i, .program_data_i,
          .word_we_i, .word_addr_i, .weight_word_i, .param_word_i,
          .even_data_i(even_data), .odd_data_i(odd_data),
          .step_i(step_data), .wide_i(wide_data), .even_there_i(even_there_data), .odd_there_i(odd_there_data),
          .load_i(load), .advance_i(advance),
          .lower_row_i(lower_emit), .left_i(left_emit), .right_i(right_emit), .pair_i(pair_emit),
          .ready_o(weight_ready), .take_i(take), .swap_i(swap),
          .param_addr_i(param_addr), .hi_i(hi_out),
          .values_o(narrowed)
      );
    end else begin : g_none
      assign {narrowed, even_free_o, odd_free_o, weight_ready} = '0;
      wire unused = &{1'b0, hi_out, start_pass, left, right, lower, last_phase, param_q, step_q, tile, height, last, wide, even_we_i, odd_we_i,
                      line_addr_i, word_we_i, word_addr_i, weight_word_i, param_word_i};
    end
  endgenerate

  // Writing: the convolution's pixels, and copied beats as they come (a copy begins when the last pixel before it is written).
  logic valid_out, quad_out, second_out, second, start_copy;
  logic [1:0] pixel_out;
  logic [15:0] made, pixel;  // pixel of the tile; in the order of the tile buffer
  logic [7:0] part_out;
  logic [TileAddr:0] issue_place, out_place, copy_place;  // within the tile
  logic [TileAddr-1:0] out_base, write_place;
  assign made        = {column[14:0], lower};
  assign pixel       = quad ? made >> ((Nibbles != 0) ? 1 : 2) : (RowPairs != 0) ? {made[15:2], made[0], made[1]} : made;
  assign second      = (Pixels == 2) && pixel[0];
  assign issue_place = (TileAddr + 1)'(group_base_q) + (TileAddr + 1)'((Pixels == 2) ? pixel >> 1 : pixel);
  assign copy_place  = (TileAddr + 1)'(group_base_q) + ((ArrayKernel > 1) ? copy_at_q : (Pixels == 2) ? (TileAddr + 1)'(line_q) : (TileAddr + 1)'({line_q, cycle_q[0]}));
  assign start_copy = start && copy;
  duet_delay #(
      .Width(2 * TileAddr + 1 + 8 + 4),
      .Depth(Latency - 2)
  ) u_at_out (
      .clk_i,
      .data_i({issue_place, base_q, part_q, made[1:0], quad, second}),
      .data_o({out_place, out_base, part_out, pixel_out, quad_out, second_out})
  );
  duet_delay #(
      .Width(16),
      .Depth(Latency - 2)
  ) u_hi (
      .clk_i,
      .data_i(hi),
      .data_o(hi_out)
  );
  duet_flag_delay #(
      .Width(1),
      .Depth(Latency - 2)
  ) u_valid_out (
      .clk_i,
      .rst_i,
      .data_i(valid && phase < 2'd2),
      .data_o(valid_out)
  );
  duet_flag_delay #(
      .Width(2),
      .Depth(Latency)
  ) u_tokens (
      .clk_i,
      .rst_i,
      .data_i({start_copy, tile_end}),
      .data_o({copy_go_o, full_o})
  );

  // On the way to the write port, two cycles: what is written, then where. The sums' last register lies in the requantiser.
  logic copy_q, copied_q, quad_q, quads_q, conv_q, second_q;
  logic [1:0] pixel_q;
  logic [7:0] at_q;
  logic [TileAddr:0] place_q;
  logic [TileAddr-1:0] place_base_q;
  logic [BeatLanes*FeatureBits-1:0] beat_q, copied;
  duet_ring #(
      .Size(TileWords)
  ) u_write (
      .base_i(place_base_q),
      .words_i(place_q),
      .place_o(write_place)
  );
  generate
    for (lane = 0; lane < BeatLanes; lane = lane + 1) begin : g_copy
      always_ff @(posedge clk_i) beat_q[lane*FeatureBits+:FeatureBits] <= line_data_i[lane*StoredBits+:FeatureBits];
    end
    for (bank = 0; bank < Banks; bank = bank + 1) begin : g_bank
      localparam int Conv = bank % (DwLanes / BankLanes);     // which banks of a group
      localparam int Beat = bank % (BeatLanes / BankLanes);   // ... of a beat
      localparam int Quad = (Nibbles != 0) ? bank / 2 : 0;    // ... of the columns at once
      logic we;
      assign we = copy_q ? at_q == 8'(bank / (BeatLanes / BankLanes))
                         : conv_q && (quad_q ? (Nibbles != 0 ? pixel_q[0] == 1'(bank) : pixel_q == 2'(bank)) : at_q == 8'(bank / (DwLanes / BankLanes)));
      always_ff @(posedge clk_i) tile_we_o[bank] <= we && !second_q && !rst_i;
      if (Pixels == 2) begin : g_second
        always_ff @(posedge clk_i) tile_we_o[Banks+bank] <= we && second_q && !rst_i;
      end
      assign tile_data_o[bank*BankBits+:BankBits] = copied_q ? copied[Beat*BankBits+:BankBits]
                                                  : quads_q ? narrowed[Quad*BankBits+:BankBits] : narrowed[Conv*BankBits+:BankBits];
    end
  endgenerate
  always_ff @(posedge clk_i) begin
    copy_q       <= copy_we_i && !rst_i;
    conv_q       <= valid_out && !rst_i;
    quad_q       <= quad_out;
    pixel_q      <= pixel_out;
    second_q     <= copy_we_i ? ((RowPairs != 0) ? odd_column_q : (Pixels == 2) && cycle_q[0]) : second_out;
    at_q         <= copy_we_i ? part_q : part_out;
    place_q      <= copy_we_i ? copy_place : out_place;
    place_base_q <= copy_we_i ? base_q : out_base;
    copied       <= beat_q;
    copied_q     <= copy_q;
    quads_q      <= quad_q;
    tile_addr_o  <= write_place;
  end
  wire unused = &{1'b0, descriptor[191:144], descriptor[127:116], first, frame, ahead, odd_layer, line_data_i, param_base, copy_row_q, copy_at_q};
endmodule
