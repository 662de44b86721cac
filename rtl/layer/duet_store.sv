// Last stage: takes a unit (an output group or two) of a tile out of the result buffer (a ring of words), requantises it, a beat of
// BeatLanes channels (HeadLanes of 16 bits for the head) at a time, and writes it to memory. One run of AXI writes each row: channel
// group by channel group, columns from left to right, which is the order of a map in memory. A run begins when the one before has left
// the engine. Latency: 12 cycles from the issue of a beat to the write queue. Throughput: one beat a cycle within a row, which takes 15
// cycles more, and a unit one. With Average = 1 or Bypass = 1 a layer may be pooled here: four pixels, requantised, make one, so a beat
// takes four cycles and comes 3 later. With Bypass = 1 four further runs may follow a unit's pooled one, of the four pixels (row 0 column 0,
// row 0 column 1, row 1 column 0, row 1 column 1), into the map that joins them with what a later layer makes (net::Bypass).
// Golden twin: fixed::requantize, layer/reorder.cpp; cycles: src/program/pipeline.cpp.
module duet_store #(
    parameter int Layers      = 16,
    parameter int OutLanes    = 24,   // of a unit
    parameter int BeatLanes   = 8,
    parameter int HeadLanes   = 4,
    parameter int StoredBits  = 8,
    parameter int AccBits     = 32,
    parameter int Pixels      = 1,    // of a word of the result buffer
    parameter int RowPairs    = 0,    // 1: where the array did not pool they are of a row, not of a column
    parameter int Signed      = 0,
    parameter int Average     = 0,
    parameter int Bypass      = 0,
    parameter int ResultWords = 256,
    parameter int ResultAddr  = 8,
    parameter int ParamAddr   = 7,
    parameter int ParamBits   = AccBits + 14
) (
    input  logic                           clk_i,
    input  logic                           rst_i,
    input  logic                           program_we_i,  // descriptors, while a program is loaded
    input  logic [                    4:0] program_layer_i,
    input  logic [                    3:0] program_beat_i,
    input  logic [                   63:0] program_data_i,
    input  logic [                   31:0] frame_addr_i,  // where this frame's head goes
    output logic                           frame_take_o,
    input  logic                           result_i,      // another unit is in the result buffer
    output logic                           result_free_o, // so many words have been used
    output logic [                   15:0] result_free_words_o,
    output logic [         ResultAddr-1:0] result_addr_o,
    input  logic [Pixels*OutLanes*AccBits-1:0] result_data_i,
    output logic [          ParamAddr-1:0] param_addr_o,
    input  logic [BeatLanes*ParamBits-1:0] param_i,
    output logic                           write_valid_o,
    input  logic                           write_ready_i,
    output logic [                   31:0] write_addr_o,
    output logic [                   15:0] write_beats_o,
    output logic [                    2:0] write_tag_o,   // a tile ends: 0 of an even layer, 1 of an odd one; 2: a frame ends
    output logic                           data_valid_o,
    input  logic                           data_ready_i,
    output logic [                   63:0] data_o,
    output logic                           busy_o
);
  localparam int QueueBits = 5;
  localparam int Latency = 12;
  localparam int ReadAt = 3;

  typedef enum logic [1:0] {
    Begin,
    Ask,
    Issue,
    Drain
  } state_t;
  state_t state_q;

  localparam int More = (Bypass != 0) ? 1 : 0;  // beats in front
  logic [64*More+191:0] beats;
  logic [191:0] descriptor;
  assign descriptor = beats[64*More+:192];
  logic [15:0] tile;
  logic first, last_tile, frame, ahead, odd_layer, tile_end;
  duet_sequence #(
      .Layers(Layers),
      .First(12 - More),
      .Beats(3 + More)
  ) u_sequence (
      .clk_i, .rst_i, .program_we_i, .program_layer_i, .program_beat_i, .program_data_i,
      .advance_i(tile_end),
      .descriptor_o(beats),
      .tile_o(tile),
      .first_o(first),
      .last_o(last_tile),
      .frame_o(frame),
      .ahead_o(ahead),
      .odd_layer_o(odd_layer)
  );

  logic [31:0] out_addr, row_bytes;
  logic [15:0] out_width, hi, run_full, run_last, param_base, out_groups;
  logic [7:0] groups_full, groups_last;
  logic pool, head, odd, in_store, bypass;
  assign out_addr    = descriptor[31:0];
  assign out_width   = descriptor[47:32];
  assign hi          = descriptor[63:48];
  assign row_bytes   = descriptor[95:64];
  assign run_full    = descriptor[111:96];
  assign run_last    = descriptor[127:112];
  assign param_base  = descriptor[143:128];
  assign out_groups  = descriptor[159:144];
  assign groups_full = descriptor[167:160];
  assign groups_last = descriptor[175:168];
  assign pool        = descriptor[176];
  assign head        = descriptor[177];
  assign in_store    = (Average != 0 || Bypass != 0) && descriptor[179];
  assign bypass      = (Bypass != 0) && descriptor[180];
  assign odd         = descriptor[178];  // the last tile has one row

  logic [31:0] main_addr_q, ahead_addr_q, tile_addr, group_bytes_q, start_addr;
  logic [15:0] out_q, left_q, last_left_q, pixel_q;  // left_q: columns behind this one; last_left_q: of a row's first one
  logic [7:0] group_q, groups;
  logic [ResultAddr:0] results_q;  // units that are there; some_q: at least one
  logic [QueueBits:0] room_q;
  logic some_room_q, more_room_q;  // room_q > 0, > 1
  logic [ParamAddr-1:0] param_q, unit_param_q;
  logic [ResultAddr-1:0] base_q;
  logic [1:0] sample_q;  // of a pixel that is pooled
  logic [1:0] part_q;    // of a bypass: row and column of the pixel
  logic parts_q, pools;  // the run is one of its parts; or one that is pooled
  logic row_q, last_out_q, last_row, last_row_q, tile_last_q, some_q, issue, beat_end, column_end, run_end, drained, unit_end, taken, begin_unit;
  logic first_out_q, last_column_q, last_group_q;  // of the tile, of a row, of the unit
  logic [15:0] run;

  assign tile_addr  = ahead ? ahead_addr_q : main_addr_q;
  assign pools      = in_store && !parts_q;
  assign last_row   = bypass ? parts_q && part_q == 2'd3 : pool || row_q || (odd && last_tile);
  assign groups     = last_out_q ? groups_last : groups_full;
  assign run        = last_out_q ? run_last : run_full;
  assign issue      = state_q == Issue && some_room_q;
  assign beat_end   = issue && (!pools || sample_q == 2'd3);
  assign column_end = beat_end && last_column_q;
  assign run_end    = column_end && last_group_q;
  assign drained    = room_q[QueueBits];
  assign unit_end   = state_q == Drain && drained && last_row_q;
  assign tile_end   = state_q == Drain && drained && tile_last_q;
  assign begin_unit = state_q == Begin && some_q;

  assign write_valid_o = state_q == Ask;
  assign start_addr    = (first && first_out_q) ? (head ? frame_addr_i : out_addr) : tile_addr;
  assign write_beats_o = run;
  assign write_tag_o   = {last_row && last_out_q && frame, last_row && last_out_q && odd_layer && !head,
                          last_row && last_out_q && !odd_layer && !head};
  assign result_free_o = unit_end;
  assign frame_take_o  = tile_end && frame;
  assign busy_o        = state_q != Begin;

  logic [ResultAddr-1:0] pixel_place, next_unit, next_unit_q;
  logic [15:0] pixel;  // in the order of the result buffer
  assign pixel = (RowPairs != 0 && (!pool || in_store)) ? {pixel_q[15:2], pixel_q[0], pixel_q[1]} : pixel_q;
  duet_ring #(
      .Size(ResultWords)
  ) u_pixel (
      .base_i(base_q),
      .words_i((ResultAddr + 1)'((Pixels == 2) ? pixel >> 1 : pixel)),
      .place_o(pixel_place)
  );
  duet_ring #(
      .Size(ResultWords)
  ) u_next_unit (
      .base_i(base_q),
      .words_i((ResultAddr + 1)'(result_free_words_o)),
      .place_o(next_unit)
  );

  // A run's first pixel, and the one after another: of a column its upper and its lower one, then those to the right.
  logic [1:0] first_pixel;
  logic [2:0] pixel_step;
  assign first_pixel = parts_q ? {part_q[0], part_q[1]} : {1'b0, row_q};
  assign pixel_step  = parts_q ? 3'd4 : pool ? 3'd1 : 3'd2;

  logic [31:0] bypass_addr, part_bytes, bypass_row_bytes;  // of the joined map; from one part to the next; ... row ...
  generate
    if (Bypass != 0) begin : g_bypass
      logic [31:0] addr_q;
      assign bypass_addr      = addr_q;
      assign bypass_row_bytes = {13'd0, beats[47:32], 3'b000};
      assign part_bytes       = {13'd0, beats[63:48], 3'b000};
      always_ff @(posedge clk_i) begin
        if (bypass && state_q == Begin && first && first_out_q) addr_q <= beats[31:0];
        if (bypass && tile_end) addr_q <= addr_q + bypass_row_bytes;
      end
    end else begin : g_no_bypass
      assign {bypass_addr, part_bytes, bypass_row_bytes} = '0;
    end
  endgenerate

  logic [31:0] next_addr_q, run_base_q, run_step_q;
  logic first_part;  // the next run is the first in the joined map's row
  assign first_part   = bypass && !parts_q;
  assign write_addr_o = run_base_q + run_step_q;  // of use in Ask; which two is known before

  always_ff @(posedge clk_i) begin
    result_addr_o <= pixel_place;
    last_row_q    <= last_row;  // of use in Drain
    tile_last_q   <= last_row && last_out_q;
    next_unit_q   <= next_unit;
    next_addr_q   <= tile_addr + (pool ? row_bytes : {row_bytes[30:0], 1'b0});
    last_left_q   <= out_width - 16'd1;
    last_out_q    <= out_q + 16'd1 == out_groups;  // of use from Ask on
    result_free_words_o <= in_store ? ((Pixels == 2) ? {out_width[14:0], 1'b0} : {out_width[13:0], 2'b00})
                         : (Pixels == 2) ? (pool ? (out_width >> 1) + 16'(out_width[0]) : out_width + 16'(RowPairs != 0 && out_width[0]))
                         : (pool ? out_width : {out_width[14:0], 1'b0});
    param_addr_o  <= param_q;
    if (rst_i) begin
      state_q       <= Begin;
      results_q     <= '0;
      some_q        <= 1'b0;
      base_q        <= '0;
      out_q         <= '0;
      first_out_q   <= 1'b1;
      group_bytes_q <= '0;
      room_q        <= {1'b1, {QueueBits{1'b0}}};
      {some_room_q, more_room_q} <= 2'b11;
    end else begin
      results_q <= results_q + (ResultAddr + 1)'(result_i) - (ResultAddr + 1)'(begin_unit);
      some_q    <= result_i || (some_q && !(begin_unit && results_q == (ResultAddr + 1)'(1)));
      room_q    <= room_q - (QueueBits + 1)'(beat_end) + (QueueBits + 1)'(taken);
      some_room_q <= taken || (beat_end ? more_room_q : some_room_q);
      more_room_q <= (beat_end == taken) ? more_room_q : taken ? some_room_q : room_q > (QueueBits + 1)'(2);
      case (state_q)
        Begin: begin
          row_q   <= 1'b0;
          parts_q <= 1'b0;
          part_q  <= '0;
          run_base_q <= start_addr;
          run_step_q <= group_bytes_q;
          if (first_out_q) unit_param_q <= ParamAddr'(param_base);
          if (ahead) ahead_addr_q <= start_addr;
          else main_addr_q <= start_addr;
          if (begin_unit) state_q <= Ask;
        end
        Ask: begin
          left_q        <= last_left_q;
          last_column_q <= out_width == 16'd1;
          last_group_q  <= groups == 8'd1;
          sample_q <= '0;
          group_q  <= '0;
          pixel_q  <= 16'(first_pixel);
          param_q  <= unit_param_q;
          if (write_ready_i) state_q <= Issue;
        end
        Issue:
        if (issue) begin
          sample_q <= sample_q + 2'd1;
          if (beat_end) begin
            left_q        <= column_end ? last_left_q : left_q - 16'd1;
            last_column_q <= column_end ? out_width == 16'd1 : left_q == 16'd1;
          end
          pixel_q  <= column_end ? 16'(first_pixel) : pixel_q + 16'(pixel_step);
          if (column_end) begin
            group_q      <= group_q + 8'd1;
            last_group_q <= group_q + 8'd2 == groups;
            param_q <= param_q + ParamAddr'(1);
          end
          if (run_end) state_q <= Drain;
        end
        default:
        if (drained) begin
          row_q        <= 1'b1;
          parts_q      <= bypass;
          if (parts_q) part_q <= part_q + 2'd1;
          run_base_q   <= first_part ? bypass_addr : write_addr_o;
          run_step_q   <= first_part ? group_bytes_q : parts_q ? part_bytes : row_bytes;
          state_q      <= last_row_q ? Begin : Ask;
        end
      endcase
      if (unit_end) begin
        out_q         <= last_out_q ? 16'd0 : out_q + 16'd1;
        first_out_q   <= last_out_q;
        group_bytes_q <= last_out_q ? 32'd0 : group_bytes_q + {13'd0, run_full, 3'b000};
        unit_param_q  <= param_q;
        base_q        <= next_unit_q;
        if (last_out_q && ahead) ahead_addr_q <= next_addr_q;
        if (last_out_q && !ahead) main_addr_q <= next_addr_q;
      end
    end
  end

  // The beat's channels, requantised. The layer's settings stand still until its last beat has left.
  logic [7:0] group_near;  // a cycle before the word is there
  logic second_near;       // of the two pixels of a word
  logic [BeatLanes*AccBits-1:0] lanes_q;
  logic [BeatLanes*ParamBits-1:0] param_in_q;
  logic [15:0] hi_q;
  logic valid_out, queue_ready, signed_q;
  logic [63:0] beat;
  duet_delay #(
      .Width(9),
      .Depth(ReadAt - 1)
  ) u_group (
      .clk_i,
      .data_i({(Pixels == 2) && pixel[0], group_q}),
      .data_o({second_near, group_near})
  );
  duet_flag_delay #(
      .Width(1),
      .Depth(Latency)
  ) u_valid (
      .clk_i,
      .rst_i,
      .data_i(issue),
      .data_o(valid_out)
  );
  logic [BeatLanes*16-1:0] values;
  localparam int Beats = OutLanes / BeatLanes, HeadBeats = OutLanes / HeadLanes;  // of a pixel
  localparam int IndexBits = (Pixels * Beats > 1) ? $clog2(Pixels * Beats) : 1;
  localparam int HeadIndexBits = (Pixels * HeadBeats > 1) ? $clog2(Pixels * HeadBeats) : 1;
  logic [BeatLanes*AccBits-1:0] chosen;
  logic [IndexBits-1:0] index_q;
  always_ff @(posedge clk_i) index_q <= IndexBits'(group_near) + (second_near ? IndexBits'(Beats) : '0);
  duet_select #(
      .Width(BeatLanes * AccBits),
      .Count(Pixels * Beats)
  ) u_choose (
      .index_i(index_q),
      .words_i(result_data_i),
      .word_o (chosen)
  );
  wire unused_group = &{1'b0, group_near};
  genvar lane;
  generate
    if (HeadLanes == BeatLanes) begin : g_same
      always_ff @(posedge clk_i) lanes_q <= chosen;
    end else begin : g_narrow
      logic [HeadLanes*AccBits-1:0] chosen_head;
      logic [HeadIndexBits-1:0] head_index_q;
      always_ff @(posedge clk_i) head_index_q <= HeadIndexBits'(group_near) + (second_near ? HeadIndexBits'(HeadBeats) : '0);
      duet_select #(
          .Width(HeadLanes * AccBits),
          .Count(Pixels * HeadBeats)
      ) u_choose_head (
          .index_i(head_index_q),
          .words_i(result_data_i),
          .word_o (chosen_head)
      );
      always_ff @(posedge clk_i) begin
        lanes_q <= chosen;
        if (head) lanes_q[HeadLanes*AccBits-1:0] <= chosen_head;
      end
    end
    for (lane = 0; lane < BeatLanes; lane = lane + 1) begin : g_lane
      duet_requantize #(
          .AccBits(AccBits)
      ) u_requantize (
          .clk_i,
          .acc_i(lanes_q[lane*AccBits+:AccBits]),
          .bias_i(param_in_q[lane*ParamBits+:AccBits]),
          .multiplier_i(param_in_q[lane*ParamBits+AccBits+:8]),
          .shift_i(param_in_q[lane*ParamBits+AccBits+8+:6]),
          .signed_i(signed_q),
          .hi_i(hi_q),
          .value_o(values[lane*16+:16])
      );
    end
  endgenerate
  always_ff @(posedge clk_i) begin
    param_in_q <= param_i;
    hi_q       <= hi;
    signed_q   <= Signed != 0 || head;
  end

  // The average of four values begins with what rounds it, their maximum with the first of them.
  logic [BeatLanes*16-1:0] pooled;
  logic queue_valid;
  generate
    if (Average != 0 || Bypass != 0) begin : g_pool
      logic [1:0] sample_out;
      duet_delay #(
          .Width(2),
          .Depth(Latency)
      ) u_sample (
          .clk_i,
          .data_i(sample_q),
          .data_o(sample_out)
      );
      assign queue_valid = valid_out && (!pools || sample_out == 2'd3);
      for (lane = 0; lane < BeatLanes; lane = lane + 1) begin : g_sum
        logic [17:0] value, sum, sum_q;
        assign value = {{2{(Signed != 0) && values[lane*16+15]}}, values[lane*16+:16]};
        if (Average != 0) begin : g_average
          assign sum = value + ((sample_out == 2'd0) ? 18'd2 : sum_q);
          assign pooled[lane*16+:16] = pools ? sum[17:2] : values[lane*16+:16];
        end else begin : g_maximum
          assign sum = (sample_out == 2'd0 || $signed(value) > $signed(sum_q)) ? value : sum_q;
          assign pooled[lane*16+:16] = pools ? sum[15:0] : values[lane*16+:16];
        end
        always_ff @(posedge clk_i) if (valid_out) sum_q <= sum;
        wire unused = &{1'b0, sum};
      end
    end else begin : g_values
      assign pooled      = values;
      assign queue_valid = valid_out;
    end
  endgenerate

  logic [63:0] narrow, wide;
  generate
    for (lane = 0; lane < 64 / StoredBits; lane = lane + 1) begin : g_narrow_beat
      if (lane < BeatLanes) begin : g_there
        assign narrow[lane*StoredBits+:StoredBits] = pooled[lane*16+:StoredBits];
      end else begin : g_pad
        assign narrow[lane*StoredBits+:StoredBits] = '0;
      end
    end
    for (lane = 0; lane < 4; lane = lane + 1) begin : g_wide_beat
      if (lane < HeadLanes) begin : g_there
        assign wide[lane*16+:16] = values[lane*16+:16];
      end else begin : g_pad
        assign wide[lane*16+:16] = '0;
      end
    end
  endgenerate
  assign beat  = head ? wide : narrow;
  assign taken = data_valid_o && data_ready_i;
  duet_fifo #(
      .Width(64),
      .AddrBits(QueueBits)
  ) u_queue (
      .clk_i,
      .rst_i,
      .valid_i(queue_valid),
      .ready_o(queue_ready),
      .data_i(beat),
      .valid_o(data_valid_o),
      .ready_i(data_ready_i),
      .data_o(data_o)
  );
  wire unused = &{1'b0, descriptor[191:179], bypass_row_bytes, values, pooled, queue_ready, row_bytes[31], tile, param_base};
endmodule
