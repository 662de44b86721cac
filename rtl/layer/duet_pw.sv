// Third stage: the point-wise array. A pass multiplies one input group (InLanes channels) of a whole tile with the weights of one
// output group (OutLanes channels); passes run input group by input group, output group by output group, partial sums waiting in a
// memory between them. The sums of the last input group are pooled and go to the result buffer. Weights stand still during a pass and
// are reloaded for the next one meanwhile. Latency: InLanes + 6 cycles (8 with two products a DSP) from the issue of a pixel to its word in the result buffer.
// Throughput: one pixel of InLanes x OutLanes products a cycle; passes and tiles follow one another without a gap as long as tiles,
// weights and room for results are there. Golden twin: src/layer/conv.cpp; cycles: src/program/predict.cpp.
module duet_pw #(
    parameter int Layers      = 16,
    parameter int InLanes     = 8,
    parameter int OutLanes    = 24,
    parameter int WeightBits  = 8,
    parameter int FeatureBits = 8,
    parameter int AccBits     = 32,
    parameter int Products    = 1,  // a DSP, of so many output lanes
    parameter int Chain       = 8,  // products added inside the DSPs before they are taken apart
    parameter int PairShift   = 1,
    parameter int TileWords   = 512,
    parameter int TileAddr    = 10,
    parameter int PsumWords   = 256,
    parameter int ResultWords = 256,
    parameter int ResultAddr  = 9
) (
    input  logic                           clk_i,
    input  logic                           rst_i,
    input  logic                           program_we_i,  // descriptors, while a program is loaded
    input  logic [                    4:0] program_layer_i,
    input  logic [                    3:0] program_beat_i,
    input  logic [                   63:0] program_data_i,
    input  logic                           full_i,        // another tile is in the tile buffer
    input  logic                           result_free_i, // a half of the result buffer is free again
    output logic                           tile_free_o,
    output logic                           result_o,      // an output group of a tile is in the result buffer
    output logic [           TileAddr-1:0] tile_addr_o,
    input  logic [InLanes*FeatureBits-1:0] tile_data_i,
    input  logic                           weight_ready_i,
    output logic                           weight_take_o,
    input  logic [            InLanes-1:0] weight_load_i,
    input  logic [OutLanes*WeightBits-1:0] weight_i,
    output logic                           result_we_o,
    output logic [         ResultAddr-1:0] result_addr_o,
    output logic [   OutLanes*AccBits-1:0] result_data_o,
    output logic                           wait_input_o,  // counters: idle for want of a tile, of room
    output logic                           wait_output_o
);
  localparam int DataAt = 3;            // issue to data from the tile buffer
  localparam int SumAt = InLanes + ((Products == 2) ? 7 : 5);      // ... to the columns' sums
  localparam int PsumLate = (Products == 2) ? Chain + 2 : 0;       // columns of two products a DSP add partial sums so much later
  localparam int PsumAddr = (PsumWords > 1) ? $clog2(PsumWords) : 1;

  typedef enum logic {
    Layer,
    Run
  } state_t;
  state_t state_q;

  logic [4:0] layer_q;
  logic [127:0] descriptor;
  duet_descriptors #(
      .Layers(Layers),
      .First(8),
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

  logic [15:0] in_groups, out_groups, pixels, pass_length, stride, tiles;
  logic pool, last;
  assign in_groups   = descriptor[15:0];
  assign out_groups  = descriptor[31:16];
  assign pixels      = descriptor[47:32];
  assign pass_length = descriptor[63:48];
  assign stride      = descriptor[79:64];
  assign tiles       = descriptor[95:80];
  assign pool        = descriptor[96];
  assign last        = descriptor[97];

  logic [15:0] tile_q, out_q, in_q, cycle_q, base_q;
  logic [1:0] full_q, free_q;
  logic half_q, result_half_q;
  logic at_start, first_in, last_in, first_out, have_tile, have_room, ok, valid, pass_end, unit_end, tile_end, start_pass;

  assign at_start      = cycle_q == 16'd0;
  assign first_in      = in_q == 16'd0;
  assign last_in       = in_q + 16'd1 == in_groups;
  assign first_out     = out_q == 16'd0;
  assign have_tile     = !(first_in && first_out) || full_q != 2'd0;
  assign have_room     = !last_in || free_q != 2'd0;
  assign ok            = !at_start || (weight_ready_i && have_tile && have_room);
  assign valid         = state_q == Run && ok && cycle_q < pixels;
  assign start_pass    = state_q == Run && at_start && ok;
  assign pass_end      = state_q == Run && ok && cycle_q + 16'd1 == pass_length;
  assign unit_end      = pass_end && last_in;
  assign tile_end      = unit_end && out_q + 16'd1 == out_groups;
  assign tile_free_o   = tile_end;
  assign weight_take_o = start_pass;
  assign wait_input_o  = state_q == Layer || (at_start && !have_tile);
  assign wait_output_o = state_q == Run && at_start && have_tile && !have_room;

  always_ff @(posedge clk_i) begin
    tile_addr_o <= TileAddr'(base_q) + TileAddr'(cycle_q) + (half_q ? TileAddr'(TileWords) : '0);
    if (rst_i) begin
      state_q       <= Layer;
      layer_q       <= '0;
      full_q        <= '0;
      free_q        <= 2'd2;
      half_q        <= 1'b0;
      result_half_q <= 1'b0;
    end else begin
      full_q <= full_q + 2'(full_i) - 2'(start_pass && first_in && first_out);
      free_q <= free_q + 2'(result_free_i) - 2'(start_pass && last_in);
      case (state_q)
        Layer: begin
          tile_q  <= '0;
          out_q   <= '0;
          in_q    <= '0;
          cycle_q <= '0;
          base_q  <= '0;
          if (full_q != 2'd0) state_q <= Run;
        end
        default: begin
          if (ok) cycle_q <= pass_end ? 16'd0 : cycle_q + 16'd1;
          if (pass_end) begin
            in_q   <= last_in ? 16'd0 : in_q + 16'd1;
            base_q <= last_in ? 16'd0 : base_q + stride;
          end
          if (unit_end) begin
            out_q         <= (out_q + 16'd1 == out_groups) ? 16'd0 : out_q + 16'd1;
            result_half_q <= !result_half_q;
          end
          if (tile_end) begin
            tile_q <= tile_q + 16'd1;
            half_q <= !half_q;
            if (tile_q + 16'd1 == tiles) begin
              state_q <= Layer;
              layer_q <= last ? 5'd0 : layer_q + 5'd1;
            end
          end
        end
      endcase
    end
  end

  // What travels with a pixel.
  logic [15:0] pixel_psum, pixel_sum, pixel_result;
  logic first_add, pool_sum, half_sum, pool_result, half_result;
  logic swap, store_sum, result_sum, valid_result, unit_end_sum;
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
      .Width(3),
      .Depth(SumAt)
  ) u_sum_flags (
      .clk_i,
      .rst_i,
      .data_i({valid && !last_in, valid && last_in, unit_end}),
      .data_o({store_sum, result_sum, unit_end_sum})
  );
  duet_delay #(
      .Width(16),
      .Depth(DataAt - 1 + PsumLate)
  ) u_psum_pixel (
      .clk_i,
      .data_i(cycle_q),
      .data_o(pixel_psum)
  );
  duet_delay #(
      .Width(1),
      .Depth(DataAt + 1 + PsumLate)
  ) u_first (
      .clk_i,
      .data_i(first_in),
      .data_o(first_add)
  );
  duet_delay #(
      .Width(18),
      .Depth(SumAt)
  ) u_at_sum (
      .clk_i,
      .data_i({pool, result_half_q, cycle_q}),
      .data_o({pool_sum, half_sum, pixel_sum})
  );

  // The array.
  logic [InLanes*FeatureBits-1:0] skewed;
  logic [InLanes-1:0] swaps;
  logic [OutLanes*AccBits-1:0] psum, sums;
  duet_skew #(
      .Lanes(InLanes),
      .Width(FeatureBits)
  ) u_skew (
      .clk_i,
      .data_i(tile_data_i),
      .data_o(skewed)
  );
  duet_skew #(
      .Lanes(InLanes),
      .Width(1)
  ) u_skew_swap (
      .clk_i,
      .data_i({InLanes{swap}}),
      .data_o(swaps)
  );
  genvar lane;
  generate
    for (lane = 0; lane < OutLanes / Products; lane = lane + 1) begin : g_lane
      duet_column #(
          .Lanes(InLanes),
          .WeightBits(WeightBits),
          .FeatureBits(FeatureBits),
          .AccBits(AccBits),
          .Products(Products),
          .Chain(Chain),
          .PairShift(PairShift)
      ) u_column (
          .clk_i,
          .load_i(weight_load_i),
          .swap_i(swaps),
          .weight_i(weight_i[lane*Products*WeightBits+:Products*WeightBits]),
          .feature_i(skewed),
          .sum_i(first_add ? '0 : psum[lane*Products*AccBits+:Products*AccBits]),
          .sum_o(sums[lane*Products*AccBits+:Products*AccBits])
      );
    end
  endgenerate
  duet_ram #(
      .Width(OutLanes * AccBits),
      .Depth(PsumWords)
  ) u_psum (
      .clk_i,
      .we_i(store_sum),
      .waddr_i(PsumAddr'(pixel_sum)),
      .wdata_i(sums),
      .raddr_i(PsumAddr'(pixel_psum)),
      .rdata_o(psum)
  );

  // Pooling and the way to the result buffer.
  duet_pool #(
      .Lanes(OutLanes),
      .AccBits(AccBits)
  ) u_pool (
      .clk_i,
      .begin_i(!pool_sum || pixel_sum[1:0] == 2'd0),
      .acc_i(sums),
      .acc_o(result_data_o)
  );
  always_ff @(posedge clk_i) begin
    pixel_result <= pixel_sum;
    pool_result  <= pool_sum;
    half_result  <= half_sum;
    valid_result <= result_sum && !rst_i;
    result_o     <= unit_end_sum && !rst_i;
  end
  assign result_we_o   = valid_result && (!pool_result || pixel_result[1:0] == 2'd3);
  assign result_addr_o = (half_result ? ResultAddr'(ResultWords) : '0)
                       + (pool_result ? ResultAddr'(pixel_result >> 2) : ResultAddr'(pixel_result));
  wire unused = &{1'b0, descriptor[127:98], pixel_psum};
endmodule
