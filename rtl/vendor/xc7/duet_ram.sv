// Block memory for 7-series devices: same ports and timing as rtl/vendor/generic/duet_ram.sv (read latency 2 cycles), cut into
// 18-Kbit blocks of the cheapest shape among 512x36, 1Kx18, 2Kx9, 4Kx4 and 8Kx2. Where that takes fewer, only the words that whole rows
// of blocks hold have one shape, and the rest another. Throughput: a read and a write a cycle. Twin of the count: engine::cut_ram.
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
  // Shapes are told by their address bits, 9 to 13.
  function automatic integer bank_width(input integer shape);
    bank_width = (shape == 9) ? 36 : (shape == 10) ? 18 : (shape == 11) ? 9 : (shape == 12) ? 4 : 2;
  endfunction
  function automatic integer columns(input integer shape);
    columns = (Width + bank_width(shape) - 1) / bank_width(shape);
  endfunction
  function automatic integer rows(input integer shape, input integer depth);
    rows = (depth + (1 << shape) - 1) >> shape;
  endfunction
  function automatic integer best_shape(input integer depth);
    integer shape;
    best_shape = 9;
    for (shape = 10; shape <= 13; shape = shape + 1)
      if (columns(shape) * rows(shape, depth) < columns(best_shape) * rows(best_shape, depth)) best_shape = shape;
  endfunction
  // The shape of the whole rows, with a rest that is not empty; 0: one shape for all.
  function automatic integer best_split(input integer depth);
    integer shape, whole, rest, least;
    best_split = 0;
    least = columns(best_shape(depth)) * rows(best_shape(depth), depth);
    for (shape = 9; shape <= 13; shape = shape + 1) begin
      whole = depth >> shape;
      rest  = depth - (whole << shape);
      if (whole > 0 && rest > 0 && columns(shape) * whole + columns(best_shape(rest)) * rows(best_shape(rest), rest) < least) begin
        least = columns(shape) * whole + columns(best_shape(rest)) * rows(best_shape(rest), rest);
        best_split = shape;
      end
    end
  endfunction
  localparam int Split = best_split(Depth);
  localparam int Shape = (Split != 0) ? Split : best_shape(Depth);
  localparam int Whole = (Split != 0) ? (Depth >> Shape) << Shape : Depth;
  localparam int Rest = Depth - Whole;
  localparam int RestShape = (Rest > 0) ? best_shape(Rest) : 9;
  localparam int WholeRows = rows(Shape, Whole);
  localparam int RestRows = rows(RestShape, Rest);
  localparam int Rows = WholeRows + RestRows;
  localparam int RowBits = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int FullBits = (AddrBits > 14) ? AddrBits + 1 : 15;

  logic [FullBits-1:0] waddr, raddr;
  logic [RowBits-1:0] row_q;
  logic [Rows*Width-1:0] words;
  logic [Width-1:0] word;
  assign waddr = FullBits'(waddr_i);
  assign raddr = FullBits'(raddr_i);

  genvar row;
  generate
    for (row = 0; row < WholeRows; row = row + 1) begin : g_whole
      duet_ram_row #(
          .Width(Width),
          .Columns(columns(Shape)),
          .BankWidth(bank_width(Shape)),
          .BankAddr(Shape)
      ) u_row (
          .clk_i,
          .we_i(we_i && waddr >> Shape == FullBits'(row)),
          .waddr_i(waddr[Shape-1:0]),
          .wdata_i,
          .raddr_i(raddr[Shape-1:0]),
          .rdata_o(words[row*Width+:Width])
      );
    end
    // The rest's blocks are no deeper than the whole's, so its words begin with a block.
    for (row = 0; row < RestRows; row = row + 1) begin : g_rest
      duet_ram_row #(
          .Width(Width),
          .Columns(columns(RestShape)),
          .BankWidth(bank_width(RestShape)),
          .BankAddr(RestShape)
      ) u_row (
          .clk_i,
          .we_i(we_i && waddr >> RestShape == FullBits'((Whole >> RestShape) + row)),
          .waddr_i(waddr[RestShape-1:0]),
          .wdata_i,
          .raddr_i(raddr[RestShape-1:0]),
          .rdata_o(words[(WholeRows+row)*Width+:Width])
      );
    end
  endgenerate

  duet_select #(
      .Width(Width),
      .Count(Rows)
  ) u_row (
      .index_i(row_q),
      .words_i(words),
      .word_o (word)
  );
  always_ff @(posedge clk_i) begin
    row_q   <= (Rest > 0 && raddr >> Shape == FullBits'(WholeRows))
             ? RowBits'(WholeRows) + RowBits'(raddr[Shape-1:0] >> RestShape) : RowBits'(raddr >> Shape);
    rdata_o <= word;
  end
endmodule
