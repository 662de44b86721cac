// First stage: brings the rows that the next tile needs from memory into the line buffer. A tile is a pair of output rows; tile t
// needs rows 2t-1..2t+2, of which 2t+1 and 2t+2 are new (the first tile: 0..2). Rows lie in a ring of three slots for even and three
// for odd rows. A tile is loaded when its slots are free and the previous layer has stored the rows. One run of AXI reads a tile.
// Layers and frames follow one another without a gap. Cycles: twin in src/program/predict.cpp.
module duet_load #(
    parameter int Layers      = 16,
    parameter int LineWords = 512,
    parameter int LineAddr  = 11
) (
    input  logic                clk_i,
    input  logic                rst_i,
    input  logic                enable_i,
    input  logic                           program_we_i,  // descriptors, while a program is loaded
    input  logic [                    4:0] program_layer_i,
    input  logic [                    3:0] program_beat_i,
    input  logic [                   63:0] program_data_i,
    input  logic                frame_valid_i,
    input  logic [        31:0] frame_addr_i,   // of the picture
    output logic                frame_take_o,
    input  logic [         1:0] even_free_i,    // slots that the depth-wise stage frees in this cycle
    input  logic [         1:0] odd_free_i,
    input  logic                stored_i,       // a tile's results are in memory
    output logic                read_valid_o,
    input  logic                read_ready_i,
    output logic [        31:0] read_addr_o,
    output logic [        31:0] read_beats_o,
    input  logic                data_valid_i,
    input  logic [        63:0] data_i,
    output logic                even_we_o,
    output logic                odd_we_o,
    output logic [LineAddr-1:0] line_addr_o,
    output logic [        63:0] line_data_o,
    output logic                loaded_o,       // a tile's rows are there
    output logic                busy_o
);
  typedef enum logic [2:0] {
    Layer,
    Plan,
    Wait,
    Ask,
    Data
  } state_t;
  state_t state_q;

  logic [4:0] layer_q;
  logic [127:0] descriptor;
  duet_descriptors #(
      .Layers(Layers),
      .First(0),
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

  logic [31:0] in_addr;
  logic [15:0] row_beats, height, tiles, need_max;
  logic [3:0] need_first, need_step;
  logic first, last;
  assign in_addr    = descriptor[31:0];
  assign row_beats  = descriptor[47:32];
  assign height     = descriptor[63:48];
  assign tiles      = descriptor[79:64];
  assign need_first = descriptor[83:80];
  assign need_step  = descriptor[87:84];
  assign need_max   = descriptor[103:88];
  assign first      = descriptor[104];
  assign last       = descriptor[105];

  logic [15:0] tile_q, row_q, need_q, need, column_q;
  logic [15:0] base_q, before_q, stored_q;  // tiles up to the previous layer, up to this one, stored; all modulo 2^16
  logic [31:0] addr_q, beats_q;
  logic [1:0] even_need_q, odd_need_q, rows_q, even_slot_q, odd_slot_q;
  logic [2:0] even_room_q, odd_room_q;
  logic [15:0] want_end, row_end, rows_wide, ahead;
  logic go, satisfied, write, row_done, tile_done;

  assign want_end  = 16'({tile_q, 1'b0}) + 16'd3;
  assign row_end     = (want_end < height) ? want_end : height;
  assign rows_wide = row_end - row_q;
  assign need      = (need_q < need_max) ? need_q : need_max;
  assign ahead     = stored_q - base_q - need;
  assign satisfied = first || !ahead[15];
  assign go        = state_q == Wait && satisfied && even_room_q >= 3'(even_need_q) && odd_room_q >= 3'(odd_need_q);

  assign read_valid_o = state_q == Ask;
  assign read_addr_o  = addr_q;
  assign read_beats_o = beats_q;
  assign frame_take_o = state_q == Layer && enable_i && first && frame_valid_i;
  assign busy_o       = state_q == Ask || state_q == Data;

  assign write     = state_q == Data && data_valid_i;
  assign row_done  = write && column_q + 16'd1 == row_beats;
  assign tile_done = row_done && rows_q == 2'd1;

  localparam logic [LineAddr-1:0] Slot1 = LineAddr'(LineWords);
  localparam logic [LineAddr-1:0] Slot2 = LineAddr'(2 * LineWords);
  logic [1:0] slot;
  assign slot = row_q[0] ? odd_slot_q : even_slot_q;

  always_ff @(posedge clk_i) begin
    line_addr_o <= LineAddr'(column_q) + ((slot == 2'd0) ? '0 : (slot == 2'd1) ? Slot1 : Slot2);
    line_data_o <= data_i;
    if (rst_i) begin
      state_q     <= Layer;
      layer_q     <= '0;
      base_q      <= '0;
      before_q    <= '0;
      stored_q    <= '0;
      even_slot_q <= '0;
      odd_slot_q  <= '0;
      even_room_q <= 3'd3;
      odd_room_q  <= 3'd3;
      even_we_o   <= 1'b0;
      odd_we_o    <= 1'b0;
      loaded_o    <= 1'b0;
    end else begin
      even_we_o <= write && !row_q[0];
      odd_we_o  <= write && row_q[0];
      loaded_o  <= tile_done || (go && rows_q == 2'd0);
      if (stored_i) stored_q <= stored_q + 16'd1;
      even_room_q <= even_room_q + 3'(even_free_i) - (go ? 3'(even_need_q) : 3'd0);
      odd_room_q  <= odd_room_q + 3'(odd_free_i) - (go ? 3'(odd_need_q) : 3'd0);
      case (state_q)
        Layer: begin
          tile_q <= '0;
          row_q  <= '0;
          addr_q <= first ? frame_addr_i : in_addr;
          need_q <= 16'(need_first);
          if (enable_i && (!first || frame_valid_i)) state_q <= Plan;
        end
        Plan: begin
          rows_q      <= rows_wide[1:0];
          beats_q     <= ((rows_wide[1:0] == 2'd1) ? 32'(row_beats) : 32'd0) + (rows_wide[1] ? {15'd0, row_beats, 1'b0} : 32'd0)
                       + ((rows_wide[1:0] == 2'd3) ? 32'(row_beats) : 32'd0);
          even_need_q <= (rows_wide[1:0] == 2'd3) ? (row_q[0] ? 2'd1 : 2'd2) : (rows_wide[1:0] == 2'd2) ? 2'd1
                       : (rows_wide[1:0] == 2'd1 && !row_q[0]) ? 2'd1 : 2'd0;
          odd_need_q  <= (rows_wide[1:0] == 2'd3) ? (row_q[0] ? 2'd2 : 2'd1) : (rows_wide[1:0] == 2'd2) ? 2'd1
                       : (rows_wide[1:0] == 2'd1 && row_q[0]) ? 2'd1 : 2'd0;
          column_q    <= '0;
          state_q     <= Wait;
        end
        Wait: if (go) state_q <= (rows_q == 2'd0) ? Plan : Ask;
        Ask:  if (read_ready_i) state_q <= Data;
        default:
        if (write) begin
          column_q <= row_done ? 16'd0 : column_q + 16'd1;
          if (row_done) begin
            row_q  <= row_q + 16'd1;
            rows_q <= rows_q - 2'd1;
            if (row_q[0]) odd_slot_q <= (odd_slot_q == 2'd2) ? 2'd0 : odd_slot_q + 2'd1;
            else even_slot_q <= (even_slot_q == 2'd2) ? 2'd0 : even_slot_q + 2'd1;
          end
          if (tile_done) state_q <= Plan;
        end
      endcase
      if (read_valid_o && read_ready_i) addr_q <= addr_q + {beats_q[28:0], 3'b000};
      if (tile_done || (go && rows_q == 2'd0)) begin
        tile_q <= tile_q + 16'd1;
        need_q <= need_q + 16'(need_step);
        if (tile_q + 16'd1 == tiles) begin
          state_q  <= Layer;
          layer_q  <= last ? 5'd0 : layer_q + 5'd1;
          base_q   <= before_q;
          before_q <= before_q + tiles;
        end
      end
    end
  end
  wire unused = &{1'b0, descriptor[127:106], rows_wide[15:2], beats_q[31:29], ahead[14:0]};
endmodule
