// The line buffer: rows of even and of odd number in a memory each, so that the Kernel + 1 rows that a pair of output rows needs are read in
// Kernel / 2 + 1 cycles (duet_rows says where they lie). One write port for both. Read latency 2 cycles; throughput: a beat of each memory a cycle. Twin: none (its blocks:
// engine::Memories).
module duet_lines #(
    parameter int Width    = 64,   // of a beat
    parameter int Depth    = 1536,
    parameter int AddrBits = $clog2(Depth)
) (
    input  logic                clk_i,
    input  logic                even_we_i,
    input  logic                odd_we_i,
    input  logic [AddrBits-1:0] waddr_i,
    input  logic [   Width-1:0] wdata_i,
    input  logic [AddrBits-1:0] even_addr_i,
    input  logic [AddrBits-1:0] odd_addr_i,
    output logic [   Width-1:0] even_data_o,
    output logic [   Width-1:0] odd_data_o
);
  duet_ram #(
      .Width(Width),
      .Depth(Depth)
  ) u_even (
      .clk_i,
      .we_i(even_we_i),
      .waddr_i,
      .wdata_i,
      .raddr_i(even_addr_i),
      .rdata_o(even_data_o)
  );
  duet_ram #(
      .Width(Width),
      .Depth(Depth)
  ) u_odd (
      .clk_i,
      .we_i(odd_we_i),
      .waddr_i,
      .wdata_i,
      .raddr_i(odd_addr_i),
      .rdata_o(odd_data_o)
  );
endmodule
