// A row of 18-Kbit blocks side by side: Columns blocks of BankWidth bits hold words of Width. Read latency 1 cycle.
// Throughput: a read and a write a cycle. Twin: none (count: engine::cut_ram).
module duet_ram_row #(
    parameter int Width     = 40,
    parameter int Columns   = 2,
    parameter int BankWidth = 36,
    parameter int BankAddr  = 9
) (
    input  logic                clk_i,
    input  logic                we_i,
    input  logic [BankAddr-1:0] waddr_i,
    input  logic [   Width-1:0] wdata_i,
    input  logic [BankAddr-1:0] raddr_i,
    output logic [   Width-1:0] rdata_o
);
  logic [Columns*BankWidth-1:0] wdata, rdata;
  assign wdata   = (Columns * BankWidth)'(wdata_i);
  assign rdata_o = rdata[Width-1:0];
  genvar column;
  generate
    for (column = 0; column < Columns; column = column + 1) begin : g_column
      duet_ram_bank #(
          .Width(BankWidth),
          .AddrBits(BankAddr)
      ) u_bank (
          .clk_i,
          .we_i,
          .waddr_i,
          .wdata_i(wdata[column*BankWidth+:BankWidth]),
          .raddr_i,
          .rdata_o(rdata[column*BankWidth+:BankWidth])
      );
    end
  endgenerate
  wire unused = &{1'b0, rdata};
endmodule
