// An engine with its memory on chip and a serial line to its host: all that a board needs but its pins and clock. `duet_top` is the
// emitted engine (`duet emit`). Latency: none of its own. Throughput: the engine's. Twin: none.
module duet_board #(
    parameter int Divisor  = 8,     // cycles of a bit of the line
    parameter int Words    = 4096,  // of memory, 64 bits each
    parameter int IdleBits = 24     // of the silence that ends half a command (duet_link)
) (
    input  logic clk_i,
    input  logic rst_i,
    input  logic line_i,
    output logic line_o,
    output logic irq_o
);
  localparam int AddrBits = $clog2(Words);

  logic host_read, host_write, host_taken, host_there, wvalid, wready, arvalid, arready, bvalid, rvalid, awready_lite;
  logic [AddrBits-1:0] host_addr;
  logic [63:0] host_data, m_rdata, m_wdata;
  logic [7:0] addr, m_arlen, m_awlen, m_wstrb;
  logic [31:0] wdata, rdata, m_araddr, m_awaddr;
  logic [2:0] m_arsize, m_awsize;
  logic [1:0] bresp, rresp, m_arburst, m_awburst;
  logic m_arvalid, m_arready, m_rvalid, m_rready, m_rlast, m_awvalid, m_awready, m_wvalid, m_wready, m_wlast, m_bvalid, m_bready;

  // The host can reset engine and memory, but not its own way to them.
  logic link_reset, reset_q;
  always_ff @(posedge clk_i) reset_q <= rst_i || link_reset;

  duet_top u_top (
      .clk(clk_i), .rst(reset_q), .irq(irq_o),
      .s_axi_awvalid(wvalid), .s_axi_awready(awready_lite), .s_axi_awaddr(addr), .s_axi_wvalid(wvalid), .s_axi_wready(wready),
      .s_axi_wdata(wdata), .s_axi_bvalid(bvalid), .s_axi_bready(1'b1), .s_axi_bresp(bresp),
      .s_axi_arvalid(arvalid), .s_axi_arready(arready), .s_axi_araddr(addr), .s_axi_rvalid(rvalid), .s_axi_rready(1'b1),
      .s_axi_rdata(rdata), .s_axi_rresp(rresp),
      .m_axi_arvalid(m_arvalid), .m_axi_arready(m_arready), .m_axi_araddr(m_araddr), .m_axi_arlen(m_arlen),
      .m_axi_arsize(m_arsize), .m_axi_arburst(m_arburst), .m_axi_rvalid(m_rvalid), .m_axi_rready(m_rready),
      .m_axi_rdata(m_rdata), .m_axi_rresp(2'b00), .m_axi_rlast(m_rlast),
      .m_axi_awvalid(m_awvalid), .m_axi_awready(m_awready), .m_axi_awaddr(m_awaddr), .m_axi_awlen(m_awlen),
      .m_axi_awsize(m_awsize), .m_axi_awburst(m_awburst), .m_axi_wvalid(m_wvalid), .m_axi_wready(m_wready),
      .m_axi_wdata(m_wdata), .m_axi_wstrb(m_wstrb), .m_axi_wlast(m_wlast), .m_axi_bvalid(m_bvalid), .m_axi_bready(m_bready),
      .m_axi_bresp(2'b00)
  );
  duet_onchip #(
      .Words(Words)
  ) u_memory (
      .clk_i, .rst_i(reset_q),
      .s_arvalid_i(m_arvalid),
      .s_arready_o(m_arready),
      .s_araddr_i(m_araddr[3+:AddrBits]),
      .s_arlen_i(m_arlen[3:0]),
      .s_rvalid_o(m_rvalid),
      .s_rdata_o(m_rdata),
      .s_rlast_o(m_rlast),
      .s_awvalid_i(m_awvalid),
      .s_awready_o(m_awready),
      .s_awaddr_i(m_awaddr[3+:AddrBits]),
      .s_wvalid_i(m_wvalid),
      .s_wready_o(m_wready),
      .s_wdata_i(m_wdata),
      .s_wlast_i(m_wlast),
      .s_bvalid_o(m_bvalid),
      .host_read_i(host_read),
      .host_write_i(host_write),
      .host_taken_o(host_taken),
      .host_addr_i(host_addr),
      .host_data_i(host_data),
      .host_there_o(host_there)
  );
  duet_link #(
      .Divisor(Divisor),
      .AddrBits(AddrBits),
      .IdleBits(IdleBits)
  ) u_link (
      .clk_i, .rst_i, .line_i, .line_o,
      .read_o(host_read),
      .write_o(host_write),
      .taken_i(host_taken),
      .addr_o(host_addr),
      .data_o(host_data),
      .there_i(host_there),
      .data_i(m_rdata),
      .reset_o(link_reset),
      .m_wvalid_o(wvalid),
      .m_wready_i(wready),
      .m_arvalid_o(arvalid),
      .m_arready_i(arready),
      .m_addr_o(addr),
      .m_wdata_o(wdata),
      .m_bvalid_i(bvalid),
      .m_rvalid_i(rvalid),
      .m_rdata_i(rdata)
  );

  wire unused = &{1'b0, awready_lite, bresp, rresp, m_rready, m_bready, m_araddr, m_awaddr, m_arlen, m_awlen, m_arsize, m_awsize, m_arburst,
                  m_awburst, m_wstrb};
endmodule
