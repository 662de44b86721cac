// Writes contiguous runs of 64-bit beats over AXI4: bursts of at most 16 beats that end on 128-byte boundaries, at most Outstanding
// (up to 16) of them unanswered, in order. A run's tag comes out with the answer to its last burst. A new run is accepted when all
// addresses of the one before are out. Latency: command to address 1 cycle; a beat is offered from the second cycle after its
// address was taken on, never before (docs/integrate.md). Throughput: one beat a cycle, 16-beat bursts without a gap. Twin of its
// cycles: Channel::write in src/program/channel.cpp.
module duet_axi_write #(
    parameter int Outstanding = 8
) (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        valid_i,
    output logic        ready_o,
    input  logic [31:0] addr_i,         // bytes, multiple of 8
    input  logic [15:0] beats_i,        // at least 1
    input  logic [ 2:0] tag_i,
    input  logic        data_valid_i,
    output logic        data_ready_o,
    input  logic [63:0] data_i,
    output logic [ 2:0] tag_o,          // for one cycle, else 0
    output logic        error_o,
    output logic        m_awvalid_o,
    input  logic        m_awready_i,
    output logic [31:0] m_awaddr_o,
    output logic [ 7:0] m_awlen_o,
    output logic        m_wvalid_o,
    input  logic        m_wready_i,
    output logic [63:0] m_wdata_o,
    output logic        m_wlast_o,
    input  logic        m_bvalid_i,
    output logic        m_bready_o,
    input  logic [ 1:0] m_bresp_i
);
  // left_q: of the burst at the port, the beats behind the one there. *asked_q: what was asked for in the cycle before. Where a run ends is
  // known late, so bursts enter the queues from a register; one that can be sent at once passes by its queue.
  logic [2:0] tag_q, tag_asked_q, tag_out;
  logic [4:0] flight_q;
  logic [3:0] length, length_asked_q, length_queued, length_next, left_q;
  logic asking, sending_q, last_q, taken, asked, asked_q, sent, fetch, queued, last_burst;
  duet_bursts #(
      .BeatBits(16)
  ) u_bursts (
      .clk_i, .rst_i,
      .take_i(taken),
      .addr_i,
      .beats_i,
      .asking_o(asking),
      .addr_o(m_awaddr_o),
      .length_o(length),
      .last_o(last_burst),
      .asked_i(asked)
  );
  assign ready_o     = !asking;
  assign taken       = valid_i && ready_o;
  assign m_awvalid_o = asking && flight_q != 5'(Outstanding);
  assign m_awlen_o   = {4'd0, length};
  assign asked       = m_awvalid_o && m_awready_i;

  assign m_wvalid_o   = sending_q && data_valid_i;
  assign m_wdata_o    = data_i;
  assign m_wlast_o    = last_q;
  assign data_ready_o = sending_q && m_wready_i;
  assign sent         = m_wvalid_o && m_wready_i;
  assign fetch        = !sending_q || (sent && m_wlast_o);
  assign length_next  = queued ? length_queued : length_asked_q;
  assign m_bready_o   = 1'b1;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      asked_q   <= 1'b0;
      sending_q <= 1'b0;
      flight_q  <= '0;
      tag_o     <= '0;
      error_o   <= 1'b0;
    end else begin
      if (taken) tag_q <= tag_i;
      {asked_q, length_asked_q, tag_asked_q} <= {asked, length, last_burst ? tag_q : 3'b000};
      if (fetch) {sending_q, left_q, last_q} <= {queued || asked_q, length_next, length_next == 4'd0};
      else if (sent) {left_q, last_q} <= {left_q - 4'd1, left_q == 4'd1};
      flight_q <= flight_q + 5'(asked) - 5'(m_bvalid_i);
      tag_o    <= m_bvalid_i ? tag_out : 3'b000;
      error_o  <= m_bvalid_i && m_bresp_i != 2'b00;
    end
  end

  logic unused_length_ready, unused_tag_ready, unused_tag_valid;
  duet_fifo #(
      .Width(4),
      .AddrBits(4)
  ) u_lengths (
      .clk_i,
      .rst_i,
      .valid_i(asked_q && (queued || !fetch)),
      .ready_o(unused_length_ready),
      .data_i(length_asked_q),
      .valid_o(queued),
      .ready_i(fetch),
      .data_o(length_queued)
  );
  duet_fifo #(
      .Width(3),
      .AddrBits(4)
  ) u_tags (
      .clk_i,
      .rst_i,
      .valid_i(asked_q),
      .ready_o(unused_tag_ready),
      .data_i(tag_asked_q),
      .valid_o(unused_tag_valid),
      .ready_i(m_bvalid_i),
      .data_o(tag_out)
  );
  wire unused = &{1'b0, unused_length_ready, unused_tag_ready, unused_tag_valid};
endmodule
