// Block memory for iCE40: same ports and timing as rtl/vendor/generic/duet_ram.sv (read latency 2 cycles). Its blocks (4 Kbit) have no
// output registers, so the second cycle is one of LUTs. Blocks lie side by side, as deep as the memory is, up to 2K words. Throughput:
// a read and a write a cycle. Twin of the count: engine::cut_ram. Does not: reset, initialise.
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
  localparam int Mode = (AddrBits <= 8) ? 0 : AddrBits - 8;  // 256 x 16, 512 x 8, 1K x 4, 2K x 2
  localparam int BankWidth = 16 >> Mode;
  localparam int Columns = (Width + BankWidth - 1) / BankWidth;

  logic [10:0] waddr, raddr;
  logic [Columns*BankWidth-1:0] wdata, rdata;
  assign waddr = 11'(waddr_i);
  assign raddr = 11'(raddr_i);
  assign wdata = (Columns * BankWidth)'(wdata_i);
  genvar column, place;
  generate
    for (column = 0; column < Columns; column = column + 1) begin : g_column
      logic [15:0] in, out;
      SB_RAM40_4K #(
          .WRITE_MODE(Mode),
          .READ_MODE(Mode)
      ) u_block (
          .RDATA(out), .RCLK(clk_i), .RCLKE(1'b1), .RE(1'b1), .RADDR(raddr),
          .WCLK(clk_i), .WCLKE(1'b1), .WE(we_i), .WADDR(waddr), .MASK(16'd0), .WDATA(in)
      );
      // A narrow word's bits lie apart: bit b of 8 at 2 b, of 4 at 4 b + 1, of 2 at 8 b + 3.
      for (place = 0; place < 16; place = place + 1) begin : g_place
        localparam int Step = 1 << Mode;
        localparam int First = (Step >> 1) - ((Mode > 0) ? 1 : 0);
        if (place % Step == First) begin : g_there
          assign in[place] = wdata[column*BankWidth+place/Step];
          assign rdata[column*BankWidth+place/Step] = out[place];
        end else begin : g_none
          assign in[place] = 1'b0;
          wire unused = &{1'b0, out[place]};
        end
      end
    end
  endgenerate
  always_ff @(posedge clk_i) rdata_o <= rdata[Width-1:0];
  wire unused = &{1'b0, rdata};
endmodule
