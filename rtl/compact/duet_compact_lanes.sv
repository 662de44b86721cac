// Eight multipliers side by side, each with its own sum, and what becomes of finished sums: one after the other through one requantiser,
// compared where they are pooled, put together to words. A depth-wise convolution gives every lane its channel's feature, a 1x1
// convolution all lanes the same one. Latency: 20 cycles from the last words of a pixel to its word (head: 16 to the first half, 20 to the
// second). Throughput: a word of weights a cycle, a pixel every 8 cycles at most: last_i comes no faster. Golden twin:
// fixed::requantize, src/layer/pool.cpp. Does not: stall; pool features with a sign.
module duet_compact_lanes #(
    parameter int AccBits   = 24,
    parameter int ParamBits = AccBits + 14
) (
    input  logic                 clk_i,
    input  logic                 rst_i,
    input  logic                 first_i,       // with the words that begin sums
    input  logic                 last_i,        // ... that end them
    input  logic [         63:0] weights_i,     // a byte a lane, signed
    input  logic [         63:0] features_i,    // a byte a lane, unsigned
    input  logic                 pool_i,        // these three stand still while sums are on their way
    input  logic                 head_i,        // 16 bits with a sign instead of 0..hi_i
    input  logic [          7:0] hi_i,
    output logic [          2:0] param_lane_o,  // whose parameters are to come in two cycles
    input  logic [ParamBits-1:0] param_i,       // shift, multiplier, bias
    output logic                 write_o,       // word_o is whole in the next cycle
    output logic [         63:0] word_o
);
  localparam int Lanes = 8;
  localparam int Finish = 19;  // cycles from last_i to write_o

  logic first, sums_done;
  logic [Finish:1] last_q;  // last_i so many cycles ago
  logic [Lanes*AccBits-1:0] sums, hold_q;
  logic [15:0] value;
  logic [2:0] lane_q, index_q;
  logic [1:0] sample_q;
  logic active_q, fresh, wins;
  logic [7:0] most;

  duet_delay #(
      .Width(1),
      .Depth(2)
  ) u_first (
      .clk_i,
      .data_i(first_i),
      .data_o(first)
  );
  genvar lane;
  generate
    for (lane = 0; lane < Lanes; lane = lane + 1) begin : g_lane
      logic [31:0] sum;
      duet_accumulate u_sum (
          .clk_i,
          .first_i(first),
          .weight_i(weights_i[lane*8+:8]),
          .feature_i(features_i[lane*8+:8]),
          .sum_o(sum)
      );
      assign sums[lane*AccBits+:AccBits] = sum[AccBits-1:0];
      wire unused = &{1'b0, sum};
    end
  endgenerate

  assign sums_done    = last_q[3];
  assign param_lane_o = lane_q;
  duet_requantize #(
      .AccBits(AccBits)
  ) u_requantize (
      .clk_i,
      .acc_i(hold_q[AccBits-1:0]),
      .bias_i(param_i[AccBits-1:0]),
      .multiplier_i(param_i[AccBits+:8]),
      .shift_i(param_i[AccBits+8+:6]),
      .signed_i(head_i),
      .hi_i(head_i ? 16'h7fff : {8'd0, hi_i}),
      .value_o(value)
  );

  // Of the four samples of a pooled pixel the first is taken as it is.
  assign fresh = sample_q == 2'd0;
  assign wins  = fresh || value[7:0] > word_o[7:0];
  assign most  = wins ? value[7:0] : word_o[7:0];
  assign write_o = (last_q[Finish] && (!pool_i || sample_q == 2'd3)) || (last_q[Finish-4] && head_i);
  always_ff @(posedge clk_i) begin
    hold_q <= sums_done ? sums : {hold_q[AccBits-1:0], hold_q[Lanes*AccBits-1:AccBits]};
    lane_q <= last_q[1] ? 3'd0 : lane_q + 3'd1;
    if (active_q) word_o <= head_i ? {value, word_o[63:16]} : {most, word_o[63:8]};
    if (rst_i) begin
      last_q   <= '0;
      active_q <= 1'b0;
      index_q  <= 3'd0;
      sample_q <= 2'd0;
    end else begin
      last_q <= {last_q[Finish-1:1], last_i};
      if (last_q[Finish-8]) active_q <= 1'b1;
      else if (index_q == 3'd7) active_q <= 1'b0;
      index_q <= active_q ? index_q + 3'd1 : 3'd0;
      if (active_q && index_q == 3'd7) sample_q <= pool_i ? sample_q + 2'd1 : 2'd0;
    end
  end
endmodule
