// Writes contiguous runs of 64-bit beats over AXI4: bursts of at most 16 beats that end on 128-byte boundaries, at most Outstanding
// (up to 16) of them unanswered, in order. A run's tag comes out with the answer to its last burst. A new run is accepted when all
// addresses of the one before are out. Latency: command to address 1 cycle; a beat is offered from the second cycle after its
// address was taken on, never before (docs/integrate.md). Throughput: one beat a cycle, 16-beat bursts without a gap. Twin of its
// cycles: Channel::write in src/program/predict.cpp.
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
  // Addresses as in duet_axi_read. Of a burst in flight: the beats behind the one at the port.
  logic [31:0] addr_q;
  logic [12:0] blocks_q;
  logic [2:0] tag_q, tag_out;
  logic [4:0] flight_q, begins;
  logic [3:0] end_q, length, length_next, left_q;
  logic asking_q, sending_q, last_q, asked, sent, fetch, length_valid, last_burst;

  // addr_i[6:3] - 1, bit by bit: as a sum it would be a second adder in the way.
  assign begins = {addr_i[6:3] == 4'd0, addr_i[6] ^ (addr_i[5:3] == 3'd0), addr_i[5] ^ (addr_i[4:3] == 2'd0), addr_i[4] ^ !addr_i[3], !addr_i[3]};
  assign ready_o     = !asking_q;
  assign last_burst  = blocks_q == 13'd0;
  assign length      = (last_burst ? end_q : 4'd15) - addr_q[6:3];
  assign m_awvalid_o = asking_q && flight_q != 5'(Outstanding);
  assign m_awaddr_o  = addr_q;
  assign m_awlen_o   = {4'd0, length};
  assign asked       = m_awvalid_o && m_awready_i;

  assign m_wvalid_o   = sending_q && data_valid_i;
  assign m_wdata_o    = data_i;
  assign m_wlast_o    = last_q;
  assign data_ready_o = sending_q && m_wready_i;
  assign sent         = m_wvalid_o && m_wready_i;
  assign fetch        = !sending_q || (sent && m_wlast_o);
  assign m_bready_o   = 1'b1;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      asking_q  <= 1'b0;
      sending_q <= 1'b0;
      flight_q  <= '0;
      tag_o     <= '0;
      error_o   <= 1'b0;
    end else begin
      if (valid_i && ready_o) begin
        addr_q            <= addr_i;
        {blocks_q, end_q} <= 17'(beats_i) + 17'($signed(begins));
        asking_q          <= 1'b1;
        tag_q             <= tag_i;
      end else if (asked) begin
        addr_q   <= {addr_q[31:7] + 25'd1, 7'd0};  // where a burst ends that is not the last
        blocks_q <= blocks_q - 13'd1;
        asking_q <= !last_burst;
      end
      if (fetch) {sending_q, left_q, last_q} <= {length_valid, length_next, length_next == 4'd0};
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
      .valid_i(asked),
      .ready_o(unused_length_ready),
      .data_i(length),
      .valid_o(length_valid),
      .ready_i(fetch),
      .data_o(length_next)
  );
  duet_fifo #(
      .Width(3),
      .AddrBits(4)
  ) u_tags (
      .clk_i,
      .rst_i,
      .valid_i(asked),
      .ready_o(unused_tag_ready),
      .data_i(last_burst ? tag_q : 3'b000),
      .valid_o(unused_tag_valid),
      .ready_i(m_bvalid_i),
      .data_o(tag_out)
  );
  wire unused = &{1'b0, unused_length_ready, unused_tag_ready, unused_tag_valid};
endmodule
