// Weight memory of all layers and the prefetcher that fills the shadow weights of a bank of chains, one pass ahead of their use.
// A pass takes Lanes words in a row, word k for lane k of every chain. A layer's words lie in the order of its passes and are read
// again for each tile. Those of a streamed layer (of the array only) come from outside while it runs, the words of one output group of a
// tile at a time (unit_there_i), into one of `slots` slots after the other, which is free again when they have been read (unit_used_o).
// ready_o: the next pass may begin; take_i: it has begun, and its swap reaches lane 0
// two cycles after take_i or sooner than that plus the reload. Latency from take_i to the first reload: 3 cycles. Throughput: one
// word a cycle. Twins: program::image (the words' order), take_weights in src/program/pipeline.cpp (cycles of streamed ones).
module duet_weights #(
    parameter int Layers   = 16,
    parameter int DepthWise = 0,  // which descriptors: 1 of the depth-wise stage, 0 of the array
    parameter int Lanes    = 8,
    parameter int WordBits = 64,
    parameter int Words    = 512,
    parameter int AddrBits = (Words > 1) ? $clog2(Words) : 1
) (
    input  logic                clk_i,
    input  logic                rst_i,     // also when a program is loaded: begin again with the first layer
    input  logic                enable_i,  // a program is there
    input  logic                we_i,
    input  logic [AddrBits-1:0] waddr_i,
    input  logic [WordBits-1:0] wdata_i,
    input  logic                           program_we_i,  // descriptors, while a program is loaded
    input  logic [                    4:0] program_layer_i,
    input  logic [                    3:0] program_beat_i,
    input  logic [                   63:0] program_data_i,
    input  logic                unit_there_i,
    output logic                unit_used_o,
    input  logic                take_i,
    output logic                ready_o,
    output logic [   Lanes-1:0] load_o,
    output logic [WordBits-1:0] weight_o
);
  localparam int LaneBits = (Lanes > 1) ? $clog2(Lanes) : 1;

  logic [191:0] descriptor;
  logic [15:0] passes, tile;  // passes of a tile
  logic [AddrBits-1:0] base;  // of the layer's words
  logic skip;                 // the layer uses no weights
  logic streamed;
  logic [15:0] unit_passes;
  logic [AddrBits-1:0] stride;  // from one slot to the next
  logic [4:0] slots;
  logic first, last, frame, ahead, odd_layer, advance;
  duet_sequence #(
      .Layers(Layers),
      .First((DepthWise != 0) ? 4 : 7),
      .Beats(3)
  ) u_sequence (
      .clk_i, .rst_i, .program_we_i, .program_layer_i, .program_beat_i, .program_data_i,
      .advance_i(advance),
      .descriptor_o(descriptor),
      .tile_o(tile),
      .first_o(first),
      .last_o(last),
      .frame_o(frame),
      .ahead_o(ahead),
      .odd_layer_o(odd_layer)
  );
  assign passes = (DepthWise != 0) ? descriptor[63:48] : descriptor[127:112];
  assign base   = (DepthWise != 0) ? AddrBits'(descriptor[159:144]) : AddrBits'(descriptor[159:128]);
  assign skip   = (DepthWise != 0) ? descriptor[112] : 1'b0;
  assign streamed    = (DepthWise != 0) ? 1'b0 : descriptor[162];
  assign unit_passes = descriptor[15:0];
  assign slots       = descriptor[167:163];
  assign stride      = AddrBits'(descriptor[191:176]);

  logic [15:0] pass_q, group_q;
  logic [AddrBits-1:0] addr_q, addr, unit_base_q;
  logic [4:0] there_q, slot_q;
  logic [LaneBits-1:0] lane_q;
  logic advanced_q, busy_q, ready_q, last_lane_q, last_pass_q, last_group_q, first_pass_q, first_group_q;
  logic [Lanes-1:0] load1_q, load2_q;
  logic begin_pass, read, pass_end, begin_unit;

  assign ready_o    = ready_q;
  assign load_o     = load2_q;
  assign begin_unit = streamed && first_group_q;
  assign begin_pass = enable_i && !busy_q && !ready_q && !skip && (!begin_unit || there_q != 5'd0);
  assign read       = begin_pass || busy_q;
  assign pass_end   = (Lanes > 1) ? busy_q && last_lane_q : begin_pass;
  assign addr       = busy_q ? addr_q : begin_unit ? unit_base_q : first_pass_q ? base : addr_q;  // of no use but while `read`
  assign advance    = (pass_end && last_pass_q) || (enable_i && skip && !busy_q && !advanced_q);

  // The first word of the next unit, known before the unit is: all streamed layers share their slots, and the program tells the first's.
  always_ff @(posedge clk_i) begin
    if (program_we_i && program_beat_i == 4'd9 && program_data_i[34]) unit_base_q <= AddrBits'(program_data_i);
    else if (streamed && pass_end && last_group_q) unit_base_q <= (slot_q + 5'd1 == slots) ? base : unit_base_q + stride;
  end

  always_ff @(posedge clk_i) begin
    advanced_q <= advance && !rst_i;  // the sequence wants a cycle between two tiles
    load1_q <= read ? Lanes'(1) << lane_q : '0;
    load2_q <= load1_q;
    // Of use at the end of a pass, two cycles after the one before at the soonest.
    last_lane_q  <= read && lane_q == LaneBits'(Lanes - 2);
    last_pass_q  <= pass_q + 16'd1 == passes;
    last_group_q <= group_q + 16'd1 == unit_passes;
    if (rst_i) begin
      pass_q        <= '0;
      group_q       <= '0;
      lane_q        <= '0;
      busy_q        <= 1'b0;
      ready_q       <= 1'b0;
      first_pass_q  <= 1'b1;
      first_group_q <= 1'b1;
      there_q       <= '0;
      slot_q        <= '0;
      unit_used_o   <= 1'b0;
    end else begin
      there_q     <= there_q + 5'(unit_there_i) - 5'(begin_pass && begin_unit);
      unit_used_o <= streamed && pass_end && last_group_q;
      if (begin_pass) ready_q <= 1'b1;
      else if (take_i) ready_q <= 1'b0;
      if (read) begin
        busy_q <= !pass_end;
        lane_q <= pass_end ? '0 : lane_q + LaneBits'(1);
        addr_q <= addr + AddrBits'(1);
        if (pass_end) begin
          pass_q        <= last_pass_q ? 16'd0 : pass_q + 16'd1;
          group_q       <= (last_pass_q || last_group_q) ? 16'd0 : group_q + 16'd1;
          first_pass_q  <= last_pass_q;
          first_group_q <= last_pass_q || last_group_q;
          if (streamed && last_group_q) slot_q <= (slot_q + 5'd1 == slots) ? 5'd0 : slot_q + 5'd1;
        end
      end
    end
  end

  duet_ram #(
      .Width(WordBits),
      .Depth(Words)
  ) u_words (
      .clk_i,
      .we_i,
      .waddr_i,
      .wdata_i,
      .raddr_i(addr),
      .rdata_o(weight_o)
  );

  wire unused = &{1'b0, descriptor, tile, first, last, frame, ahead, odd_layer};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) if (!rst_i && take_i && !ready_q) $error("duet_weights: taken before ready");
`endif
endmodule
