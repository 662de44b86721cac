// Registers on AXI4-Lite (docs/registers.md): start, done interrupt, error code, counters. Queues up to four frames; loads the program
// before the first frame after a reset or a reload. Latency: a write is answered, and seen by the engine, 1 cycle after address and
// data are both there; a read is answered after 2 cycles; done_i to irq_o 1 cycle. Throughput: a write every two cycles, a read every three.
// Twin: none.
module duet_control #(
    parameter logic [31:0] Shape  = 32'd0,  // lanes
    parameter logic [31:0] Widths = 32'd0   // bits
) (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        s_awvalid_i,
    output logic        s_awready_o,
    input  logic [ 7:0] s_awaddr_i,
    input  logic        s_wvalid_i,
    output logic        s_wready_o,
    input  logic [31:0] s_wdata_i,
    output logic        s_bvalid_o,
    input  logic        s_bready_i,
    output logic [ 1:0] s_bresp_o,
    input  logic        s_arvalid_i,
    output logic        s_arready_o,
    input  logic [ 7:0] s_araddr_i,
    output logic        s_rvalid_o,
    input  logic        s_rready_i,
    output logic [31:0] s_rdata_o,
    output logic [ 1:0] s_rresp_o,
    output logic        irq_o,
    output logic        loaded_o,            // a program is there
    output logic        load_o,              // load it
    output logic        clear_o,             // forget the one before
    output logic [31:0] program_addr_o,
    input  logic        program_busy_i,
    input  logic        program_done_i,
    input  logic        program_refused_i,
    output logic        picture_valid_o,
    output logic [31:0] picture_addr_o,
    input  logic        picture_take_i,
    output logic [31:0] head_addr_o,
    input  logic        head_take_i,
    input  logic        done_i,              // a frame's results are in memory
    input  logic        read_error_i,
    input  logic        write_error_i,
    input  logic [ 6:0] events_i             // counted: wait for fill, load, store; load busy, store busy, beat read, written
);
  localparam logic [31:0] Name = 32'h5445_5544;  // "DUET"

  logic write, start, reload, start_ok, head_valid, head_ready, picture_ready;
  logic [31:0] picture_q, head_q, program_q, now_q, last_done_q, frame_cycles_q, frames_q, value;
  logic [31:0] count0_q, count1_q, count2_q, count3_q, count4_q, count5_q, count6_q;
  logic [7:0] error_q, cause;
  logic [6:0] events_q;
  logic [1:0] irq_q, enable_q;
  logic loaded_q, loading_q, failed_q, clear;

  assign write       = s_awvalid_i && s_wvalid_i && !s_bvalid_o;
  assign s_awready_o = write;
  assign s_wready_o  = write;
  assign s_bresp_o   = 2'b00;
  assign s_arready_o = !choose_q && !s_rvalid_o;
  assign s_rresp_o   = 2'b00;
  assign start       = write && s_awaddr_i == 8'h00 && s_wdata_i[0];
  assign reload      = write && s_awaddr_i == 8'h00 && s_wdata_i[1];
  assign start_ok    = start && head_ready && picture_ready;

  // What goes wrong in this cycle; the first error stays.
  assign cause = failed_q ? 8'd0 : read_error_i ? 8'd1 : write_error_i ? 8'd2 : program_refused_i ? 8'd3
               : (start && !start_ok) ? 8'd4 : (reload && head_valid) ? 8'd5 : 8'd0;

  assign irq_o          = |(irq_q & enable_q);
  assign load_o         = !loaded_q && !loading_q && head_valid && !program_busy_i && !failed_q;
  assign clear          = reload && !head_valid;
  assign program_addr_o = program_q;

  // What is read at byte 4 k is word k.
  localparam int Words = 20;
  logic [Words*32-1:0] words;
  logic [Words-1:0] chosen_q;
  logic choose_q;
  assign words = {Widths, Shape, count6_q, count5_q, count4_q, count3_q, count2_q, count1_q, count0_q, now_q, frame_cycles_q, frames_q,
                  {24'd0, error_q}, head_q, picture_q, program_q, {30'd0, irq_q}, {30'd0, enable_q},
                  {16'd0, error_q, 4'd0, head_ready, failed_q, loaded_q, head_valid}, Name};
  always_comb begin
    value = 32'd0;
    for (int word = 0; word < Words; word = word + 1) if (chosen_q[word]) value = value | words[word*32+:32];
  end

  always_ff @(posedge clk_i) begin
    events_q    <= events_i;
    events_q[1] <= events_i[1] && head_valid;  // an array without a frame waits for nothing
    clear_o     <= clear && !rst_i;
    loaded_o    <= loaded_q && !failed_q && !rst_i;
    for (int word = 0; word < Words; word = word + 1) chosen_q[word] <= s_araddr_i == 8'(4 * word);
    if (rst_i) begin
      s_bvalid_o     <= 1'b0;
      s_rvalid_o     <= 1'b0;
      picture_q      <= '0;
      head_q         <= '0;
      program_q      <= '0;
      now_q          <= '0;
      last_done_q    <= '0;
      frame_cycles_q <= '0;
      frames_q       <= '0;
      count0_q       <= '0;
      count1_q       <= '0;
      count2_q       <= '0;
      count3_q       <= '0;
      count4_q       <= '0;
      count5_q       <= '0;
      count6_q       <= '0;
      error_q        <= '0;
      failed_q       <= 1'b0;
      choose_q       <= 1'b0;
      irq_q          <= '0;
      enable_q       <= '0;
      loaded_q       <= 1'b0;
      loading_q      <= 1'b0;
    end else begin
      s_bvalid_o <= write || (s_bvalid_o && !s_bready_i);
      choose_q   <= s_arvalid_i && s_arready_o;
      s_rvalid_o <= choose_q || (s_rvalid_o && !s_rready_i);
      if (choose_q) s_rdata_o <= value;
      if (write) begin
        case (s_awaddr_i)
          8'h08:   enable_q <= s_wdata_i[1:0];
          8'h10:   program_q <= s_wdata_i;
          8'h14:   picture_q <= s_wdata_i;
          8'h18:   head_q <= s_wdata_i;
          default: ;
        endcase
      end
      irq_q <= (irq_q & ~((write && s_awaddr_i == 8'h0c) ? s_wdata_i[1:0] : 2'b00)) | {cause != 8'd0, done_i};
      now_q <= now_q + 32'd1;
      if (done_i) begin
        frames_q       <= frames_q + 32'd1;
        frame_cycles_q <= now_q - last_done_q;
        last_done_q    <= now_q;
      end
      count0_q <= count0_q + 32'(events_q[0]);
      count1_q <= count1_q + 32'(events_q[1]);
      count2_q <= count2_q + 32'(events_q[2]);
      count3_q <= count3_q + 32'(events_q[3]);
      count4_q <= count4_q + 32'(events_q[4]);
      count5_q <= count5_q + 32'(events_q[5]);
      count6_q <= count6_q + 32'(events_q[6]);
      if (load_o) loading_q <= 1'b1;
      if (program_done_i) begin
        loaded_q  <= 1'b1;
        loading_q <= 1'b0;
      end
      if (clear) loaded_q <= 1'b0;
      error_q  <= error_q | cause;
      failed_q <= failed_q || cause != 8'd0;
    end
  end

  duet_fifo #(
      .Width(32),
      .AddrBits(2)
  ) u_pictures (
      .clk_i,
      .rst_i,
      .valid_i(start_ok),
      .ready_o(picture_ready),
      .data_i(picture_q),
      .valid_o(picture_valid_o),
      .ready_i(picture_take_i),
      .data_o(picture_addr_o)
  );
  duet_fifo #(
      .Width(32),
      .AddrBits(2)
  ) u_heads (
      .clk_i,
      .rst_i,
      .valid_i(start_ok),
      .ready_o(head_ready),
      .data_i(head_q),
      .valid_o(head_valid),
      .ready_i(head_take_i),
      .data_o(head_addr_o)
  );
endmodule
