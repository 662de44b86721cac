// Block memory behind the engine's AXI4 port, for boards without other memory, with a second way in for the host's link. The engine is
// never kept waiting: the host's reads and writes take the cycles that it leaves free. Latency: 5 cycles from a read's address to its
// first beat and from a burst's last beat to its answer, always. Throughput: a read and a write a cycle. Twin: Memory in
// src/simulate/harness/memory.h with a latency of 5. Relies on bursts that end at multiples of 128 bytes, on at most 16 bursts in
// flight each way, so that everything is always taken, on a burst's address two cycles before its first beat (duet_axi_write), and on an engine
// that takes every answer at once.
module duet_onchip #(
    parameter int Words    = 4096,  // of 64 bits
    parameter int AddrBits = $clog2(Words)
) (
    input  logic                clk_i,
    input  logic                rst_i,
    input  logic                s_arvalid_i,
    output logic                s_arready_o,
    input  logic [AddrBits-1:0] s_araddr_i,   // of words, not bytes
    input  logic [         3:0] s_arlen_i,
    output logic                s_rvalid_o,
    output logic [        63:0] s_rdata_o,
    output logic                s_rlast_o,
    input  logic                s_awvalid_i,
    output logic                s_awready_o,
    input  logic [AddrBits-1:0] s_awaddr_i,
    input  logic                s_wvalid_i,
    output logic                s_wready_o,
    input  logic [        63:0] s_wdata_i,
    input  logic                s_wlast_i,
    output logic                s_bvalid_o,
    // The host: one read or write at a time, offered until it is taken; read data 4 cycles later in s_rdata_o, with host_there_o.
    input  logic                host_read_i,
    input  logic                host_write_i,
    output logic                host_taken_o,
    input  logic [AddrBits-1:0] host_addr_i,
    input  logic [        63:0] host_data_i,
    output logic                host_there_o
);
  logic read_there, read_last, write, host_read, host_write, unused_read_ready, unused_write_ready, unused_write_there;
  logic [AddrBits-1:0] read_first, write_first, raddr_q, waddr_q;
  logic [3:0] read_len, read_beat_q, write_beat_q;
  logic [63:0] wdata_q, word;
  logic we_q;

  assign read_last    = read_beat_q == read_len;
  assign s_arready_o  = 1'b1;
  assign s_awready_o  = 1'b1;
  assign s_wready_o   = 1'b1;
  assign write        = s_wvalid_i;
  assign host_read    = host_read_i && !read_there;
  assign host_write   = host_write_i && !write;
  assign host_taken_o = host_read || host_write;

  duet_fifo #(
      .Width(AddrBits + 4)
  ) u_reads (
      .clk_i, .rst_i,
      .valid_i(s_arvalid_i),
      .ready_o(unused_read_ready),
      .data_i({s_araddr_i, s_arlen_i}),
      .valid_o(read_there),
      .ready_i(read_last),
      .data_o({read_first, read_len})
  );
  duet_fifo #(
      .Width(AddrBits)
  ) u_writes (
      .clk_i, .rst_i,
      .valid_i(s_awvalid_i),
      .ready_o(unused_write_ready),
      .data_i(s_awaddr_i),
      .valid_o(unused_write_there),
      .ready_i(write && s_wlast_i),
      .data_o(write_first)
  );
  // A quarter of the words after the other takes a write, a cycle apart, each from registers of its own: one net to the enables of all blocks
  // is too long. Nobody reads a word so soon: the answer comes first.
  localparam int Parts = 4, PartBits = 64 / Parts;
  genvar part;
  generate
    for (part = 0; part < Parts; part = part + 1) begin : g_part
      logic we;
      logic [AddrBits-1:0] waddr;
      logic [PartBits-1:0] wdata;
      duet_delay #(
          .Width(1 + AddrBits + PartBits),
          .Depth(1 + part)
      ) u_write (
          .clk_i,
          .data_i({we_q, waddr_q, wdata_q[part*PartBits+:PartBits]}),
          .data_o({we, waddr, wdata})
      );
      duet_ram #(
          .Width(PartBits),
          .Depth(Words)
      ) u_words (
          .clk_i,
          .we_i(we),
          .waddr_i(waddr),
          .wdata_i(wdata),
          .raddr_i(raddr_q),
          .rdata_o(word[part*PartBits+:PartBits])
      );
    end
  endgenerate
  duet_flag_delay #(
      .Width(3),
      .Depth(4)
  ) u_read_flags (
      .clk_i, .rst_i,
      .data_i({read_there, read_last, host_read}),
      .data_o({s_rvalid_o, s_rlast_o, host_there_o})
  );
  duet_flag_delay #(
      .Depth(5)
  ) u_answer (
      .clk_i, .rst_i,
      .data_i(write && s_wlast_i),
      .data_o(s_bvalid_o)
  );

  always_ff @(posedge clk_i) begin
    raddr_q   <= read_there ? {read_first[AddrBits-1:4], read_first[3:0] + read_beat_q} : host_addr_i;
    s_rdata_o <= word;
    waddr_q   <= write ? {write_first[AddrBits-1:4], write_first[3:0] + write_beat_q} : host_addr_i;
    wdata_q   <= write ? s_wdata_i : host_data_i;
    if (rst_i) begin
      we_q         <= 1'b0;
      read_beat_q  <= '0;
      write_beat_q <= '0;
    end else begin
      we_q <= write || host_write;
      if (read_there) read_beat_q <= read_last ? 4'd0 : read_beat_q + 4'd1;
      if (write) write_beat_q <= s_wlast_i ? 4'd0 : write_beat_q + 4'd1;
    end
  end
  wire unused = &{1'b0, unused_read_ready, unused_write_ready, unused_write_there};
endmodule
