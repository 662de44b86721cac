// Third stage: the array. A pass multiplies one input group (InLanes channels) of a whole tile with the weights of one
// output group (OutLanes channels); passes run input group by input group, output group by output group, partial sums waiting in a
// memory between them. The sums of an output group's last pass go to the result buffer, pooled where the layer pools by maximum (averages
// are duet_store's): a ring of words of which an output group takes as many as it has pixels. Weights stand still during a pass and are
// reloaded for the next one meanwhile.
// A convolution of more than one tap (ArrayKernel > 1) makes a pass of each tap, shifted words of the tile, of which those outside the map
// count as 0. With two pixels a word (Products = 6) it takes three taps of a row at once: duet_column. A diagonal layer (Diagonal = 1) takes from each output group only the input groups that hold its channels. A picture in digits
// (DigitBits) comes digit by digit, and the sums are shifted before the next one is added.
// A tile of quads (Quads = 1, duet_dw) has four pixels in a word: the array's columns then make four sums of InLanes / 4 channels
// each, and their maximum is the pooled pixel. With UnitGroups = 2 two output groups share a word of the result buffer: a unit, of which
// the last may lack the second. Latency: InLanes + 7 cycles (InLanes + 8 with several products a DSP, + 9 with two pixels a word, + 10 with rows of taps) from the
// issue of a pixel to its word in the result buffer. Throughput: one word of the tile a cycle, InLanes x OutLanes x Pixels products;
// passes follow one another without a gap as long as tiles, weights and room for results are there.
// Golden twin: src/layer/conv.cpp; cycles: src/program/pipeline.cpp.
module duet_pw #(
    parameter int Layers      = 16,
    parameter int InLanes     = 8,
    parameter int OutLanes    = 24,
    parameter int WeightBits  = 8,
    parameter int FeatureBits = 8,
    parameter int AccBits     = 32,
    parameter int Products    = 1,  // a DSP
    parameter int Pixels      = 1,  // of a word, at once
    parameter int Chain       = 8,  // products added inside the DSPs before they are taken apart
    parameter int PairShift   = 0,
    parameter int PixelShift  = 0,
    parameter int Quads       = 0,
    parameter int UnitGroups  = 1,  // output groups in a word of the result buffer
    parameter int ArrayKernel = 1,
    parameter int Diagonal    = 0,
    parameter int DigitBits   = 8,  // of a picture's digits; 8: it has one
    parameter int Signed      = 0,
    parameter int RowTaps     = (ArrayKernel > 1 && Pixels == 2) ? 3 : 1,  // of a kernel's row, at once
    parameter int Channels    = Products / Pixels / RowTaps,  // of a column
    parameter int TileWords   = 512,
    parameter int TileAddr    = 9,
    parameter int PsumWords   = 256,
    parameter int ResultWords = 256,
    parameter int ResultAddr  = 8
) (
    input  logic                           clk_i,
    input  logic                           rst_i,
    input  logic                           program_we_i,  // descriptors, while a program is loaded
    input  logic [                    4:0] program_layer_i,
    input  logic [                    3:0] program_beat_i,
    input  logic [                   63:0] program_data_i,
    input  logic                           full_i,        // another tile is in the tile buffer
    input  logic                           result_free_i, // so many words of the result buffer have been used
    input  logic [                   15:0] result_free_words_i,
    output logic                           tile_free_o,   // so many words of the tile buffer will have been used in the next cycle
    output logic [                   15:0] tile_free_words_o,
    output logic                           result_o,      // a unit of a tile is in the result buffer
    output logic [           TileAddr-1:0] tile_addr_o,
    input  logic [Pixels*InLanes*FeatureBits-1:0] tile_data_i,
    input  logic                           weight_ready_i,
    output logic                           weight_take_o,
    input  logic [            InLanes-1:0] weight_load_i,
    input  logic [OutLanes*RowTaps*WeightBits-1:0] weight_i,
    output logic [  Pixels*UnitGroups-1:0] result_we_o,   // of a word, pixel by pixel the groups of a unit
    output logic [         ResultAddr-1:0] result_addr_o,
    output logic [Pixels*OutLanes*AccBits-1:0] result_data_o,
    input  logic                           begun_i,       // the depth-wise stage has begun another tile
    output logic                           wait_fill_o,   // counters: idle for want of a tile that is being made,
    output logic                           wait_load_o,   // ... of one whose rows are not there yet, or of streamed weights,
    output logic                           wait_store_o   // ... of room for results
);
  localparam int DataAt = 3;            // issue to data from the tile buffer
  localparam int SumAt = InLanes + ((Products == 1) ? 5 : (RowTaps == 1) ? 6 : 7);  // ... to the columns' sums
  localparam int PsumLate = (Products == 1) ? 0 : Chain + 1;       // columns of joined operands add partial sums so much later
  localparam int CutAt = DataAt + 2 + ((Products == 1) ? 0 : Chain);  // ... to the first product's addition
  localparam int Sums = Channels * Pixels;                         // of a column
  localparam int PsumAddr = (PsumWords > 1) ? $clog2(PsumWords) : 1;

  typedef enum logic {
    Begin,
    Run
  } state_t;
  state_t state_q;

  // A beat more where there is something in it.
  localparam int More = (ArrayKernel > 1 || Diagonal != 0 || DigitBits < 8) ? 1 : 0;
  logic [64*(3+More)-1:0] descriptor;
  logic [63:0] more;
  logic [15:0] tile;
  logic first, last, frame, ahead, odd_layer, tile_end;
  generate
    if (More != 0) begin : g_more
      assign more = descriptor[255:192];
    end else begin : g_less
      assign more = '0;
    end
  endgenerate
  duet_sequence #(
      .Layers(Layers),
      .First(7),
      .Beats(3 + More)
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

  logic [15:0] passes, out_groups, pixels, pass_length, stride, tile_words, unit_words;
  logic pool, quad;
  assign passes      = descriptor[15:0];  // of an output group
  assign out_groups  = descriptor[31:16];
  assign pixels      = descriptor[47:32];
  assign pass_length = descriptor[63:48];
  assign stride      = descriptor[79:64];
  assign tile_words  = descriptor[95:80];
  assign unit_words  = descriptor[111:96];
  assign pool        = descriptor[160];
  assign quad        = (Quads != 0) && descriptor[161];

  logic [15:0] out_q, in_q, cycle_q, room_q;
  logic [TileAddr:0] full_q, begun_q;  // tiles that are there; that are there or being made
  logic some_full_q;                   // at least one
  logic [TileAddr-1:0] tile_base_q;
  logic [ResultAddr-1:0] unit_base_q;
  logic [15:0] last_pixel_q, last_cycle_q;  // cycles of a pass: the last one with a pixel, the last but two
  // Of a pass: its first cycle, a pixel, its last cycle but one, the first and last of an output group; of the tile's output groups the last.
  logic at_start_q, inside_q, near_q, first_in_q, last_in_q, last_out_q;
  logic taken_q, enough_q;  // room for results has been taken; there is room
  logic second, have_room, ok, valid, one_pass, pass_end_q, group_end_q, unit_end_q, tile_end_q, start_tile, start_pass;

  assign one_pass      = passes == 16'd1;
  assign second        = (UnitGroups == 2) && out_q[0];  // group of a unit, whose room the first one has taken
  assign have_room     = !last_in_q || second || enough_q;
  assign ok            = !at_start_q || (weight_ready_i && have_room);
  assign valid         = state_q == Run && ok && inside_q;
  assign start_tile    = state_q == Begin && some_full_q;
  assign start_pass    = state_q == Run && at_start_q && ok;
  assign tile_end      = tile_end_q;
  assign tile_free_o   = near_q && last_in_q && last_out_q;
  assign tile_free_words_o = tile_words;
  assign weight_take_o = start_pass;
  assign wait_fill_o   = state_q == Begin && begun_q != '0;
  assign wait_load_o   = (state_q == Begin && begun_q == '0) || (state_q == Run && at_start_q && have_room && !weight_ready_i);
  assign wait_store_o  = state_q == Run && at_start_q && !have_room;

  // Places in the two rings.
  logic [TileAddr-1:0] next_tile, next_tile_q;
  logic [TileAddr:0] next_sum_q;
  logic [ResultAddr-1:0] next_unit, next_unit_q;
  logic [Pixels-1:0] there;
  logic shift;
  // With rows of taps the first words, one of each row, make no pixel: they bring what the next ones need of their left neighbour.
  logic [15:0] word;  // of the tile, that is made
  logic makes;
  assign word  = (RowTaps > 1) ? cycle_q - 16'd2 : cycle_q;
  assign makes = valid && (RowTaps == 1 || cycle_q[15:1] != 15'd0);
  duet_walk #(
      .Pixels(Pixels), .InLanes(InLanes), .OutLanes(OutLanes), .ArrayKernel(ArrayKernel), .Diagonal(Diagonal), .DigitBits(DigitBits),
      .TileWords(TileWords), .TileAddr(TileAddr)
  ) u_walk (
      .clk_i,
      .begin_i(state_q == Begin),
      .base_i(tile_base_q),
      .tile_i(tile), .stride_i(stride), .more_i(more),
      .step_i(state_q == Run && ok), .cycle_i(cycle_q), .pass_end_i(pass_end_q), .last_pass_i(last_in_q),
      .tile_addr_o, .there_o(there), .shift_o(shift)
  );
  duet_ring #(
      .Size(TileWords)
  ) u_next_tile (
      .base_i('0),
      .words_i(next_sum_q),
      .place_o(next_tile)
  );
  duet_ring #(
      .Size(ResultWords)
  ) u_next_unit (
      .base_i(unit_base_q),
      .words_i((ResultAddr + 1)'(unit_words)),
      .place_o(next_unit)
  );

  always_ff @(posedge clk_i) begin
    // A pass has InLanes + 6 cycles at least, so its end is seen before: many wait for it.
    next_sum_q   <= (TileAddr + 1)'(tile_base_q) + (TileAddr + 1)'(tile_words);
    next_tile_q  <= next_tile;
    next_unit_q  <= next_unit;
    last_pixel_q <= pixels - 16'd1;
    last_cycle_q <= pass_length - 16'd3;
    last_out_q   <= out_q + 16'd1 == out_groups;
    near_q       <= state_q == Run && cycle_q == last_cycle_q && !rst_i;
    pass_end_q   <= near_q && !rst_i;
    group_end_q  <= near_q && last_in_q && !rst_i;
    unit_end_q   <= near_q && last_in_q && (UnitGroups == 1 || second || last_out_q) && !rst_i;
    tile_end_q   <= tile_free_o && !rst_i;
    taken_q      <= start_pass && last_in_q && !second && !rst_i;
    enough_q     <= room_q >= unit_words;
    if (rst_i) begin
      state_q     <= Begin;
      full_q      <= '0;
      some_full_q <= 1'b0;
      begun_q     <= '0;
      room_q      <= 16'(ResultWords);
      tile_base_q <= '0;
      unit_base_q <= '0;
    end else begin
      full_q      <= full_q + (TileAddr + 1)'(full_i) - (TileAddr + 1)'(start_tile);
      some_full_q <= full_i || (some_full_q && !(start_tile && full_q == (TileAddr + 1)'(1)));
      begun_q     <= begun_q + (TileAddr + 1)'(begun_i) - (TileAddr + 1)'(tile_end);
      room_q <= room_q + (result_free_i ? result_free_words_i : 16'd0) - (taken_q ? unit_words : 16'd0);
      case (state_q)
        Begin: begin
          out_q        <= '0;
          in_q         <= '0;
          cycle_q      <= '0;
          at_start_q   <= 1'b1;
          inside_q     <= 1'b1;
          first_in_q   <= 1'b1;
          last_in_q    <= one_pass;
          if (start_tile) state_q <= Run;
        end
        default: begin
          if (ok) begin
            cycle_q    <= pass_end_q ? 16'd0 : cycle_q + 16'd1;
            at_start_q <= pass_end_q;
            inside_q   <= pass_end_q || (inside_q && cycle_q != last_pixel_q);
          end
          if (pass_end_q) begin
            in_q       <= last_in_q ? 16'd0 : in_q + 16'd1;
            first_in_q <= last_in_q;
            last_in_q  <= last_in_q ? one_pass : in_q + 16'd2 == passes;
          end
          if (group_end_q) out_q <= out_q + 16'd1;
          if (unit_end_q) unit_base_q <= next_unit_q;
          if (tile_end) begin
            tile_base_q <= next_tile_q;
            state_q     <= Begin;
          end
        end
      endcase
    end
  end

  // What travels with a pixel.
  logic [15:0] pixel_psum, pixel_sum;
  logic first_add, pool_sum, quad_sum, second_sum;
  logic swap, store_sum, result_sum, unit_end_sum, begin_pool_q;
  logic [15:0] pixel_now;
  logic [18+ResultAddr:0] sum_now;  // what came with a sum
  logic [18:0] sum_then_q;          // ... a cycle later, but for its unit's place
  duet_flag_delay #(
      .Width(1),
      .Depth(DataAt)
  ) u_swap (
      .clk_i,
      .rst_i,
      .data_i(start_pass),
      .data_o(swap)
  );
  duet_flag_delay #(
      .Width(1),
      .Depth(SumAt)
  ) u_store_sum (
      .clk_i,
      .rst_i,
      .data_i(makes && !last_in_q),
      .data_o(store_sum)
  );
  duet_flag_delay #(
      .Width(2),
      .Depth(SumAt + 1)
  ) u_sum_flags (
      .clk_i,
      .rst_i,
      .data_i({makes && last_in_q, unit_end_q}),
      .data_o({result_sum, unit_end_sum})
  );
  duet_delay #(
      .Width(16),
      .Depth(DataAt - 1 + PsumLate)
  ) u_psum_pixel (
      .clk_i,
      .data_i(word),
      .data_o(pixel_psum)
  );
  duet_delay #(
      .Width(1),
      .Depth(DataAt + 1 + PsumLate)
  ) u_first (
      .clk_i,
      .data_i(first_in_q),
      .data_o(first_add)
  );
  logic [Pixels-1:0] there_data;
  logic shift_add;
  generate
    if (ArrayKernel > 1) begin : g_there
      duet_delay #(
          .Width(Pixels),
          .Depth(DataAt - 2)
      ) u_there (
          .clk_i,
          .data_i(there),
          .data_o(there_data)
      );
    end else begin : g_all_there
      assign there_data = there;
    end
    if (DigitBits < 8) begin : g_shift
      duet_delay #(
          .Width(1),
          .Depth(DataAt + 1 + PsumLate)
      ) u_shift (
          .clk_i,
          .data_i(shift),
          .data_o(shift_add)
      );
    end else begin : g_no_shift
      assign shift_add = shift;
    end
  endgenerate
  duet_delay #(
      .Width(19 + ResultAddr),
      .Depth(SumAt)
  ) u_at_sum (
      .clk_i,
      .data_i({pool, quad, second, unit_base_q, word}),
      .data_o(sum_now)
  );
  assign pixel_now = sum_now[15:0];
  assign {pool_sum, quad_sum, second_sum, pixel_sum} = sum_then_q;

  // The array.
  logic [InLanes*Pixels*FeatureBits-1:0] features, skewed;  // a lane's pixels side by side
  logic [InLanes-1:0] swaps, cuts;
  logic [Pixels*OutLanes*AccBits-1:0] psum, sums, most, column_psum, column_sums, column_most;
  logic cut;
  duet_skew #(
      .Lanes(InLanes),
      .Width(Pixels * FeatureBits)
  ) u_skew (
      .clk_i,
      .data_i(features),
      .data_o(skewed)
  );
  duet_skew #(
      .Lanes(InLanes),
      .Width(1)
  ) u_skew_swap (
      .clk_i, .data_i({InLanes{swap}}), .data_o(swaps)
  );
  duet_delay #(
      .Width(1),
      .Depth(CutAt)
  ) u_cut (
      .clk_i, .data_i(quad), .data_o(cut)
  );
  duet_skew #(
      .Lanes(InLanes),
      .Width(1)
  ) u_skew_cut (
      .clk_i, .data_i({InLanes{cut}}), .data_o(cuts)
  );
  genvar lane, pixel;
  generate
    for (pixel = 0; pixel < Pixels; pixel = pixel + 1) begin : g_pixel
      for (lane = 0; lane < InLanes; lane = lane + 1) begin : g_feature
        assign features[(lane*Pixels+pixel)*FeatureBits+:FeatureBits] = there_data[pixel] ? tile_data_i[(pixel*InLanes+lane)*FeatureBits+:FeatureBits] : '0;
      end
      for (lane = 0; lane < OutLanes; lane = lane + 1) begin : g_sum
        localparam int At = ((lane / Channels) * Sums + pixel * Channels + lane % Channels) * AccBits;  // in its column's
        logic [AccBits-1:0] earlier;
        assign earlier = psum[(pixel*OutLanes+lane)*AccBits+:AccBits];
        assign column_psum[At+:AccBits] = shift_add ? earlier << DigitBits : earlier;
        assign sums[(pixel*OutLanes+lane)*AccBits+:AccBits] = column_sums[At+:AccBits];
        assign most[(pixel*OutLanes+lane)*AccBits+:AccBits] = column_most[At+:AccBits];
      end
    end
    for (lane = 0; lane < OutLanes / Channels; lane = lane + 1) begin : g_lane
      duet_column #(
          .Lanes(InLanes),
          .WeightBits(WeightBits),
          .FeatureBits(FeatureBits),
          .Signed(Signed),
          .AccBits(AccBits),
          .Products(Products),
          .Pixels(Pixels),
          .Chain(Chain),
          .PairShift(PairShift),
          .PixelShift(PixelShift),
          .Quads(Quads),
          .RowTaps(RowTaps)
      ) u_column (
          .clk_i,
          .load_i(weight_load_i),
          .swap_i(swaps),
          .cut_i(cuts),
          .weight_i(weight_i[lane*Channels*RowTaps*WeightBits+:Channels*RowTaps*WeightBits]),
          .feature_i(skewed),
          .sum_i(first_add ? '0 : column_psum[lane*Sums*AccBits+:Sums*AccBits]),
          .sum_o(column_sums[lane*Sums*AccBits+:Sums*AccBits]),
          .most_o(column_most[lane*Sums*AccBits+:Sums*AccBits])
      );
    end
  endgenerate
  duet_ram #(
      .Width(Pixels * OutLanes * AccBits),
      .Depth(PsumWords)
  ) u_psum (
      .clk_i,
      .we_i(store_sum),
      .waddr_i(PsumAddr'(pixel_now)),
      .wdata_i(sums),
      .raddr_i(PsumAddr'(pixel_psum)),
      .rdata_o(psum)
  );

  // Pooling and the way to the result buffer: of the four samples of a pooled pixel each pixel of a word brings every Pixels-th, so the
  // last of them are compared behind the pools. A pooled pixel goes to every place of its word, and the write enables choose.
  localparam int Samples = 4 / Pixels;  // words of the tile in a pooled pixel
  localparam int SampleBits = $clog2(Samples);
  localparam int PixelBits = $clog2(Pixels);
  logic [Pixels*OutLanes*AccBits-1:0] pooled;
  logic [Pixels*UnitGroups-1:0] we_result;
  logic [ResultAddr-1:0] addr_sum, addr_result;
  logic [ResultAddr:0] place_q;
  logic [15:0] pooled_now;
  logic pools_now, pools_sum, pools_result, odd_result, second_result, valid_result, unit_result;
  assign pooled_now = pixel_now >> (SampleBits + PixelBits);
  assign pools_now  = sum_now[18+ResultAddr] && !sum_now[17+ResultAddr];
  assign pools_sum  = pool_sum && !quad_sum;
  generate
    for (pixel = 0; pixel < Pixels; pixel = pixel + 1) begin : g_pool
      duet_pool #(
          .Lanes(OutLanes),
          .AccBits(AccBits),
          .Quads(Quads)
      ) u_pool (
          .clk_i,
          .begin_i(begin_pool_q),
          .quad_i(quad_sum),
          .acc_i(sums[pixel*OutLanes*AccBits+:OutLanes*AccBits]),
          .most_i(most[pixel*OutLanes*AccBits+:OutLanes*AccBits]),
          .acc_o(pooled[pixel*OutLanes*AccBits+:OutLanes*AccBits])
      );
      for (lane = 0; lane < UnitGroups; lane = lane + 1) begin : g_we
        assign we_result[pixel*UnitGroups+lane] = valid_result && (!pools_result || odd_result == (pixel == 1)) && second_result == (lane == 1);
      end
    end
    if (Pixels == 2) begin : g_two
      for (lane = 0; lane < OutLanes; lane = lane + 1) begin : g_result
        logic signed [AccBits-1:0] upper, lower, upper_q, lower_q;
        assign upper = $signed(pooled[lane*AccBits+:AccBits]);
        assign lower = $signed(pooled[(OutLanes+lane)*AccBits+:AccBits]);
        always_ff @(posedge clk_i) begin
          upper_q <= (pools_result && lower > upper) ? lower : upper;
          lower_q <= (pools_result && upper > lower) ? upper : lower;
        end
        assign result_data_o[lane*AccBits+:AccBits] = upper_q;
        assign result_data_o[(OutLanes+lane)*AccBits+:AccBits] = lower_q;
      end
    end else begin : g_one
      assign result_data_o = pooled;
    end
  endgenerate
  always_ff @(posedge clk_i) begin
    sum_then_q    <= {sum_now[16+ResultAddr+:3], pixel_now};
    begin_pool_q  <= !sum_now[17+ResultAddr] && (!sum_now[18+ResultAddr] || pixel_now[SampleBits-1:0] == '0);
    place_q       <= (ResultAddr + 1)'(sum_now[16+:ResultAddr]) + (ResultAddr + 1)'(pools_now ? pooled_now : pixel_now);
    addr_result   <= addr_sum;
    odd_result    <= (Pixels == 2) && pixel_sum[SampleBits];
    second_result <= second_sum;
    pools_result  <= pools_sum;
    valid_result  <= result_sum && (!pools_sum || pixel_sum[SampleBits-1:0] == SampleBits'(Samples - 1)) && !rst_i;
    unit_result   <= unit_end_sum && !rst_i;
  end
  duet_ring #(
      .Size(ResultWords)
  ) u_result (
      .base_i('0),
      .words_i(place_q),
      .place_o(addr_sum)
  );
  // Where two pixels are compared last, all of it is a cycle later.
  duet_delay #(
      .Width(Pixels * UnitGroups + 1 + ResultAddr),
      .Depth(Pixels - 1)
  ) u_late (
      .clk_i,
      .data_i({we_result, unit_result, addr_result}),
      .data_o({result_we_o, result_o, result_addr_o})
  );
  wire unused = &{1'b0, descriptor, pixel_psum, stride, tile, first, last, frame, ahead, odd_layer};
endmodule
