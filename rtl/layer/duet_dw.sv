// Second stage: depth-wise 3x3 convolution of a tile (a pair of output rows), DwLanes channels at a time, from the line buffer to the
// tile buffer; before the head it copies CopyLanes channels at a time instead. A pass takes one group of channels over the whole
// tile, columns from left to right, both rows of a column one after the other: pixel 2x + r. Latency: 27 cycles from the issue of a
// pixel to its word in the tile buffer. Throughput: one pixel of DwLanes channels a cycle; passes and tiles follow one another
// without a gap. Golden twin: src/layer/dwconv.cpp; cycles: src/program/predict.cpp.
module duet_dw #(
    parameter int Layers      = 16,
    parameter int InLanes     = 8,
    parameter int DwLanes     = 2,
    parameter int BeatLanes   = 8,
    parameter int CopyLanes   = 8,
    parameter int WeightBits  = 8,
    parameter int FeatureBits = 8,
    parameter int StoredBits  = 8,
    parameter int AccBits     = 32,
    parameter int InLuts      = 0,  // 1: multipliers of LUTs instead of DSPs
    parameter int LineWords   = 512,
    parameter int LineAddr    = 11,
    parameter int TileWords   = 512,
    parameter int TileAddr    = 10,
    parameter int ParamAddr   = 7,
    parameter int Banks       = InLanes / DwLanes,
    parameter int ParamBits   = AccBits + 14
) (
    input  logic                           clk_i,
    input  logic                           rst_i,
    input  logic                           program_we_i,  // descriptors, while a program is loaded
    input  logic [                    4:0] program_layer_i,
    input  logic [                    3:0] program_beat_i,
    input  logic [                   63:0] program_data_i,
    input  logic                           loaded_i,      // another tile's rows are in the line buffer
    input  logic                           tile_free_i,   // a half of the tile buffer is free again
    output logic [                    1:0] even_free_o,
    output logic [                    1:0] odd_free_o,
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
    output logic [              Banks-1:0] tile_we_o,
    output logic [           TileAddr-1:0] tile_addr_o,
    output logic [InLanes*FeatureBits-1:0] tile_data_o
);
  localparam int Latency = 27;     // issue to tile buffer
  localparam int DataAt = 3;       // ... to data from the line buffer
  localparam int AdvanceAt = 6;
  localparam int EmitAt = 7;
  localparam int SumAt = 19;       // ... to the chain's sum
  localparam int TakeAt = 5;       // ... to the reload of shadow weights
  localparam int ConvSteps = BeatLanes / DwLanes, CopySteps = BeatLanes / CopyLanes;
  localparam int ConvBanks = InLanes / DwLanes, CopyBanks = InLanes / CopyLanes;
  localparam int BankBits = DwLanes * FeatureBits;

  typedef enum logic [1:0] {
    Layer,
    Wait,
    Run
  } state_t;
  state_t state_q;

  logic [4:0] layer_q;
  logic [127:0] descriptor;
  duet_descriptors #(
      .Layers(Layers),
      .First(4),
      .Beats(2)
  ) u_descriptors (
      .clk_i,
      .we_i(program_we_i),
      .layer_w_i(program_layer_i),
      .beat_w_i(program_beat_i),
      .data_w_i(program_data_i),
      .layer_i(layer_q),
      .descriptor_o(descriptor)
  );

  logic [15:0] width, height, tiles, groups, pass_length, hi;
  logic copy, last;
  assign width       = descriptor[15:0];
  assign height      = descriptor[31:16];
  assign tiles       = descriptor[47:32];
  assign groups      = descriptor[63:48];
  assign pass_length = descriptor[79:64];
  assign hi          = descriptor[95:80];
  assign copy        = descriptor[96];
  assign last        = descriptor[97];

  // Issue: one read of both line banks a cycle.
  logic [15:0] tile_q, group_q, cycle_q, line_q, tile_base_q;
  logic [7:0] step_q, bank_q, steps, banks;
  logic [ParamAddr-1:0] param_q, param_base_q;
  logic [1:0] even_slot_q, odd_slot_q, loaded_q, free_q;  // slots of rows 2t and 2t+1
  logic half_q;
  logic row, valid, start, tile_end, pass_end, weight_ok, below1, below2, above, first_column, last_column;
  logic [15:0] column;

  assign row          = cycle_q[0];
  assign column       = {1'b0, cycle_q[15:1]};
  assign weight_ok    = copy || weight_ready_i || cycle_q != 16'd0;
  assign valid        = state_q == Run && weight_ok && column < width;
  assign pass_end     = state_q == Run && weight_ok && cycle_q + 16'd1 == pass_length;
  assign tile_end     = pass_end && group_q + 16'd1 == groups;
  assign start        = state_q == Wait && loaded_q != 2'd0 && free_q != 2'd0;
  assign steps        = copy ? 8'(CopySteps) : 8'(ConvSteps);
  assign banks        = copy ? 8'(CopyBanks) : 8'(ConvBanks);
  assign above        = tile_q != 16'd0;
  assign below1       = {tile_q[14:0], 1'b1} < height;            // row 2t + 1 is there
  assign below2       = {tile_q[14:0], 1'b0} + 16'd2 < height;    // row 2t + 2
  assign first_column = column == 16'd0;
  assign last_column  = column + 16'd1 == width;

  function automatic [1:0] next_slot(input [1:0] slot);
    next_slot = (slot == 2'd2) ? 2'd0 : slot + 2'd1;
  endfunction
  function automatic [1:0] last_slot(input [1:0] slot);
    last_slot = (slot == 2'd0) ? 2'd2 : slot - 2'd1;
  endfunction
  function automatic [LineAddr-1:0] slot_base(input [1:0] slot);
    slot_base = (slot == 2'd0) ? '0 : (slot == 2'd1) ? LineAddr'(LineWords) : LineAddr'(2 * LineWords);
  endfunction

  logic [1:0] even_slot, odd_slot;
  assign even_slot   = row ? next_slot(even_slot_q) : even_slot_q;
  assign odd_slot    = row ? odd_slot_q : last_slot(odd_slot_q);
  assign even_free_o = tile_end ? ((tile_q + 16'd1 == tiles && below2) ? 2'd2 : 2'd1) : 2'd0;
  assign odd_free_o  = tile_end ? (2'(above) + 2'(tile_q + 16'd1 == tiles && below1)) : 2'd0;

  always_ff @(posedge clk_i) begin
    even_addr_o <= slot_base(even_slot) + LineAddr'(line_q);
    odd_addr_o  <= slot_base(odd_slot) + LineAddr'(line_q);
    if (rst_i) begin
      state_q      <= Layer;
      layer_q      <= '0;
      even_slot_q  <= '0;
      odd_slot_q   <= '0;
      loaded_q     <= '0;
      free_q       <= 2'd2;
      half_q       <= 1'b0;
      param_q      <= '0;
      param_base_q <= '0;
    end else begin
      loaded_q <= loaded_q + 2'(loaded_i) - 2'(start);
      free_q   <= free_q + 2'(tile_free_i) - 2'(start);
      case (state_q)
        Layer: if (loaded_q != 2'd0) begin
          tile_q  <= '0;
          state_q <= Wait;
        end
        Wait: begin
          group_q     <= '0;
          cycle_q     <= '0;
          line_q      <= '0;
          tile_base_q <= '0;
          step_q      <= '0;
          bank_q      <= '0;
          param_q     <= param_base_q;
          if (start) state_q <= Run;
        end
        default:
        if (weight_ok) begin
          cycle_q <= pass_end ? 16'd0 : cycle_q + 16'd1;
          if (valid && row) line_q <= line_q + 16'd1;
          if (pass_end) begin
            group_q <= group_q + 16'd1;
            param_q <= copy ? param_q : param_q + ParamAddr'(1);
            bank_q  <= (bank_q + 8'd1 == banks) ? 8'd0 : bank_q + 8'd1;
            step_q  <= (step_q + 8'd1 == steps) ? 8'd0 : step_q + 8'd1;
            if (bank_q + 8'd1 == banks) tile_base_q <= tile_base_q + {width[14:0], 1'b0};
            // The next group lies in the same beats until all their channels are used.
            if (step_q + 8'd1 != steps) line_q <= line_q + 16'd1 - width - 16'(!(valid && row));
          end
        end
      endcase
      if (tile_end) begin
        state_q     <= Wait;
        tile_q      <= tile_q + 16'd1;
        half_q      <= !half_q;
        even_slot_q <= (tile_q + 16'd1 == tiles && below2) ? next_slot(next_slot(even_slot_q)) : next_slot(even_slot_q);
        odd_slot_q  <= below1 ? next_slot(odd_slot_q) : odd_slot_q;
        if (tile_q + 16'd1 == tiles) begin
          state_q      <= Layer;
          layer_q      <= last ? 5'd0 : layer_q + 5'd1;
          param_base_q <= last ? '0 : copy ? param_base_q : param_q + ParamAddr'(1);
        end
      end
    end
  end

  // What travels with a pixel.
  logic start_pass, valid_data, swap;
  assign start_pass = valid && cycle_q == 16'd0 && !copy;
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

  logic row_data, copy_data, odd_there, even_there, row_emit, first_emit, last_emit, row_advance, valid_advance;
  logic [7:0] step_data;
  duet_delay #(
      .Width(12),
      .Depth(DataAt)
  ) u_at_data (
      .clk_i,
      .data_i({row, copy, row ? below1 : above, !row || below2, step_q}),
      .data_o({row_data, copy_data, odd_there, even_there, step_data})
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
      .Width(3),
      .Depth(EmitAt)
  ) u_at_emit (
      .clk_i,
      .data_i({row, first_column, last_column}),
      .data_o({row_emit, first_emit, last_emit})
  );

  // Convolution: the group's lanes out of the beat, the window, nine multipliers a lane.
  logic [DwLanes*StoredBits-1:0] even_lanes, odd_lanes;
  logic [9*DwLanes*StoredBits-1:0] taps;
  assign even_lanes = even_data_i[32'(step_data)*DwLanes*StoredBits+:DwLanes*StoredBits];
  assign odd_lanes  = odd_data_i[32'(step_data)*DwLanes*StoredBits+:DwLanes*StoredBits];
  duet_window #(
      .Lanes(DwLanes),
      .Bits(StoredBits)
  ) u_window (
      .clk_i,
      .odd_i(odd_lanes),
      .even_i(even_lanes),
      .odd_there_i(odd_there),
      .even_there_i(even_there),
      .upper_i(valid_data && !row_data),
      .lower_i(valid_data && row_data),
      .advance_i(valid_advance && !row_advance),
      .lower_row_i(row_emit),
      .first_i(first_emit),
      .last_i(last_emit),
      .taps_o(taps)
  );

  logic [8:0] swaps;
  logic [9*DwLanes*StoredBits-1:0] skewed;
  duet_skew #(
      .Lanes(9),
      .Width(DwLanes * StoredBits)
  ) u_skew (
      .clk_i,
      .data_i(taps),
      .data_o(skewed)
  );
  duet_skew #(
      .Lanes(9),
      .Width(1)
  ) u_skew_swap (
      .clk_i,
      .data_i({9{swap}}),
      .data_o(swaps)
  );

  logic [15:0] hi_out;
  logic [DwLanes*16-1:0] values;
  logic [DwLanes*FeatureBits-1:0] narrowed;
  genvar lane, tap;
  generate
    for (lane = 0; lane < DwLanes; lane = lane + 1) begin : g_lane
      logic [9*StoredBits-1:0] features;
      logic [AccBits-1:0] sum;
      for (tap = 0; tap < 9; tap = tap + 1) begin : g_tap
        assign features[tap*StoredBits+:StoredBits] = skewed[(tap*DwLanes+lane)*StoredBits+:StoredBits];
      end
      duet_chain #(
          .Lanes(9),
          .WeightBits(WeightBits),
          .FeatureBits(StoredBits),
          .AccBits(AccBits),
          .InLuts(InLuts)
      ) u_chain (
          .clk_i,
          .load_i(weight_load_i),
          .swap_i(swaps),
          .weight_i(weight_i[lane*WeightBits+:WeightBits]),
          .feature_i(features),
          .sum_i('0),
          .sum_o(sum)
      );
      duet_requantize #(
          .AccBits(AccBits)
      ) u_requantize (
          .clk_i,
          .acc_i(sum),
          .bias_i(param_i[lane*ParamBits+:AccBits]),
          .multiplier_i(param_i[lane*ParamBits+AccBits+:8]),
          .shift_i(param_i[lane*ParamBits+AccBits+8+:6]),
          .signed_i(1'b0),
          .hi_i(hi_out),
          .value_o(values[lane*16+:16])
      );
      assign narrowed[lane*FeatureBits+:FeatureBits] = values[lane*16+:FeatureBits];
    end
  endgenerate

  // Copy: the lanes out of the beat, delayed until the convolution would be through.
  logic [BeatLanes*StoredBits-1:0] beat;
  logic [CopyLanes*StoredBits-1:0] copy_lanes;
  logic [CopyLanes*FeatureBits-1:0] copy_narrow, copied;
  assign beat       = row_data ? odd_data_i : even_data_i;
  assign copy_lanes = copy_data ? beat[32'(step_data)*CopyLanes*StoredBits+:CopyLanes*StoredBits] : '0;
  generate
    for (lane = 0; lane < CopyLanes; lane = lane + 1) begin : g_copy
      assign copy_narrow[lane*FeatureBits+:FeatureBits] = copy_lanes[lane*StoredBits+:FeatureBits];
    end
  endgenerate
  duet_delay #(
      .Width(CopyLanes * FeatureBits),
      .Depth(Latency - DataAt)
  ) u_copied (
      .clk_i,
      .data_i(copy_narrow),
      .data_o(copied)
  );

  // Writing.
  logic valid_out, copy_out;
  logic [7:0] bank_out;
  logic [TileAddr-1:0] issue_addr;
  assign issue_addr = TileAddr'(tile_base_q) + TileAddr'(cycle_q) + (half_q ? TileAddr'(TileWords) : '0);
  duet_delay #(
      .Width(TileAddr + 8 + 1),
      .Depth(Latency)
  ) u_at_out (
      .clk_i,
      .data_i({issue_addr, bank_q, copy}),
      .data_o({tile_addr_o, bank_out, copy_out})
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
      .Width(2),
      .Depth(Latency)
  ) u_valid_out (
      .clk_i,
      .rst_i,
      .data_i({valid, tile_end}),
      .data_o({valid_out, full_o})
  );
  duet_delay #(
      .Width(ParamAddr),
      .Depth(SumAt - 2)
  ) u_param (
      .clk_i,
      .data_i(param_q),
      .data_o(param_addr_o)
  );

  genvar bank;
  generate
    for (bank = 0; bank < Banks; bank = bank + 1) begin : g_bank
      localparam int Part = bank % (CopyLanes / DwLanes);  // which lanes of a copied group
      assign tile_we_o[bank] = valid_out && (copy_out ? bank_out == 8'(bank / (CopyLanes / DwLanes)) : bank_out == 8'(bank));
      assign tile_data_o[bank*BankBits+:BankBits] = copy_out ? copied[Part*BankBits+:BankBits] : narrowed;
    end
  endgenerate
  wire unused = &{1'b0, descriptor[127:98], values, copy_lanes};
endmodule
