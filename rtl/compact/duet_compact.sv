// The compact engine: runs a network layer by layer on eight multipliers, everything in one memory of 128 KB; for devices that the pipeline
// (duet_engine) is too large for. A layer is a 3x3 depth-wise convolution or none, then a 1x1 convolution, then 2x2 maximum pooling or
// none. It goes tile by tile, a tile being two rows: the depth-wise map of a tile stays in u_tile, eight channels at a time; then come the
// output channels, eight at a time, each time with their weights first. Nothing ever waits, so the cycles are a sum: compact::predict.
// Layout of memory, descriptors and weights: docs/compact.md. Latency, throughput: there. Golden twin: golden::run.
// Relies on: an even number of rows, tiles that fit u_tile, the host leaving the memory alone while busy_o.
module duet_compact #(
    parameter int AccBits   = 24,
    parameter int TileWords = 1024
) (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        start_i,       // a frame; only when not busy
    output logic        busy_o,
    // The host's way to memory while the engine is not busy: taken at once, read data 3 cycles later in host_data_o, with host_there_o.
    input  logic        host_read_i,
    input  logic        host_write_i,
    output logic        host_taken_o,
    input  logic [13:0] host_addr_i,
    input  logic [63:0] host_data_i,
    output logic [63:0] host_data_o,
    output logic        host_there_o
);
  localparam int TileAddr = $clog2(TileWords);
  localparam int ParamBits = AccBits + 14;
  localparam int AddrBits = 15;  // of half words: a picture's pixel takes one
  localparam logic [6:0] Idle = 7'd1, Fetch = 7'd2, Begin = 7'd4, Load = 7'd8, Run = 7'd16, Wait = 7'd32, Next = 7'd64;
  localparam logic [4:0] Arrive = 5'd4;   // cycles until what was read last lies where it belongs
  localparam logic [4:0] Finish = 5'd23;  // ... until what a step did last is written

  // A layer's descriptor, three words.
  logic has_dw_q, pool_q, head_q, packed_q, end_q;
  logic [7:0] last_column_q, last_tile_q, last_inner_q, hi_q;
  logic [5:0] in_groups_q, out_groups_q;  // in_groups_q: words from one pixel to the next
  logic [AddrBits-1:0] in_start_q, in_row_q;
  logic [13:0] out_start_q, out_row_q, weights_q;
  logic [6:0] out_step_q;

  // Where it is.
  logic [6:0] state_q, after_q;
  logic [4:0] wait_q;
  logic [7:0] count_q;
  logic params_q, dw_q, row_q, first_tile_q;
  logic [5:0] group_q;
  logic [7:0] tile_q, column_q, inner_q, limit_q, nearly_q;  // limit_q: inner_q of a pixel's last step, nearly_q of the one before
  logic [1:0] tap_row_q, tap_column_q;
  logic [13:0] next_q;  // the word that is read next of descriptors, or of weights
  logic [13:0] layer_q;
  logic [AddrBits-1:0] tile_start_q, group_start_q, pixel_q, line_q, tap_q;
  logic [13:0] out_tile_q, out_group_q, out_column_q, out_q;
  logic [TileAddr-1:0] tile_read_q, tile_write_q;

  logic idle, loads, fetches, runs, ends_q, tap_end_q, last_column, final_tile_q, final_group_q, last_tap, run_end, direct;
  assign idle        = state_q[0];
  assign fetches     = state_q[1];
  assign loads       = state_q[3];
  assign runs        = state_q[4];
  assign direct      = !has_dw_q;
  assign last_column = column_q == last_column_q;
  assign last_tap    = tap_column_q == 2'd2;
  assign run_end     = ends_q && row_q && last_column;

  // One request to memory a cycle, its address in a register; its word comes three cycles after the request.
  logic write, write_q, read, addr_low;
  logic [13:0] request, addr_q;
  logic [63:0] data_q, word_q, made, stored;
  logic host, host_write_q, reads_q, reads_qq, host_q, host_qq, host_qqq;
  logic write_lanes, second_q, odd_q, tile_we_q;
  logic [TileAddr-1:0] tile_read_qq;
  assign host         = idle && !start_i;
  assign host_taken_o = host && (host_read_i || host_write_i);
  assign read         = fetches || loads || (runs && (dw_q || (direct && inner_q[2:0] == 3'd0)));
  assign addr_low     = packed_q && dw_q;
  always_comb begin
    if (write) request = head_q ? {out_q[13:1], second_q} : out_q;
    else if (host) request = host_addr_i;
    else if (runs) request = addr_low ? tap_q[AddrBits-1:1] : tap_q[13:0];
    else request = next_q;
  end

  assign write = write_lanes && !dw_q;
  duet_store_ram u_memory (
      .clk_i,
      .we_i(write_q || host_write_q),
      .addr_i(addr_q),
      .data_i(host_write_q ? data_q : made),
      .data_o(stored)
  );

  // What a request is for, while its word is on its way.
  logic [2:0] fetch_there, param_there, weight_there, first, last, pads, half;  // bit 2: with the word
  logic pad;
  logic [7:0] index_q, index_qq, index_qqq;
  logic [1:0] fetch_q, fetch_qq, fetch_qqq;
  assign pad = dw_q && ((first_tile_q && !row_q && tap_row_q == 2'd0) || (final_tile_q && row_q && tap_row_q == 2'd2) ||
                        (column_q == 8'd0 && tap_column_q == 2'd0) || (last_column && last_tap));

  logic [63:0] tile_word, weights, chosen, features;
  logic [ParamBits-1:0] params;
  logic [2:0] param_lane, byte_q, byte_qq, byte_qqq;
  logic [7:0] feature;
  duet_ram #(
      .Width(64),
      .Depth(256)
  ) u_weights (
      .clk_i,
      .we_i(weight_there[2]),
      .waddr_i(index_qqq),
      .wdata_i(word_q),
      .raddr_i(index_q),
      .rdata_o(weights)
  );
  duet_ram #(
      .Width(ParamBits),
      .Depth(8)
  ) u_params (
      .clk_i,
      .we_i(param_there[2]),
      .waddr_i(index_qqq[2:0]),
      .wdata_i({word_q[53:40], word_q[AccBits-1:0]}),
      .raddr_i(param_lane),
      .rdata_o(params)
  );
  duet_ram #(
      .Width(64),
      .Depth(TileWords)
  ) u_tile (
      .clk_i,
      .we_i(tile_we_q),
      .waddr_i(tile_write_q),
      .wdata_i(made),
      .raddr_i(tile_read_qq),
      .rdata_o(tile_word)
  );

  // A depth-wise lane has its own byte, of a picture in one half of the word or the other; the lanes of a 1x1 convolution share one.
  assign chosen   = (dw_q || direct) ? word_q : tile_word;
  assign feature  = chosen[{byte_qqq, 3'b000}+:8];
  assign features = pads[2] ? 64'd0 : dw_q ? {chosen[63:32], half[2] ? chosen[63:32] : chosen[31:0]} : {8{feature}};
  duet_compact_lanes #(
      .AccBits(AccBits)
  ) u_lanes (
      .clk_i, .rst_i,
      .first_i(first[2]),
      .last_i(last[2]),
      .weights_i(weights),
      .features_i(features),
      .pool_i(pool_q && !dw_q),
      .head_i(head_q && !dw_q),
      .hi_i(hi_q),
      .param_lane_o(param_lane),
      .param_i(params),
      .write_o(write_lanes),
      .word_o(made)
  );

  // The walk over a tile's pixels, columns of two, and over a pixel's taps or channels.
  logic [AddrBits-1:0] step_from, step, stepped;
  always_comb begin
    if (loads) step_from = group_start_q;
    else if (ends_q) step_from = pixel_q;
    else if (tap_end_q) step_from = line_q;
    else step_from = tap_q;
    if (ends_q ? !row_q : tap_end_q) step = in_row_q;
    else if (ends_q || (runs && dw_q)) step = AddrBits'(in_groups_q);
    else step = AddrBits'(runs && inner_q[2:0] == 3'd7);
  end
  assign stepped = step_from + step;

  logic [13:0] out_stepped, out_tile_next;
  logic word_end;
  assign word_end      = write && (!head_q || second_q);
  assign out_stepped   = (pool_q ? out_q : out_column_q) + ((pool_q || odd_q) ? 14'(out_step_q) : out_row_q);
  assign out_tile_next = out_tile_q + (pool_q ? out_row_q : {out_row_q[12:0], 1'b0});
  assign busy_o        = !idle;
  assign host_data_o   = word_q;
  assign host_there_o  = host_qqq;

  always_ff @(posedge clk_i) begin
    addr_q       <= request;
    final_tile_q  <= tile_q == last_tile_q;
    final_group_q <= group_q == (dw_q ? in_groups_q : out_groups_q) - 6'd1;
    limit_q      <= dw_q ? 8'd8 : last_inner_q;
    nearly_q     <= limit_q - 8'd1;
    data_q       <= host_data_i;
    if (reads_qq) word_q <= stored;
    byte_q       <= inner_q[2:0];
    byte_qq      <= byte_q;
    byte_qqq     <= byte_qq;
    index_q      <= loads ? count_q : inner_q;
    index_qq     <= index_q;
    index_qqq    <= index_qq;
    fetch_q      <= count_q[1:0];
    fetch_qq     <= fetch_q;
    fetch_qqq    <= fetch_qq;
    tile_read_qq <= tile_read_q;
    pads         <= {pads[1:0], pad};
    half         <= {half[1:0], addr_low && tap_q[0]};
    if (fetch_there[2]) begin
      case (fetch_qqq)
        2'd0: begin
          {end_q, packed_q, head_q, pool_q, has_dw_q} <= word_q[4:0];
          {last_column_q, last_tile_q, last_inner_q, hi_q} <= {word_q[15:8], word_q[23:16], word_q[31:24], word_q[39:32]};
          {in_groups_q, out_groups_q, out_step_q} <= {word_q[45:40], word_q[53:48], word_q[62:56]};
        end
        2'd1: {out_row_q, out_start_q, in_row_q, in_start_q} <= {word_q[61:48], word_q[45:32], word_q[30:16], word_q[14:0]};
        default: weights_q <= word_q[13:0];
      endcase
    end
    if (rst_i) begin
      state_q      <= Idle;
      write_q      <= 1'b0;
      host_write_q <= 1'b0;
      tile_we_q    <= 1'b0;
      {reads_q, reads_qq, host_q, host_qq, host_qqq} <= '0;
      {fetch_there, param_there, weight_there, first, last, ends_q, tap_end_q} <= '0;
      second_q     <= 1'b0;
      odd_q        <= 1'b0;
    end else begin
      write_q      <= write;
      host_write_q <= host && host_write_i;
      reads_q      <= read || (host && host_read_i);
      reads_qq     <= reads_q;
      host_q       <= host && host_read_i;
      host_qq      <= host_q;
      host_qqq     <= host_qq;
      fetch_there  <= {fetch_there[1:0], fetches};
      weight_there <= {weight_there[1:0], loads && !params_q};
      param_there  <= {param_there[1:0], loads && params_q};
      first        <= {first[1:0], runs && inner_q == 8'd0};
      last         <= {last[1:0], ends_q};
      tile_we_q    <= write_lanes && dw_q;
      if (tile_we_q) tile_write_q <= tile_write_q + TileAddr'(in_groups_q);
      if (write && head_q) second_q <= !second_q;
      if (word_end) begin
        out_q <= out_stepped;
        if (odd_q) out_column_q <= out_stepped;
        odd_q <= !pool_q && !odd_q;
      end
      if (!loads) params_q <= 1'b0;
      // Both are 0 but in Run: the step is a pixel's last one, the last one of a row of taps.
      ends_q    <= runs && inner_q == nearly_q;
      tap_end_q <= runs && dw_q && tap_column_q == 2'd1;
      if (loads || runs) tap_q <= stepped;
      if (loads || ends_q || tap_end_q) line_q <= stepped;
      if (loads || (ends_q && row_q)) pixel_q <= stepped;
      case (1'b1)
        state_q[0]: begin  // Idle
          layer_q <= 14'd0;
          if (start_i) state_q <= Fetch;
          next_q  <= 14'd0;
          count_q <= 8'd0;
        end
        state_q[1]: begin  // Fetch
          next_q  <= next_q + 14'd1;
          count_q <= count_q + 8'd1;
          if (count_q[1]) {state_q, after_q, wait_q} <= {Wait, Begin, Arrive};
        end
        state_q[2]: begin  // Begin
          layer_q      <= next_q;
          next_q       <= weights_q;
          tile_q       <= 8'd0;
          first_tile_q <= 1'b1;
          tile_start_q  <= in_start_q;
          group_start_q <= in_start_q;
          out_tile_q   <= out_start_q;
          out_group_q  <= out_start_q;
          dw_q         <= has_dw_q;
          group_q      <= 6'd0;
          count_q      <= 8'd0;
          state_q      <= Load;
        end
        state_q[3]: begin  // Load
          next_q  <= next_q + 14'd1;
          // First the weights of a pixel's steps, then the parameters of eight channels.
          count_q  <= (!params_q && count_q == limit_q) ? 8'd0 : count_q + 8'd1;
          params_q <= params_q || count_q == limit_q;
          if (params_q && count_q[2:0] == 3'd7) {state_q, after_q, wait_q} <= {Wait, Run, Arrive};
          // Where the step begins.
          {row_q, column_q, inner_q, tap_row_q, tap_column_q} <= '0;
          {out_q, out_column_q}    <= {2{out_group_q}};
          tile_read_q  <= '0;
          tile_write_q <= TileAddr'(group_q);
        end
        state_q[4]: begin  // Run
          inner_q <= ends_q ? 8'd0 : inner_q + 8'd1;
          if (ends_q || tap_end_q) begin
            tap_column_q <= 2'd0;
            tap_row_q    <= ends_q ? 2'd0 : tap_row_q + 2'd1;
          end else tap_column_q <= tap_column_q + 2'(dw_q);
          if (ends_q || inner_q[2:0] == 3'd7) tile_read_q <= tile_read_q + TileAddr'(1);
          if (ends_q) begin
            row_q    <= !row_q;
            column_q <= column_q + 8'(row_q);
          end
          if (run_end) {state_q, after_q, wait_q} <= {Wait, Next, Finish};
        end
        state_q[5]: begin  // Wait
          wait_q <= wait_q - 5'd1;
          if (wait_q == 5'd0) state_q <= after_q;
        end
        state_q[6]: begin  // Next
          count_q <= 8'd0;
          group_q <= final_group_q ? 6'd0 : group_q + 6'd1;
          state_q <= Load;
          if (!dw_q) out_group_q <= out_group_q + (head_q ? 14'd2 : 14'd1);
          group_start_q <= group_start_q + AddrBits'(dw_q);
          if (final_group_q && dw_q) dw_q <= 1'b0;
          else if (final_group_q) begin
            dw_q         <= has_dw_q;
            tile_q       <= tile_q + 8'd1;
            first_tile_q <= 1'b0;
            tile_start_q  <= tile_start_q + {in_row_q[AddrBits-2:0], 1'b0};
            group_start_q <= tile_start_q + {in_row_q[AddrBits-2:0], 1'b0};
            out_tile_q   <= out_tile_next;
            out_group_q  <= out_tile_next;
            next_q       <= weights_q;
            if (final_tile_q) begin
              next_q  <= layer_q;
              state_q <= end_q ? Idle : Fetch;
            end
          end
        end
        default: ;
      endcase
    end
  end
endmodule
