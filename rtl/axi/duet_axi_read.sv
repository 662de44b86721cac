// Reads one contiguous run of 64-bit beats at a time over AXI4: bursts of at most 16 beats that end on 128-byte boundaries, at most
// Outstanding of them in flight, in order. Data is never held back: who asks for a run has room for it. A new run is accepted when
// the last beat of the one before has come. Latency: command to address 1 cycle, bus to data_o 1 cycle. Throughput: one beat a cycle
// within a run. Twin of its cycles: Channel::read in src/program/channel.cpp.
module duet_axi_read #(
    parameter int Outstanding = 8
) (
    input  logic        clk_i,
    input  logic        rst_i,
    input  logic        valid_i,
    output logic        ready_o,
    input  logic [31:0] addr_i,         // bytes, multiple of 8
    input  logic [23:0] beats_i,        // at least 1
    output logic        data_valid_o,
    output logic [63:0] data_o,
    output logic        done_o,         // with the last beat
    output logic        error_o,        // a response was not OKAY
    output logic        m_arvalid_o,
    input  logic        m_arready_i,
    output logic [31:0] m_araddr_o,
    output logic [ 7:0] m_arlen_o,
    input  logic        m_rvalid_i,
    output logic        m_rready_o,
    input  logic [63:0] m_rdata_i,
    input  logic [ 1:0] m_rresp_i,
    input  logic        m_rlast_i
);
  logic [23:0] wait_q;
  logic [4:0] flight_q;
  logic [3:0] length;
  logic asking, waiting_q, last_beat_q, taken, asked, unused_last;
  duet_bursts u_bursts (
      .clk_i, .rst_i,
      .take_i(taken),
      .addr_i,
      .beats_i,
      .asking_o(asking),
      .addr_o(m_araddr_o),
      .length_o(length),
      .last_o(unused_last),
      .asked_i(asked)
  );
  assign ready_o     = !waiting_q;
  assign taken       = valid_i && ready_o;
  assign m_arvalid_o = asking && flight_q != 5'(Outstanding);
  assign m_arlen_o   = {4'd0, length};
  assign m_rready_o  = 1'b1;
  assign asked       = m_arvalid_o && m_arready_i;

  always_ff @(posedge clk_i) begin
    data_o <= m_rdata_i;
    if (rst_i) begin
      waiting_q    <= 1'b0;
      flight_q     <= '0;
      data_valid_o <= 1'b0;
      done_o       <= 1'b0;
      error_o      <= 1'b0;
    end else begin
      data_valid_o <= m_rvalid_i;
      done_o       <= m_rvalid_i && last_beat_q;
      error_o      <= m_rvalid_i && m_rresp_i != 2'b00;
      if (taken) begin
        wait_q      <= beats_i;
        waiting_q   <= 1'b1;
        last_beat_q <= beats_i == 24'd1;
      end else if (m_rvalid_i) begin
        wait_q      <= wait_q - 24'd1;
        waiting_q   <= !last_beat_q;
        last_beat_q <= wait_q == 24'd2;
      end
      flight_q <= flight_q + 5'(asked) - 5'(m_rvalid_i && m_rlast_i);
    end
  end
  wire unused = unused_last;
endmodule
