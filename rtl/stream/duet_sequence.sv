// The order in which every stage takes the tiles of a frame, and the stage's part of the descriptor of the tile at work. Layers follow
// one another; two neighbours that are interleaved take turns: `lead` tiles of the first, then one of the second and `burst` more of
// the first, and so on until both are done (docs/architecture.md). All stages walk through the same order, each at its own pace.
// Latency: outputs show the next tile in the cycle after advance_i, and after a program's last descriptor the first one. All come from
// registers: which tile comes next, and its descriptor, is found out while the one before it is at work.
// Throughput: a tile in two cycles (advance_i is not set in the cycle after it was). Twin: program::in_turns.
module duet_sequence #(
    parameter int Layers = 16,
    parameter int First  = 0,   // beats of the descriptor that the stage reads
    parameter int Beats  = 2
) (
    input  logic                clk_i,
    input  logic                rst_i,
    input  logic                program_we_i,  // descriptors, while a program is loaded
    input  logic [         4:0] program_layer_i,
    input  logic [         3:0] program_beat_i,
    input  logic [        63:0] program_data_i,
    input  logic                advance_i,     // the tile at work is done
    output logic [64*Beats-1:0] descriptor_o,
    output logic [        15:0] tile_o,        // number within its layer
    output logic                first_o,       // of its layer
    output logic                last_o,
    output logic                frame_o,       // the frame ends with this tile
    output logic                ahead_o,       // its layer is the first of two that take turns
    output logic                odd_layer_o
);
  localparam int Order = 15;  // the beat that tells the order

  // Of the tile after the one at work.
  logic [4:0] next_layer_q;
  logic [63:0] order;
  logic [64*Beats-1:0] descriptor;
  duet_descriptors #(
      .Layers(Layers),
      .First(First),
      .Beats(Beats)
  ) u_stage (
      .clk_i,
      .we_i(program_we_i),
      .layer_w_i(program_layer_i),
      .beat_w_i(program_beat_i),
      .data_w_i(program_data_i),
      .layer_i(next_layer_q),
      .descriptor_o(descriptor)
  );
  duet_descriptors #(
      .Layers(Layers),
      .First(Order),
      .Beats(1)
  ) u_order (
      .clk_i,
      .we_i(program_we_i),
      .layer_w_i(program_layer_i),
      .beat_w_i(program_beat_i),
      .data_w_i(marked),
      .layer_i(next_layer_q),
      .descriptor_o(order)
  );

  // Of the next layer; there a cycle after its number, like all that is found out of it.
  logic [63:0] order_q;
  always_ff @(posedge clk_i) order_q <= order;

  // What would take long to find out when it is needed is known before: comparisons of a layer's order with small numbers stand beside
  // it in the memory, those of a count are made while the tile before is at work.
  logic [63:0] marked;
  logic [15:0] tiles, tile, tile_q, count_q, ahead_tile_q, ahead_count_q;
  logic [7:0] lead_less, burst, left_q;  // lead_less: one less than lead
  logic first, last, ahead, last_layer, one_tile, two_tiles, lead_one, lead_two, burst_one;
  logic first_q, end_q, ahead_first_q, ahead_end_q, left_one, left_one_q, turns_q, ahead_done_q, begun_q, start_q, step;
  assign marked = {17'd0, program_data_i[23:16] - 8'd1, program_data_i[31:24] == 8'd1, program_data_i[23:16] == 8'd2, program_data_i[23:16] == 8'd1,
                   program_data_i[15:0] == 16'd2, program_data_i[15:0] == 16'd1, program_data_i[33:0]};
  assign tiles = order_q[15:0];
  assign burst = order_q[31:24];
  assign {lead_less, burst_one, lead_two, lead_one, two_tiles, one_tile, last_layer, ahead} = order_q[46:32];
  assign tile     = ahead ? ahead_tile_q : tile_q;
  assign first    = ahead ? ahead_first_q : first_q;
  assign last     = first ? one_tile : ahead ? ahead_end_q : end_q;
  assign left_one = first ? lead_one : left_one_q;  // the last of the first layer's tiles before it is the second one's turn
  assign step     = advance_i || start_q;

  always_ff @(posedge clk_i) begin
    if (step) begin
      odd_layer_o  <= next_layer_q[0];
      descriptor_o <= descriptor;
      tile_o       <= tile;
      first_o      <= first;
      last_o       <= last;
      frame_o      <= last && last_layer;
      ahead_o      <= ahead;
      // A count is as many tiles as its layer has when its second tile is next, and falls with every tile.
      if (ahead) begin
        ahead_count_q <= first ? tiles : ahead_count_q - 16'd1;
        ahead_end_q   <= first ? two_tiles : ahead_count_q == 16'd3;
        left_q        <= (last || left_one) ? burst : first ? lead_less : left_q - 8'd1;
        left_one_q    <= (last || left_one) ? burst_one : first ? lead_two : left_q == 8'd2;
      end else begin
        count_q <= first ? tiles : count_q - 16'd1;
        end_q   <= first ? two_tiles : count_q == 16'd3;
      end
    end
    if (rst_i || program_we_i) begin
      next_layer_q  <= '0;
      tile_q        <= '0;
      first_q       <= 1'b1;
      ahead_tile_q  <= '0;
      ahead_first_q <= 1'b1;
      turns_q       <= 1'b0;
      ahead_done_q  <= 1'b0;
      begun_q       <= 1'b0;
      start_q       <= 1'b0;
    end else if (!step) begin
      begun_q <= 1'b1;
      start_q <= !begun_q;
    end else begin
      start_q <= 1'b0;
      if (ahead) begin
        ahead_tile_q  <= last ? 16'd0 : ahead_tile_q + 16'd1;
        ahead_first_q <= last;
        ahead_done_q  <= last;
        if (last || left_one) begin
          next_layer_q <= next_layer_q + 5'd1;
          turns_q      <= 1'b1;
        end
      end else begin
        tile_q  <= last ? 16'd0 : tile_q + 16'd1;
        first_q <= last;
        if (last) begin
          next_layer_q <= last_layer ? 5'd0 : next_layer_q + 5'd1;
          turns_q      <= 1'b0;
        end else if (turns_q && !ahead_done_q) begin
          next_layer_q <= next_layer_q - 5'd1;
        end
      end
    end
  end
  wire unused = &{1'b0, order_q[63:47], order_q[23:16], program_data_i};

`ifndef SYNTHESIS
  logic advanced_q;
  always_ff @(posedge clk_i) begin
    advanced_q <= advance_i;
    if (!rst_i && advance_i && advanced_q) $error("duet_sequence: two tiles in two cycles");
  end
`endif
endmodule
