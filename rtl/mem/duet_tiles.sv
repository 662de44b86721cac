// The tile buffer: Banks memories side by side, written one by one or several at once, read together as a word of all input lanes. Where
// a word holds two pixels it has twice the banks; both pixels' get the same data, and we_i says which of them takes it.
// Read latency 2 cycles; throughput: a write and a read a cycle. Twin: none (its blocks: engine::Memories).
module duet_tiles #(
    parameter int Width    = 16,   // of a bank
    parameter int Banks    = 4,
    parameter int Pixels   = 1,    // of a word
    parameter int Depth    = 512,
    parameter int AddrBits = (Depth > 1) ? $clog2(Depth) : 1
) (
    input  logic                   clk_i,
    input  logic [Pixels*Banks-1:0] we_i,
    input  logic [   AddrBits-1:0] waddr_i,
    input  logic [Banks*Width-1:0] wdata_i,
    input  logic [   AddrBits-1:0] raddr_i,
    output logic [Pixels*Banks*Width-1:0] rdata_o
);
  genvar bank;
  generate
    for (bank = 0; bank < Pixels * Banks; bank = bank + 1) begin : g_bank
      duet_ram #(
          .Width(Width),
          .Depth(Depth)
      ) u_tile (
          .clk_i,
          .we_i(we_i[bank]),
          .waddr_i,
          .wdata_i(wdata_i[(bank%Banks)*Width+:Width]),
          .raddr_i,
          .rdata_o(rdata_o[bank*Width+:Width])
      );
    end
  endgenerate
endmodule
