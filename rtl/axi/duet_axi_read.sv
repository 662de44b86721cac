// Reads one contiguous run of 64-bit beats at a time over AXI4: bursts of at most 16 beats that end on 128-byte boundaries, at most
// Outstanding of them in flight, in order. Data is never held back: who asks for a run has room for it. A new run is accepted when
// the last beat of the one before has come. Latency: command to address 1 cycle, bus to data_o 1 cycle. Throughput: one beat a cycle
// within a run. Twin of its cycles: Channel::read in src/program/predict.cpp.
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
  // The beats of a run lie in blocks of 16: how many blocks follow the one that is asked for, and where the run ends in its last one.
  logic [31:0] addr_q;
  logic [23:0] wait_q;
  logic [20:0] blocks_q;
  logic [4:0] flight_q, begins_q;
  logic [5:0] short_end;
  logic [3:0] end_q, last_length;
  logic fresh_q, first_q, few_q, owed_q, asking_q, waiting_q, last_beat_q, last_burst, asked;

  // In the first cycle of a run (fresh_q) its blocks are counted: beats_i comes from afar, too far for an addition on the way. A burst that is
  // asked for in that cycle is owed to the count. The first burst, which may be the only one, needs the lowest bits of the sum alone.
  assign short_end   = {1'b0, wait_q[4:0]} + 6'($signed(begins_q));
  assign ready_o     = !waiting_q;
  assign last_burst  = first_q ? few_q && short_end[5:4] == 2'd0 : blocks_q == 21'(owed_q);
  assign last_length = first_q ? wait_q[3:0] - 4'd1 : end_q;
  assign m_arvalid_o = asking_q && flight_q != 5'(Outstanding);
  assign m_araddr_o  = addr_q;
  assign m_arlen_o   = {4'd0, last_burst ? last_length : ~addr_q[6:3]};
  assign m_rready_o  = 1'b1;
  assign asked       = m_arvalid_o && m_arready_i;

  always_ff @(posedge clk_i) begin
    data_o <= m_rdata_i;
    if (rst_i) begin
      fresh_q      <= 1'b0;
      asking_q     <= 1'b0;
      waiting_q    <= 1'b0;
      flight_q     <= '0;
      data_valid_o <= 1'b0;
      done_o       <= 1'b0;
      error_o      <= 1'b0;
    end else begin
      data_valid_o <= m_rvalid_i;
      done_o       <= m_rvalid_i && last_beat_q;
      error_o      <= m_rvalid_i && m_rresp_i != 2'b00;
      fresh_q      <= valid_i && ready_o;
      if (valid_i && ready_o) begin
        addr_q      <= addr_i;
        begins_q    <= {1'b0, addr_i[6:3]} - 5'd1;
        first_q     <= 1'b1;
        few_q       <= beats_i[23:5] == 19'd0;
        asking_q    <= 1'b1;
        wait_q      <= beats_i;
        waiting_q   <= 1'b1;
        last_beat_q <= beats_i == 24'd1;
      end else begin
        if (asked) begin
          addr_q   <= {addr_q[31:7] + 25'd1, 7'd0};  // where a burst ends that is not the last
          first_q  <= 1'b0;
          asking_q <= !last_burst;
        end
        if (fresh_q) begin
          {blocks_q, end_q} <= 25'(wait_q) + 25'($signed(begins_q));
          owed_q            <= asked;
        end else if (asked) blocks_q <= blocks_q - 21'd1;
        if (m_rvalid_i) begin
          wait_q      <= wait_q - 24'd1;
          waiting_q   <= !last_beat_q;
          last_beat_q <= wait_q == 24'd2;
        end
      end
      flight_q <= flight_q + 5'(asked) - 5'(m_rvalid_i && m_rlast_i);
    end
  end
  wire unused = &{1'b0, short_end};
endmodule
