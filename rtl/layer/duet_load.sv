// First stage: brings a tile's rows from memory. A tile is a pair of output rows; for a depth-wise convolution with halo h = DwKernel / 2
// tile t needs rows 2t - h .. 2t + 1 + h, of which the last two are new (the first tile: 0 .. 1 + h), and they go to the line buffer: a ring of
// h + 2 slots for even and as many for odd rows, and the same again for the first of two interleaved layers (the side ring). A layer without
// one needs rows 2t and 2t + 1 with the halo of the array's convolution, and they go straight to the tile buffer, all of them for every tile,
// once the depth-wise stage has made room (copy_go_i). A tile is loaded when
// there is room and the previous layer has stored the rows. One run of AXI reads a tile. Layers and frames follow one another without
// a gap. Point-wise weights of a streamed layer come between the rows, for every tile again: a run for the words of an output group (a
// unit), into the next of a ring of slots. Order: rows of tile 0, first half of tile 0's units, rows of tile 1, second half, and so on.
// Latency: 2 cycles from seeing room and rows to the address on the bus, 2 from a beat on the bus to the write port of its buffer, 2
// from the last one to loaded_o. Throughput: a beat a cycle within a run; the next one's address comes at the soonest 7 cycles after the
// last beat (streamed weights: 4). Twin of its cycles: src/program/pipeline.cpp (load, copy, fetch).
module duet_load #(
    parameter int Layers    = 16,
    parameter int LineWords = 512,
    parameter int SideWords = 0,
    parameter int LineAddr  = 11,
    parameter int DwKernel    = 3,
    parameter int ArrayKernel = 1,
    parameter int WordBeats = 4,   // of a word of point-wise weights
    parameter int WordAddr  = 9
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
    output logic [        23:0] read_beats_o,
    input  logic                data_valid_i,
    input  logic [        63:0] data_i,
    output logic                even_we_o,
    output logic                odd_we_o,
    output logic                copy_we_o,
    output logic [LineAddr-1:0] line_addr_o,
    output logic [        63:0] line_data_o,
    output logic                loaded_o,        // a tile's rows are there
    output logic                weight_we_o,     // a word of streamed weights, out of the last beats
    output logic [WordAddr-1:0] weight_addr_o,
    output logic                unit_there_o,    // a unit's last word
    input  logic                unit_used_i,     // a slot is free again
    output logic                busy_o
);
  typedef enum logic [3:0] {
    Begin,
    Plan,
    Fit,
    Wait,
    Ask,
    Data,
    Unit,
    UnitAsk,
    UnitData
  } state_t;
  state_t state_q;

  logic [255:0] descriptor;
  logic [15:0] tile;
  logic first, last, frame, ahead, odd_layer, tile_end;
  duet_sequence #(
      .Layers(Layers),
      .First(0),
      .Beats(4)
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
  logic [1:0] halo;
  logic pooled, picture, copy, side, final_layer;
  assign in_addr   = descriptor[31:0];
  assign row_beats = descriptor[47:32];
  assign height    = descriptor[63:48];
  assign need_max  = descriptor[79:64];  // tiles of the previous layer
  assign pooled    = descriptor[80];     // a tile of the previous layer is one row
  assign picture   = descriptor[81];
  assign copy      = descriptor[82];
  assign side      = descriptor[83];
  assign halo        = (ArrayKernel > 1) ? descriptor[87:86] : 2'd0;  // of a copied layer
  assign final_layer = descriptor[84];   // nobody reads its results: they are not counted

  // Streamed weights.
  logic [31:0] unit_addr_q, units_addr, next_unit_addr;
  logic [19:0] unit_beats, left_q;
  logic [15:0] stride, units, half, units_q, unit_q, more_q;  // more_q: units of a tile behind its rows
  logic [WordAddr-1:0] region, word_q, slot_base_q;
  logic [4:0] part_q, slots, slots_taken_q, slot_q;
  logic streamed, after_q, last_beat_q, last_part_q, last_slot_q, first_unit_q, last_unit_q, none_q, part_end, unit_end, units_end;  // none_q: no units left
  assign units_addr = descriptor[159:128];
  assign unit_beats = descriptor[179:160];
  assign region     = WordAddr'(descriptor[211:192]);
  assign stride     = descriptor[227:212];
  assign units      = descriptor[243:228];  // of a tile
  assign streamed   = descriptor[244];
  assign slots      = descriptor[252:248];
  assign half       = units >> 1;
  assign part_end   = state_q == UnitData && data_valid_i && last_part_q;
  assign unit_end   = part_end && last_beat_q;
  assign units_end  = state_q == Unit && none_q;
  assign next_unit_addr = first_unit_q ? units_addr : unit_addr_q;

  localparam int Halo = DwKernel / 2, Slots = Halo + 2;
  logic [15:0] row_q, need_here_q, need_q, column_q, before_last_q;  // before_last_q: column of a row's last beat but one
  logic [2:0] to_q;  // modulo 8
  logic [2:0] from_q, main_from_q, ahead_from_q;  // first row of the tile and of the one before, modulo 8
  logic [15:0] even_stored_q, odd_stored_q;  // tiles in memory, of the even and the odd layer at work
  logic [31:0] main_addr_q, ahead_addr_q, addr, next_addr, ask_addr_q;
  logic [23:0] beats_q;
  logic [28:0] onward_beats_q;
  logic [17:0] thrice_q;
  logic [2:0] rows, rows_q, onward_q;  // rows of the tile; from the tile before's first to this one's
  logic [1:0] even_need_q, odd_need_q;
  logic [2:0] even_slot_q, odd_slot_q, even_side_slot_q, odd_side_slot_q;
  logic [2:0] even_room_q, odd_room_q, even_side_room_q, odd_side_room_q, even_room, odd_room;
  logic [1:0] copy_room_q;
  // Tiles and slots of the line buffer for the tile that waits.
  logic even_enough_q, odd_enough_q, even_fits_q, odd_fits_q, taken_q;
  logic last_column_q, last_row_q, last_q, no_rows_q;  // of a row, of the tile; both; the tile has none
  logic go, satisfied, room, write, row_one, row_done, rows_end;

  // Beats of `count` rows.
  function automatic [28:0] times(input [15:0] beats, input [17:0] thrice, input [2:0] count);
    times = (count[2] ? 29'({beats, 2'b00}) : 29'd0)
          + ((count[1:0] == 2'd3) ? 29'(thrice) : (count[1:0] == 2'd2) ? 29'({beats, 1'b0}) : count[0] ? 29'(beats) : 29'd0);
  endfunction

  // Rows of the tile, and the previous layer's tiles that hold them.
  logic [15:0] twice, row_from, row_to, from, need;
  logic [2:0] to;  // modulo 8
  logic from_in_q, to_in_q;  // they lie in the map
  logic [1:0] beyond;
  assign twice    = {tile[14:0], 1'b0};
  assign row_from = first ? 16'd0 : copy ? twice - 16'(halo) : twice + 16'(Halo);
  assign row_to   = twice + 16'd2 + (copy ? 16'(halo) : 16'(Halo));
  assign beyond   = copy ? (halo + 2'd1) >> 1 : 2'((Halo + 1) / 2);
  assign need     = pooled ? row_to : tile + 16'd1 + 16'(beyond);  // half of row_to, rounded up
  assign from     = from_in_q ? row_q : height;                    // in Plan
  assign to       = to_in_q ? to_q : height[2:0];

  assign addr      = ahead ? ahead_addr_q : main_addr_q;
  assign next_addr = addr + {onward_beats_q, 3'b000};
  assign even_room = side ? even_side_room_q : even_room_q;
  assign odd_room  = side ? odd_side_room_q : odd_room_q;
  assign satisfied = picture || (odd_layer ? even_enough_q : odd_enough_q);
  assign room      = copy ? copy_room_q != 2'd0 : even_fits_q && odd_fits_q;
  assign go        = state_q == Wait && satisfied && room;

  assign read_valid_o = state_q == Ask || state_q == UnitAsk;
  assign read_addr_o  = ask_addr_q;
  assign read_beats_o = beats_q;
  assign frame_take_o = state_q == Begin && enable_i && picture && first && frame_valid_i;
  assign busy_o       = read_valid_o || state_q == Data || state_q == UnitData;

  assign write    = state_q == Data && data_valid_i;
  assign row_one  = row_beats == 16'd1;
  assign row_done = write && last_column_q;
  // A tile without new rows needs no room.
  assign rows_end = (write && last_q) || (state_q == Wait && satisfied && no_rows_q);
  assign tile_end = streamed ? units_end && after_q : rows_end;

  function automatic [2:0] next_slot(input [2:0] at);
    next_slot = (at == 3'(Slots - 1)) ? 3'd0 : at + 3'd1;
  endfunction
  function automatic [LineAddr-1:0] base(input [2:0] slot, input in_side);
    integer i;
    base = in_side ? LineAddr'(Slots * LineWords) : '0;
    for (i = 1; i < Slots; i = i + 1)
      if (slot == 3'(i)) base = in_side ? LineAddr'(Slots * LineWords + i * SideWords) : LineAddr'(i * LineWords);
  endfunction
  logic [LineAddr-1:0] slot_base;
  assign slot_base = base(side ? (row_q[0] ? odd_side_slot_q : even_side_slot_q) : row_q[0] ? odd_slot_q : even_slot_q, side);

  always_ff @(posedge clk_i) begin
    line_addr_o <= LineAddr'(column_q) + slot_base;
    line_data_o <= data_i;
    weight_addr_o <= word_q;
    thrice_q      <= 18'(row_beats) + {1'b0, row_beats, 1'b0};
    before_last_q <= row_beats - 16'd2;
    last_unit_q   <= unit_q + 16'd1 == units;
    last_slot_q   <= slot_q + 5'd1 == slots;
    more_q        <= (first ? 16'd0 : units - half) + (last ? units : 16'd0);
    even_fits_q   <= even_room + ((side == side_free_i) ? 3'(even_free_i) : 3'd0) >= 3'(even_need_q);
    odd_fits_q    <= odd_room + ((side == side_free_i) ? 3'(odd_free_i) : 3'd0) >= 3'(odd_need_q);
    even_enough_q <= even_stored_q >= need_q;
    odd_enough_q  <= odd_stored_q >= need_q;
    if (rst_i) begin
      state_q          <= Begin;
      even_stored_q    <= '0;
      odd_stored_q     <= '0;
      even_slot_q      <= '0;
      odd_slot_q       <= '0;
      even_side_slot_q <= '0;
      odd_side_slot_q  <= '0;
      even_room_q      <= 3'(Slots);
      odd_room_q       <= 3'(Slots);
      even_side_room_q <= 3'(Slots);
      odd_side_room_q  <= 3'(Slots);
      copy_room_q      <= '0;
      taken_q          <= 1'b0;
      even_we_o        <= 1'b0;
      odd_we_o         <= 1'b0;
      copy_we_o        <= 1'b0;
      loaded_o         <= 1'b0;
      weight_we_o      <= 1'b0;
      unit_there_o     <= 1'b0;
      slots_taken_q    <= '0;
      slot_q           <= '0;
      slot_base_q      <= '0;
    end else begin
      even_we_o <= write && !copy && !row_q[0];
      odd_we_o  <= write && !copy && row_q[0];
      copy_we_o <= write && copy;
      loaded_o  <= rows_end;
      weight_we_o  <= part_end;
      unit_there_o <= unit_end;
      slots_taken_q <= slots_taken_q + 5'(state_q == UnitAsk && read_ready_i) - 5'(unit_used_i);
      taken_q     <= go && !copy;
      even_room_q <= even_room_q + (side_free_i ? 3'd0 : 3'(even_free_i)) - ((taken_q && !side) ? 3'(even_need_q) : 3'd0);
      odd_room_q  <= odd_room_q + (side_free_i ? 3'd0 : 3'(odd_free_i)) - ((taken_q && !side) ? 3'(odd_need_q) : 3'd0);
      even_side_room_q <= even_side_room_q + (side_free_i ? 3'(even_free_i) : 3'd0) - ((taken_q && side) ? 3'(even_need_q) : 3'd0);
      odd_side_room_q  <= odd_side_room_q + (side_free_i ? 3'(odd_free_i) : 3'd0) - ((taken_q && side) ? 3'(odd_need_q) : 3'd0);
      copy_room_q      <= copy_room_q + 2'(copy_go_i) - 2'(go && copy);
      if (stored_i[0]) even_stored_q <= even_stored_q + 16'd1;
      if (stored_i[1]) odd_stored_q <= odd_stored_q + 16'd1;
      case (state_q)
        Begin: begin
          row_q  <= row_from;
          to_q   <= row_to[2:0];
          from_in_q <= row_from < height;
          to_in_q   <= row_to < height;
          need_here_q <= need;
          if (first) begin
            if (ahead) {ahead_addr_q, ahead_from_q} <= {picture ? frame_addr_i : in_addr, 3'd0};
            else {main_addr_q, main_from_q} <= {picture ? frame_addr_i : in_addr, 3'd0};
          end
          units_q <= first ? 16'd0 : half;
          none_q  <= first || units[15:1] == 15'd0;
          after_q <= 1'b0;
          if (first) {unit_q, first_unit_q} <= {16'd0, 1'b1};
          if (enable_i && (!(picture && first) || frame_valid_i)) begin
            state_q <= streamed ? Unit : Plan;
            // The layer that counted here before has been read to its end. (Not so before the final layer: the one that it takes turns
            // with still reads.)
            if (first && odd_layer && !final_layer) odd_stored_q <= '0;
            if (first && !odd_layer && !final_layer) even_stored_q <= '0;
          end
        end
        Plan: begin
          // The last tile waits for all, of which it may not need the last one: they are counted from 0 again for the layer after the next.
          need_q      <= (last || need_here_q >= need_max) ? need_max : need_here_q;
          row_q       <= from;
          from_q      <= from[2:0];
          rows_q      <= rows;
          onward_q    <= from[2:0] - (ahead ? ahead_from_q : main_from_q);
          even_need_q <= 2'((rows + 3'(!from[0])) >> 1);
          odd_need_q  <= 2'((rows + 3'(from[0])) >> 1);
          column_q    <= '0;
          state_q     <= Fit;
        end
        Fit: begin
          last_column_q  <= row_one;
          last_row_q     <= rows_q == 3'd1;
          last_q         <= row_one && rows_q == 3'd1;
          no_rows_q      <= rows_q == 3'd0;
          beats_q        <= 24'(times(row_beats, thrice_q, rows_q));
          onward_beats_q <= times(row_beats, thrice_q, onward_q);
          state_q        <= Wait;
        end
        Wait: begin
          // The address moves on once, in the first cycle here.
          onward_beats_q <= '0;
          ask_addr_q     <= next_addr;
          if (ahead) {ahead_addr_q, ahead_from_q} <= {next_addr, from_q};
          else {main_addr_q, main_from_q} <= {next_addr, from_q};
          if (go) state_q <= Ask;
        end
        Ask:
        if (read_ready_i) state_q <= Data;
        Data:
        if (write) begin
          column_q      <= row_done ? 16'd0 : column_q + 16'd1;
          last_column_q <= row_done ? row_one : column_q == before_last_q;
          last_q        <= row_done ? row_one && rows_q == 3'd2 : column_q == before_last_q && last_row_q;
          if (row_done) begin
            row_q      <= row_q + 16'd1;
            rows_q     <= rows_q - 3'd1;
            last_row_q <= rows_q == 3'd2;
            if (!copy && !side && row_q[0]) odd_slot_q <= next_slot(odd_slot_q);
            if (!copy && !side && !row_q[0]) even_slot_q <= next_slot(even_slot_q);
            if (side && row_q[0]) odd_side_slot_q <= next_slot(odd_side_slot_q);
            if (side && !row_q[0]) even_side_slot_q <= next_slot(even_side_slot_q);
          end
        end
        Unit: begin
          unit_addr_q <= next_unit_addr;
          ask_addr_q  <= next_unit_addr;
          beats_q     <= 24'(unit_beats);
          if (units_end) state_q <= after_q ? Begin : Plan;
          else if (slots_taken_q != slots) state_q <= UnitAsk;
        end
        UnitAsk: begin
          part_q <= '0;
          last_part_q <= WordBeats == 1;
          left_q <= unit_beats;
          last_beat_q <= unit_beats == 20'd1;
          word_q <= region + slot_base_q;
          if (read_ready_i) begin
            state_q     <= UnitData;
            unit_addr_q <= unit_addr_q + {9'd0, unit_beats, 3'b000};
            slot_q      <= last_slot_q ? 5'd0 : slot_q + 5'd1;
            slot_base_q <= last_slot_q ? '0 : slot_base_q + WordAddr'(stride);
            // What follows the unit, which nobody asks before it is there.
            units_q <= units_q - 16'd1;
            none_q  <= units_q == 16'd1;
            unit_q  <= last_unit_q ? 16'd0 : unit_q + 16'd1;
            first_unit_q <= last_unit_q;
          end
        end
        default:
        if (data_valid_i) begin
          left_q <= left_q - 20'd1;
          last_beat_q <= left_q == 20'd2;
          part_q <= part_end ? 5'd0 : part_q + 5'd1;
          last_part_q <= part_end ? WordBeats == 1 : part_q + 5'd2 == 5'(WordBeats);
          if (part_end) word_q <= word_q + WordAddr'(1);
          if (unit_end) state_q <= Unit;
        end
      endcase
      if (rows_end) begin
        state_q <= streamed ? Unit : Begin;
        units_q <= more_q;
        none_q  <= first && !last;
        after_q <= 1'b1;
      end
    end
  end
  assign rows = to - from[2:0];  // at most 6
  wire unused = &{1'b0, descriptor[255:253], descriptor[247:245], descriptor[191:180], descriptor[127:85], stride, tile[15], last, frame};
endmodule
