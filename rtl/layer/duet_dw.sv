// Second stage: depth-wise 3x3 convolution of a tile (a pair of output rows), DwLanes channels at a time, from the line buffer to the
// tile buffer. A pass takes one group of channels over the whole tile, columns from left to right, both rows of a column one after the
// other: pixel 2x + r. A layer without a depth-wise convolution is copied instead: the stage makes room in the tile buffer, tells the
// load stage, and puts the beats that then come from memory where they belong. The tile buffer is a ring of words; a tile takes as many
// as it needs. Its words hold InLanes channels of a pixel or, for the few channels of a pooled picture (quad), four pixels in a row of
// InLanes / 4 channels each; with Nibbles the picture's beats then hold two columns, which are made at once. Latency: 27 cycles from the
// issue of a pixel to its word in the tile buffer. Throughput: one pixel of DwLanes channels a cycle, or a beat of a copied map; passes
// follow one another without a gap. Golden twin: src/layer/dwconv.cpp; cycles: src/program/predict.cpp.
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
    parameter int LineWords   = 512,
    parameter int SideWords   = 0,
    parameter int LineAddr    = 11,
    parameter int TileWords   = 512,
    parameter int TileAddr    = 9,
    parameter int ParamAddr   = 7,
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
    input  logic                           tile_free_i,   // a tile of so many words has been used
    input  logic [                   15:0] tile_free_words_i,
    output logic [                    1:0] even_free_o,
    output logic [                    1:0] odd_free_o,
    output logic                           side_free_o,   // ... of the side ring
    output logic                           copy_go_o,     // there is room for the next tile to copy
    input  logic                           copy_we_i,     // its beats
    input  logic [BeatLanes*StoredBits-1:0] copy_data_i,
    output logic                           begun_o,       // a tile's rows are there and it is being made
    output logic                           full_o,        // a tile is in the tile buffer
    output logic [           LineAddr-1:0] even_addr_o,
    output logic [           LineAddr-1:0] odd_addr_o,
    input  logic [BeatLanes*StoredBits-1:0] even_data_i,
    input  logic [BeatLanes*StoredBits-1:0] odd_data_i,
    input  logic                           weight_ready_i,
    output logic                           weight_take_o,
    input  logic [                    8:0] weight_load_i,
    input  logic [ DwLanes*WeightBits-1:0] weight_i,
    output logic [          ParamAddr-1:0] param_addr_o,
    input  logic [  DwLanes*ParamBits-1:0] param_i,
    output logic [       Pixels*Banks-1:0] tile_we_o,
    output logic [           TileAddr-1:0] tile_addr_o,
    output logic [InLanes*FeatureBits-1:0] tile_data_o
);
  localparam int Latency = 27;     // issue to tile buffer
  localparam int DataAt = 3;       // ... to data from the line buffer
  localparam int AdvanceAt = 6;
  localparam int EmitAt = 7;
  localparam int SumAt = 19;       // ... to the chain's sum (duet_filter)
  localparam int TakeAt = 5;       // ... to the reload of shadow weights
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
  assign param_base  = descriptor[143:128];

  // Issue: one read of both line banks a cycle.
  logic [15:0] group_q, cycle_q, line_q, group_base_q, room_q;
  logic [7:0] step_q, part_q;
  logic [ParamAddr-1:0] param_q;
  logic [TileAddr-1:0] base_q;
  logic [1:0] even_slot_q, odd_slot_q, even_side_slot_q, odd_side_slot_q, even_at, odd_at;  // slots of rows 2t and 2t+1
  logic [3:0] loaded_q;
  logic row, valid, start, pass_ends, pass_end_q, last_pass_q, weight_ok, below1_q, below2_q, above_q, first_column, last_column;
  logic [15:0] column;

  assign row          = cycle_q[0];
  assign column       = {1'b0, cycle_q[15:1]};
  assign weight_ok    = weight_ready_i || cycle_q != 16'd0;
  assign valid        = state_q == Run && weight_ok && column < width;
  // A pass is never shorter than two cycles, so that its end is seen a cycle before: many wait for it.
  assign pass_ends    = state_q == Run && weight_ok && cycle_q + 16'd2 == pass_length;
  assign start        = state_q == Wait && room_q >= tile_words && (copy || loaded_q != 4'd0) && enable_i;
  assign tile_end     = last_pass_q || (state_q == Copy && loaded_q != 4'd0);
  assign first_column = column == 16'd0;
  assign last_column  = column + 16'd1 == width;

  function automatic [1:0] next_slot(input [1:0] slot);
    next_slot = (slot == 2'd2) ? 2'd0 : slot + 2'd1;
  endfunction
  function automatic [1:0] last_slot(input [1:0] slot);
    last_slot = (slot == 2'd0) ? 2'd2 : slot - 2'd1;
  endfunction
  function automatic [LineAddr-1:0] slot_base(input [1:0] slot, input in_side);
    if (in_side) slot_base = LineAddr'(3 * LineWords) + ((slot == 2'd0) ? '0 : (slot == 2'd1) ? LineAddr'(SideWords) : LineAddr'(2 * SideWords));
    else slot_base = (slot == 2'd0) ? '0 : (slot == 2'd1) ? LineAddr'(LineWords) : LineAddr'(2 * LineWords);
  endfunction

  logic [TileAddr-1:0] next_tile;
  duet_ring #(
      .Size(TileWords)
  ) u_next_tile (
      .base_i(base_q),
      .words_i((TileAddr + 1)'(tile_words)),
      .place_o(next_tile)
  );
  logic [1:0] even_slot, odd_slot, even_after, odd_after;
  assign even_at     = side ? even_side_slot_q : even_slot_q;
  assign odd_at      = side ? odd_side_slot_q : odd_slot_q;
  assign even_slot   = row ? next_slot(even_at) : even_at;
  assign odd_slot    = row ? odd_at : last_slot(odd_at);
  assign even_after  = (last && below2_q) ? next_slot(next_slot(even_at)) : next_slot(even_at);
  assign odd_after   = below1_q ? next_slot(odd_at) : odd_at;
  assign even_free_o = (tile_end && !copy) ? ((last && below2_q) ? 2'd2 : 2'd1) : 2'd0;
  assign odd_free_o  = (tile_end && !copy) ? (2'(above_q) + 2'(last && below1_q)) : 2'd0;
  assign side_free_o = side;

  always_ff @(posedge clk_i) begin
    even_addr_o <= slot_base(even_slot, side) + LineAddr'(line_q);
    odd_addr_o  <= slot_base(odd_slot, side) + LineAddr'(line_q);
    pass_end_q  <= pass_ends && !rst_i;
    begun_o     <= (copy ? state_q == Copy && tile_end : start) && !rst_i;
    last_pass_q <= pass_ends && group_q + 16'd1 == groups && !rst_i;
    // Of use from the second cycle of a tile on; in the first it waits.
    above_q     <= tile != 16'd0;
    below1_q    <= {tile[14:0], 1'b1} < height;          // row 2t + 1 is there
    below2_q    <= {tile[14:0], 1'b0} + 16'd2 < height;  // row 2t + 2
    if (rst_i) begin
      state_q          <= Wait;
      even_slot_q      <= '0;
      odd_slot_q       <= '0;
      even_side_slot_q <= '0;
      odd_side_slot_q  <= '0;
      loaded_q         <= '0;
      room_q           <= 16'(TileWords);
      base_q           <= '0;
    end else begin
      loaded_q <= loaded_q + 4'(loaded_i) - 4'((start && !copy) || (state_q == Copy && tile_end));
      room_q   <= room_q + (tile_free_i ? tile_free_words_i : 16'd0) - (start ? tile_words : 16'd0);
      case (state_q)
        Wait: begin
          group_q      <= '0;
          cycle_q      <= '0;
          line_q       <= '0;
          group_base_q <= '0;
          step_q       <= '0;
          part_q       <= '0;
          param_q      <= ParamAddr'(param_base);
          if (start) state_q <= copy ? Copy : Run;
        end
        Run:
        if (weight_ok) begin
          cycle_q <= pass_end_q ? 16'd0 : cycle_q + 16'd1;
          if (valid && row) line_q <= line_q + 16'd1;
          if (pass_end_q) begin
            group_q <= group_q + 16'd1;
            param_q <= param_q + ParamAddr'(1);
            part_q  <= (part_q + 8'd1 == 8'(Parts)) ? 8'd0 : part_q + 8'd1;
            step_q  <= (step_q + 8'd1 == 8'(Steps)) ? 8'd0 : step_q + 8'd1;
            if (part_q + 8'd1 == 8'(Parts)) group_base_q <= group_base_q + stride;
            // The next group lies in the same beats until all their channels are used.
            if (step_q + 8'd1 != 8'(Steps)) line_q <= line_q + 16'd1 - width - 16'(!(valid && row));
          end
        end
        default:
        if (copy_we_i) begin  // channel group by channel group of a row, columns from left to right; line_q counts the columns
          line_q <= (line_q + 16'd1 == width) ? 16'd0 : line_q + 16'd1;
          if (line_q + 16'd1 == width) begin
            group_q <= group_q + 16'd1;
            part_q  <= (part_q + 8'd1 == 8'(CopyParts)) ? 8'd0 : part_q + 8'd1;
            if (part_q + 8'd1 == 8'(CopyParts)) group_base_q <= group_base_q + stride;
            if (group_q + 16'd1 == groups) begin
              group_q      <= '0;
              part_q       <= '0;
              group_base_q <= '0;
              cycle_q      <= 16'd1;  // the lower row
            end
          end
        end
      endcase
      if (tile_end) begin
        state_q <= Wait;
        base_q  <= next_tile;
        if (!copy && side) begin
          even_side_slot_q <= even_after;
          odd_side_slot_q  <= odd_after;
        end
        if (!copy && !side) begin
          even_slot_q <= even_after;
          odd_slot_q  <= odd_after;
        end
      end
    end
  end

  // What travels with a pixel.
  logic start_pass, valid_data, swap;
  assign start_pass = valid && cycle_q == 16'd0;
  duet_flag_delay #(
      .Width(1),
      .Depth(TakeAt)
  ) u_take (
      .clk_i,
      .rst_i,
      .data_i(start_pass),
      .data_o(weight_take_o)
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

  logic row_data, odd_there, even_there, wide_data, row_emit, first_emit, last_emit, pair_emit, row_advance, valid_advance;
  logic [7:0] step_data;
  duet_delay #(
      .Width(12),
      .Depth(DataAt)
  ) u_at_data (
      .clk_i,
      .data_i({wide, row, row ? below1_q : above_q, !row || below2_q, step_q}),
      .data_o({wide_data, row_data, odd_there, even_there, step_data})
  );
  duet_delay #(
      .Width(2),
      .Depth(AdvanceAt)
  ) u_at_advance (
      .clk_i,
      .data_i({row, valid}),
      .data_o({row_advance, valid_advance})
  );
  duet_delay #(
      .Width(4),
      .Depth(EmitAt)
  ) u_at_emit (
      .clk_i,
      .data_i({quad, row, first_column, last_column}),
      .data_o({pair_emit, row_emit, first_emit, last_emit})
  );

  logic [15:0] hi_out;
  logic [DwLanes*FeatureBits-1:0] narrowed;
  duet_filter #(
      .DwLanes(DwLanes), .BeatLanes(BeatLanes), .BankLanes(BankLanes), .Nibbles(Nibbles), .WeightBits(WeightBits),
      .FeatureBits(FeatureBits), .StoredBits(StoredBits), .AccBits(AccBits), .InLuts(InLuts)
  ) u_filter (
      .clk_i,
      .even_data_i, .odd_data_i,
      .step_i(step_data), .wide_i(wide_data), .even_there_i(even_there), .odd_there_i(odd_there),
      .upper_i(valid_data && !row_data),
      .lower_i(valid_data && row_data),
      .advance_i(valid_advance && !row_advance),
      .lower_row_i(row_emit), .first_i(first_emit), .last_i(last_emit), .pair_i(pair_emit),
      .swap_i(swap), .weight_load_i, .weight_i,
      .param_i, .hi_i(hi_out),
      .values_o(narrowed)
  );

  // Writing: the convolution's pixels, and copied beats as they come (a copy begins when the last pixel before it is written).
  logic valid_out, quad_out, second_out, second, start_copy;
  logic [1:0] pixel_out;
  logic [15:0] pixel;  // in the order of the tile buffer
  logic [7:0] part_out;
  logic [TileAddr:0] issue_place, out_place, copy_place;  // within the tile
  logic [TileAddr-1:0] out_base, write_place;
  logic [BeatLanes*FeatureBits-1:0] copied;
  assign pixel       = quad ? cycle_q >> ((Nibbles != 0) ? 1 : 2) : cycle_q;
  assign second      = (Pixels == 2) && pixel[0];
  assign issue_place = (TileAddr + 1)'(group_base_q) + (TileAddr + 1)'((Pixels == 2) ? pixel >> 1 : pixel);
  assign copy_place  = (TileAddr + 1)'(group_base_q) + ((Pixels == 2) ? (TileAddr + 1)'(line_q) : (TileAddr + 1)'({line_q, cycle_q[0]}));
  assign start_copy = start && copy;
  duet_delay #(
      .Width(2 * TileAddr + 1 + 8 + 4),
      .Depth(Latency - 1)
  ) u_at_out (
      .clk_i,
      .data_i({issue_place, base_q, part_q, cycle_q[1:0], quad, second}),
      .data_o({out_place, out_base, part_out, pixel_out, quad_out, second_out})
  );
  duet_delay #(
      .Width(16),
      .Depth(Latency - 1)
  ) u_hi (
      .clk_i,
      .data_i(hi),
      .data_o(hi_out)
  );
  duet_flag_delay #(
      .Width(1),
      .Depth(Latency - 1)
  ) u_valid_out (
      .clk_i,
      .rst_i,
      .data_i(valid),
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
  duet_delay #(
      .Width(ParamAddr),
      .Depth(SumAt - 2)
  ) u_param (
      .clk_i,
      .data_i(param_q),
      .data_o(param_addr_o)
  );

  // The write port's registers. The sums' last register lies in the requantiser, one cycle behind the address.
  logic copy_q, quad_q, conv_q, second_q;
  logic [1:0] pixel_q;
  logic [7:0] at_q;
  duet_ring #(
      .Size(TileWords)
  ) u_write (
      .base_i(copy_we_i ? base_q : out_base),
      .words_i(copy_we_i ? copy_place : out_place),
      .place_o(write_place)
  );
  genvar lane, bank;
  generate
    for (lane = 0; lane < BeatLanes; lane = lane + 1) begin : g_copy
      always_ff @(posedge clk_i) copied[lane*FeatureBits+:FeatureBits] <= copy_data_i[lane*StoredBits+:FeatureBits];
    end
    for (bank = 0; bank < Banks; bank = bank + 1) begin : g_bank
      localparam int Conv = bank % (DwLanes / BankLanes);     // which banks of a group
      localparam int Beat = bank % (BeatLanes / BankLanes);   // ... of a beat
      localparam int Quad = (Nibbles != 0) ? bank / 2 : 0;    // ... of the columns at once
      logic we;
      assign we = copy_q ? at_q == 8'(bank / (BeatLanes / BankLanes))
                         : conv_q && (quad_q ? (Nibbles != 0 ? pixel_q[0] == 1'(bank) : pixel_q == 2'(bank)) : at_q == 8'(bank / (DwLanes / BankLanes)));
      assign tile_we_o[bank] = we && !second_q;
      if (Pixels == 2) begin : g_second
        assign tile_we_o[Banks+bank] = we && second_q;
      end
      assign tile_data_o[bank*BankBits+:BankBits] = copy_q ? copied[Beat*BankBits+:BankBits]
                                                  : quad_q ? narrowed[Quad*BankBits+:BankBits] : narrowed[Conv*BankBits+:BankBits];
    end
  endgenerate
  always_ff @(posedge clk_i) begin
    tile_addr_o <= write_place;
    copy_q      <= copy_we_i && !rst_i;
    conv_q      <= valid_out && !rst_i;
    quad_q      <= quad_out;
    pixel_q     <= pixel_out;
    second_q    <= copy_we_i ? (Pixels == 2) && cycle_q[0] : second_out;
    at_q        <= copy_we_i ? part_q : part_out;
  end
  wire unused = &{1'b0, descriptor[191:144], descriptor[127:116], first, frame, ahead, odd_layer, copy_data_i, param_base};
endmodule
