// Block memory for 7-series devices: same ports and timing as rtl/vendor/generic/duet_ram.sv (read latency 2 cycles), cut into
// 18-Kbit blocks of the cheapest shape among 512x36, 1Kx18, 2Kx9, 4Kx4 and 8Kx2. Count twin: engine::bram18 in src/engine.
module duet_ram #(
    parameter int Width    = 8,
    parameter int Depth    = 16,
    parameter int AddrBits = (Depth > 1) ? $clog2(Depth) : 1
) (
    input  logic                clk_i,
    input  logic                we_i,
    input  logic [AddrBits-1:0] waddr_i,
    input  logic [   Width-1:0] wdata_i,
    input  logic [AddrBits-1:0] raddr_i,
    output logic [   Width-1:0] rdata_o
);
  localparam int Cost9 = ((Width + 35) / 36) * ((Depth + 511) / 512);
  localparam int Cost10 = ((Width + 17) / 18) * ((Depth + 1023) / 1024);
  localparam int Cost11 = ((Width + 8) / 9) * ((Depth + 2047) / 2048);
  localparam int Cost12 = ((Width + 3) / 4) * ((Depth + 4095) / 4096);
  localparam int Cost13 = ((Width + 1) / 2) * ((Depth + 8191) / 8192);
  localparam int Best10 = (Cost10 < Cost9) ? Cost10 : Cost9;
  localparam int Best11 = (Cost11 < Best10) ? Cost11 : Best10;
  localparam int Best12 = (Cost12 < Best11) ? Cost12 : Best11;
  localparam int Best13 = (Cost13 < Best12) ? Cost13 : Best12;
  localparam int BankAddr = (Best13 == Cost9) ? 9 : (Best13 == Cost10) ? 10 : (Best13 == Cost11) ? 11 : (Best13 == Cost12) ? 12 : 13;
  localparam int BankWidth = (BankAddr == 9) ? 36 : (BankAddr == 10) ? 18 : (BankAddr == 11) ? 9 : (BankAddr == 12) ? 4 : 2;
  localparam int Rows = (Depth + (1 << BankAddr) - 1) >> BankAddr;
  localparam int Columns = (Width + BankWidth - 1) / BankWidth;
  localparam int RowBits = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int FullBits = BankAddr + RowBits;

  logic [FullBits-1:0] waddr, raddr;
  logic [RowBits-1:0] row_q;
  logic [Rows*Width-1:0] rows;
  logic [Rows*Columns*BankWidth-1:0] banks;
  logic [Columns*BankWidth-1:0] wdata;
  assign waddr = FullBits'(waddr_i);
  assign raddr = FullBits'(raddr_i);
  assign wdata = (Columns * BankWidth)'(wdata_i);

  genvar row, column;
  generate
    for (row = 0; row < Rows; row = row + 1) begin : g_row
      for (column = 0; column < Columns; column = column + 1) begin : g_column
        duet_ram_bank #(
            .Width(BankWidth),
            .AddrBits(BankAddr)
        ) u_bank (
            .clk_i,
            .we_i(we_i && waddr[FullBits-1:BankAddr] == RowBits'(row)),
            .waddr_i(waddr[BankAddr-1:0]),
            .wdata_i(wdata[column*BankWidth+:BankWidth]),
            .raddr_i(raddr[BankAddr-1:0]),
            .rdata_o(banks[(row*Columns+column)*BankWidth+:BankWidth])
        );
      end
      assign rows[row*Width+:Width] = banks[row*Columns*BankWidth+:Width];
    end
  endgenerate

  logic [Width-1:0] word;
  duet_select #(
      .Width(Width),
      .Count(Rows)
  ) u_row (
      .index_i(row_q),
      .words_i(rows),
      .word_o (word)
  );
  always_ff @(posedge clk_i) begin
    row_q   <= raddr[FullBits-1:BankAddr];
    rdata_o <= word;
  end
endmodule
