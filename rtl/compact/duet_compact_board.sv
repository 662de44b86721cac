// A compact engine with a serial line to its host: all that a board needs but its pins and clock. Registers: a few of those of
// duet_control, at the same offsets (docs/compact.md). Latency and throughput: the engine's and the line's. Twin: none.
module duet_compact_board #(
    parameter int Divisor  = 8,  // cycles of a bit of the line
    parameter int IdleBits = 22  // of the silence that ends half a command (duet_link)
) (
    input  logic clk_i,
    input  logic rst_i,
    input  logic line_i,
    output logic line_o,
    output logic busy_o
);
  localparam logic [7:0] Control = 8'h00, Status = 8'h04, Frames = 8'h20, FrameCycles = 8'h24;

  logic host_read, host_write, host_taken, host_there, wvalid, arvalid, bvalid_q, rvalid_q, link_reset, reset_q, start, busy_q;
  logic [13:0] host_addr;
  logic [63:0] host_data, word;
  logic [7:0] addr;
  logic [31:0] wdata, rdata_q;
  logic [31:0] frames_q, cycles_q;

  assign start = wvalid && addr == Control && wdata[0] && !busy_o;
  duet_compact u_engine (
      .clk_i,
      .rst_i(reset_q),
      .start_i(start),
      .busy_o,
      .host_read_i(host_read),
      .host_write_i(host_write),
      .host_taken_o(host_taken),
      .host_addr_i(host_addr),
      .host_data_i(host_data),
      .host_data_o(word),
      .host_there_o(host_there)
  );
  duet_link #(
      .Divisor(Divisor),
      .AddrBits(14),
      .IdleBits(IdleBits)
  ) u_link (
      .clk_i, .rst_i, .line_i, .line_o,
      .read_o(host_read),
      .write_o(host_write),
      .taken_i(host_taken),
      .addr_o(host_addr),
      .data_o(host_data),
      .there_i(host_there),
      .data_i(word),
      .reset_o(link_reset),
      .m_wvalid_o(wvalid),
      .m_wready_i(1'b1),
      .m_arvalid_o(arvalid),
      .m_arready_i(1'b1),
      .m_addr_o(addr),
      .m_wdata_o(wdata),
      .m_bvalid_i(bvalid_q),
      .m_rvalid_i(rvalid_q),
      .m_rdata_i(rdata_q)
  );

  always_ff @(posedge clk_i) begin
    reset_q  <= rst_i || link_reset;
    bvalid_q <= wvalid;
    rvalid_q <= arvalid;
    case (addr)
      Control: rdata_q <= 32'h54455544;
      Status: rdata_q <= 32'(busy_o);
      Frames: rdata_q <= frames_q;
      FrameCycles: rdata_q <= cycles_q;
      default: rdata_q <= 32'd0;
    endcase
    busy_q <= busy_o;
    if (reset_q) begin
      frames_q <= 32'd0;
      busy_q   <= 1'b0;
    end else begin
      if (busy_q && !busy_o) frames_q <= frames_q + 32'd1;
      if (start) cycles_q <= 32'd1;
      else if (busy_o) cycles_q <= cycles_q + 32'd1;
    end
  end
  wire unused = &{1'b0, wdata};
endmodule
