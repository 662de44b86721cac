// Block memory for ECP5: same ports and timing as rtl/vendor/generic/duet_ram.sv (read latency 2 cycles), the second of them in the blocks'
// own output registers, without which they are too slow. So blocks lie side by side as deep as the memory is, and only one deeper than
// 16K words has rows of them. Throughput: a read and a write a cycle. Twin of the count: engine::cut_ram. Does not: reset, initialise.
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
  localparam int Shape = (AddrBits < 9) ? 9 : (AddrBits > 14) ? 14 : AddrBits;  // address bits of a block
  localparam int BankWidth = (Shape < 12) ? 36 >> (Shape - 9) : 16 >> (Shape - 10);
  localparam int Columns = (Width + BankWidth - 1) / BankWidth;
  localparam int Rows = (Depth + (1 << Shape) - 1) >> Shape;
  localparam int RowBits = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int FullBits = Shape + RowBits;

  logic [FullBits-1:0] waddr, raddr;
  logic [RowBits-1:0] row_q, row_qq;
  logic [Columns*BankWidth-1:0] wdata;
  logic [Rows*Width-1:0] words;
  assign waddr = FullBits'(waddr_i);
  assign raddr = FullBits'(raddr_i);
  assign wdata = (Columns * BankWidth)'(wdata_i);

  genvar row, column;
  generate
    for (row = 0; row < Rows; row = row + 1) begin : g_row
      logic [Columns*BankWidth-1:0] rdata;
      for (column = 0; column < Columns; column = column + 1) begin : g_column
        duet_ram_bank #(
            .AddrBits(Shape)
        ) u_bank (
            .clk_i,
            .we_i(we_i && waddr[Shape+:RowBits] == RowBits'(row)),
            .waddr_i(waddr[Shape-1:0]),
            .wdata_i(wdata[column*BankWidth+:BankWidth]),
            .raddr_i(raddr[Shape-1:0]),
            .rdata_o(rdata[column*BankWidth+:BankWidth])
        );
      end
      assign words[row*Width+:Width] = rdata[Width-1:0];
      wire unused = &{1'b0, rdata};
    end
  endgenerate

  always_ff @(posedge clk_i) begin
    row_q  <= raddr[Shape+:RowBits];
    row_qq <= row_q;
  end
  duet_select #(
      .Width(Width),
      .Count(Rows)
  ) u_row (
      .index_i(row_qq),
      .words_i(words),
      .word_o (rdata_o)
  );
endmodule
