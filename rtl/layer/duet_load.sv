// First stage: brings a tile's rows from memory. A tile is a pair of output rows; for a convolution tile t needs rows 2t-1..2t+2, of
// which 2t+1 and 2t+2 are new (the first tile: 0..2), and they go to the line buffer: a ring of three slots for even and three for odd
// rows, and the same again for the first of two interleaved layers (the side ring). A layer without depth-wise convolution needs rows
// 2t and 2t+1, and they go straight to the tile buffer once the depth-wise stage has made room (copy_go_i). A tile is loaded when
// there is room and the previous layer has stored the rows. One run of AXI reads a tile. Layers and frames follow one another without
// a gap. Cycles: twin in src/program/predict.cpp.
module duet_load #(
    parameter int Layers    = 16,
    parameter int LineWords = 512,
    parameter int SideWords = 0,
    parameter int LineAddr  = 11
) (
    input  logic                clk_i,
    input  logic                rst_i,
    input  logic                enable_i,
    input  logic                program_we_i,    // descriptors, while a program is loaded
    input  logic [         4:0] program_layer_i,
    input  logic [         3:0] program_beat_i,
    input  logic [        63:0] program_data_i,
    input  logic                frame_valid_i,
    input  logic [        31:0] frame_addr_i,    // of the picture
    output logic                frame_take_o,
    input  logic [         1:0] even_free_i,     // slots that the depth-wise stage frees in this cycle
    input  logic [         1:0] odd_free_i,
    input  logic                side_free_i,     // ... of the side ring
    input  logic                copy_go_i,       // the tile buffer has room for the next tile to copy
    input  logic [         1:0] stored_i,        // a tile's results are in memory: of an even layer, of an odd one
    output logic                read_valid_o,
    input  logic                read_ready_i,
    output logic [        31:0] read_addr_o,
    output logic [        31:0] read_beats_o,
    input  logic                data_valid_i,
    input  logic [        63:0] data_i,
    output logic                even_we_o,
    output logic                odd_we_o,
    output logic                copy_we_o,
    output logic [LineAddr-1:0] line_addr_o,
    output logic [        63:0] line_data_o,
    output logic                loaded_o,        // a tile's rows are there
    output logic                busy_o
);
  typedef enum logic [2:0] {
    Begin,
    Plan,
    Wait,
    Ask,
    Data
  } state_t;
  state_t state_q;

  logic [127:0] descriptor;
  logic [15:0] tile;
  logic first, last, frame, ahead, odd_layer, tile_end;
  duet_sequence #(
      .Layers(Layers),
      .First(0),
      .Beats(2)
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

  logic [31:0] in_addr;
  logic [15:0] row_beats, height, need_max;
  logic pooled, picture, copy, side, final_layer;
  assign in_addr   = descriptor[31:0];
  assign row_beats = descriptor[47:32];
  assign height    = descriptor[63:48];
  assign need_max  = descriptor[79:64];  // tiles of the previous layer
  assign pooled    = descriptor[80];     // a tile of the previous layer is one row
  assign picture   = descriptor[81];
  assign copy      = descriptor[82];
  assign side      = descriptor[83];
  assign final_layer = descriptor[84];   // nobody reads its results: they are not counted

  logic [15:0] row_q, to_q, rows_wide, need_q, column_q;
  logic [15:0] even_stored_q, odd_stored_q;  // tiles in memory, of the even and the odd layer at work
  logic [31:0] main_addr_q, ahead_addr_q, addr, beats_q;
  logic [1:0] even_need_q, odd_need_q, rows_q;
  logic [1:0] even_slot_q, odd_slot_q, even_side_slot_q, odd_side_slot_q;
  logic [2:0] even_room_q, odd_room_q, even_side_room_q, odd_side_room_q, even_room, odd_room;
  logic [1:0] copy_room_q;
  logic go, satisfied, room, write, row_done;

  // Rows of the tile, and the previous layer's tiles that hold them.
  logic [15:0] twice, row_from, row_to, from, to, need;
  assign twice    = {tile[14:0], 1'b0};
  assign row_from = copy ? twice : first ? 16'd0 : twice + 16'd1;
  assign row_to   = copy ? twice + 16'd2 : twice + 16'd3;
  assign from     = (row_from < height) ? row_from : height;
  assign to       = (row_to < height) ? row_to : height;
  assign need     = pooled ? row_to : copy ? tile + 16'd1 : tile + 16'd2;

  assign addr      = ahead ? ahead_addr_q : main_addr_q;
  assign even_room = side ? even_side_room_q : even_room_q;
  assign odd_room  = side ? odd_side_room_q : odd_room_q;
  assign satisfied = picture || (odd_layer ? even_stored_q >= need_q : odd_stored_q >= need_q);
  assign room      = copy ? copy_room_q != 2'd0 : even_room >= 3'(even_need_q) && odd_room >= 3'(odd_need_q);
  assign go        = state_q == Wait && satisfied && room;

  assign read_valid_o = state_q == Ask;
  assign read_addr_o  = addr;
  assign read_beats_o = beats_q;
  assign frame_take_o = state_q == Begin && enable_i && picture && first && frame_valid_i;
  assign busy_o       = state_q == Ask || state_q == Data;

  assign write    = state_q == Data && data_valid_i;
  assign row_done = write && column_q + 16'd1 == row_beats;
  assign tile_end = (row_done && rows_q == 2'd1) || (go && rows_q == 2'd0);

  localparam logic [LineAddr-1:0] Slot1 = LineAddr'(LineWords), Slot2 = LineAddr'(2 * LineWords);
  localparam logic [LineAddr-1:0] Side0 = LineAddr'(3 * LineWords), Side1 = LineAddr'(3 * LineWords + SideWords),
      Side2 = LineAddr'(3 * LineWords + 2 * SideWords);
  logic [1:0] slot, side_slot;
  logic [LineAddr-1:0] slot_base;
  assign slot      = row_q[0] ? odd_slot_q : even_slot_q;
  assign side_slot = row_q[0] ? odd_side_slot_q : even_side_slot_q;
  assign slot_base = side ? ((side_slot == 2'd0) ? Side0 : (side_slot == 2'd1) ? Side1 : Side2)
                          : ((slot == 2'd0) ? '0 : (slot == 2'd1) ? Slot1 : Slot2);

  function automatic [1:0] next_slot(input [1:0] at);
    next_slot = (at == 2'd2) ? 2'd0 : at + 2'd1;
  endfunction

  always_ff @(posedge clk_i) begin
    line_addr_o <= LineAddr'(column_q) + slot_base;
    line_data_o <= data_i;
    if (rst_i) begin
      state_q          <= Begin;
      even_stored_q    <= '0;
      odd_stored_q     <= '0;
      even_slot_q      <= '0;
      odd_slot_q       <= '0;
      even_side_slot_q <= '0;
      odd_side_slot_q  <= '0;
      even_room_q      <= 3'd3;
      odd_room_q       <= 3'd3;
      even_side_room_q <= 3'd3;
      odd_side_room_q  <= 3'd3;
      copy_room_q      <= '0;
      even_we_o        <= 1'b0;
      odd_we_o         <= 1'b0;
      copy_we_o        <= 1'b0;
      loaded_o         <= 1'b0;
    end else begin
      even_we_o <= write && !copy && !row_q[0];
      odd_we_o  <= write && !copy && row_q[0];
      copy_we_o <= write && copy;
      loaded_o  <= tile_end;
      even_room_q <= even_room_q + (side_free_i ? 3'd0 : 3'(even_free_i)) - ((go && !copy && !side) ? 3'(even_need_q) : 3'd0);
      odd_room_q  <= odd_room_q + (side_free_i ? 3'd0 : 3'(odd_free_i)) - ((go && !copy && !side) ? 3'(odd_need_q) : 3'd0);
      even_side_room_q <= even_side_room_q + (side_free_i ? 3'(even_free_i) : 3'd0) - ((go && side) ? 3'(even_need_q) : 3'd0);
      odd_side_room_q  <= odd_side_room_q + (side_free_i ? 3'(odd_free_i) : 3'd0) - ((go && side) ? 3'(odd_need_q) : 3'd0);
      copy_room_q      <= copy_room_q + 2'(copy_go_i) - 2'(go && copy);
      if (stored_i[0]) even_stored_q <= even_stored_q + 16'd1;
      if (stored_i[1]) odd_stored_q <= odd_stored_q + 16'd1;
      case (state_q)
        Begin: begin
          row_q  <= from;
          to_q   <= to;
          need_q <= (need < need_max) ? need : need_max;
          if (first) begin
            if (ahead) ahead_addr_q <= picture ? frame_addr_i : in_addr;
            else main_addr_q <= picture ? frame_addr_i : in_addr;
          end
          if (enable_i && (!(picture && first) || frame_valid_i)) begin
            state_q <= Plan;
            // The layer that counted here before has been read to its end. (Not so before the final layer: the one that it takes turns
            // with still reads.)
            if (first && odd_layer && !final_layer) odd_stored_q <= '0;
            if (first && !odd_layer && !final_layer) even_stored_q <= '0;
          end
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
        Wait: if (go) state_q <= (rows_q == 2'd0) ? Begin : Ask;
        Ask:
        if (read_ready_i) begin
          state_q <= Data;
          if (ahead) ahead_addr_q <= addr + {beats_q[28:0], 3'b000};
          else main_addr_q <= addr + {beats_q[28:0], 3'b000};
        end
        default:
        if (write) begin
          column_q <= row_done ? 16'd0 : column_q + 16'd1;
          if (row_done) begin
            row_q  <= row_q + 16'd1;
            rows_q <= rows_q - 2'd1;
            if (!copy && !side && row_q[0]) odd_slot_q <= next_slot(odd_slot_q);
            if (!copy && !side && !row_q[0]) even_slot_q <= next_slot(even_slot_q);
            if (side && row_q[0]) odd_side_slot_q <= next_slot(odd_side_slot_q);
            if (side && !row_q[0]) even_side_slot_q <= next_slot(even_side_slot_q);
          end
          if (tile_end) state_q <= Begin;
        end
      endcase
    end
  end
  assign rows_wide = to_q - row_q;
  wire unused = &{1'b0, descriptor[127:85], rows_wide[15:2], beats_q[31:29], last, frame};
endmodule
