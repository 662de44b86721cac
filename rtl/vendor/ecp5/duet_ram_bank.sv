// One block memory of an ECP5 (18 Kbit) with its output register: read latency 2 cycles, one of the shapes that it offers.
// Throughput: a read and a write a cycle. Twin: none (count: engine::cut_ram). Does not: reset, initialise.
module duet_ram_bank #(
    parameter int AddrBits = 9,  // 512 x 36, 1K x 18, 2K x 9, 4K x 4, 8K x 2, 16K x 1
    parameter int Width    = (AddrBits < 12) ? 36 >> (AddrBits - 9) : 16 >> (AddrBits - 10)
) (
    input  logic                clk_i,
    input  logic                we_i,
    input  logic [AddrBits-1:0] waddr_i,
    input  logic [   Width-1:0] wdata_i,
    input  logic [AddrBits-1:0] raddr_i,
    output logic [   Width-1:0] rdata_o
);
  logic [35:0] wdata, rdata;
  logic [13:0] waddr, raddr;
  assign wdata   = 36'(wdata_i);
  assign rdata_o = rdata[Width-1:0];
  assign raddr   = {raddr_i, {(14 - AddrBits) {1'b0}}};
  // The two lowest address bits of a word of 18 bits enable its bytes.
  assign waddr = {waddr_i, {(14 - AddrBits) {AddrBits == 10}}};
  generate
    if (AddrBits == 9) begin : g_wide
      PDPW16KD #(
          .DATA_WIDTH_W(36),
          .DATA_WIDTH_R(36),
          .REGMODE("OUTREG"),
          .GSR("DISABLED")
      ) u_block (
          .DI0(wdata[0]), .DI1(wdata[1]), .DI2(wdata[2]), .DI3(wdata[3]), .DI4(wdata[4]), .DI5(wdata[5]), .DI6(wdata[6]),
          .DI7(wdata[7]), .DI8(wdata[8]), .DI9(wdata[9]), .DI10(wdata[10]), .DI11(wdata[11]), .DI12(wdata[12]),
          .DI13(wdata[13]), .DI14(wdata[14]), .DI15(wdata[15]), .DI16(wdata[16]), .DI17(wdata[17]), .DI18(wdata[18]),
          .DI19(wdata[19]), .DI20(wdata[20]), .DI21(wdata[21]), .DI22(wdata[22]), .DI23(wdata[23]), .DI24(wdata[24]),
          .DI25(wdata[25]), .DI26(wdata[26]), .DI27(wdata[27]), .DI28(wdata[28]), .DI29(wdata[29]), .DI30(wdata[30]),
          .DI31(wdata[31]), .DI32(wdata[32]), .DI33(wdata[33]), .DI34(wdata[34]), .DI35(wdata[35]), .ADW0(waddr_i[0]),
          .ADW1(waddr_i[1]), .ADW2(waddr_i[2]), .ADW3(waddr_i[3]), .ADW4(waddr_i[4]), .ADW5(waddr_i[5]), .ADW6(waddr_i[6]),
          .ADW7(waddr_i[7]), .ADW8(waddr_i[8]), .BE0(1'b1), .BE1(1'b1), .BE2(1'b1), .BE3(1'b1), .CEW(we_i), .CLKW(clk_i),
          .CSW0(1'b0), .CSW1(1'b0), .CSW2(1'b0), .ADR0(raddr[0]), .ADR1(raddr[1]), .ADR2(raddr[2]), .ADR3(raddr[3]),
          .ADR4(raddr[4]), .ADR5(raddr[5]), .ADR6(raddr[6]), .ADR7(raddr[7]), .ADR8(raddr[8]), .ADR9(raddr[9]),
          .ADR10(raddr[10]), .ADR11(raddr[11]), .ADR12(raddr[12]), .ADR13(raddr[13]), .CER(1'b1), .OCER(1'b1), .CLKR(clk_i),
          .CSR0(1'b0), .CSR1(1'b0), .CSR2(1'b0), .RST(1'b0), .DO0(rdata[0]), .DO1(rdata[1]), .DO2(rdata[2]), .DO3(rdata[3]),
          .DO4(rdata[4]), .DO5(rdata[5]), .DO6(rdata[6]), .DO7(rdata[7]), .DO8(rdata[8]), .DO9(rdata[9]), .DO10(rdata[10]),
          .DO11(rdata[11]), .DO12(rdata[12]), .DO13(rdata[13]), .DO14(rdata[14]), .DO15(rdata[15]), .DO16(rdata[16]),
          .DO17(rdata[17]), .DO18(rdata[18]), .DO19(rdata[19]), .DO20(rdata[20]), .DO21(rdata[21]), .DO22(rdata[22]),
          .DO23(rdata[23]), .DO24(rdata[24]), .DO25(rdata[25]), .DO26(rdata[26]), .DO27(rdata[27]), .DO28(rdata[28]),
          .DO29(rdata[29]), .DO30(rdata[30]), .DO31(rdata[31]), .DO32(rdata[32]), .DO33(rdata[33]), .DO34(rdata[34]),
          .DO35(rdata[35])
      );
    end else begin : g_narrow
      DP16KD #(
          .DATA_WIDTH_A(Width),
          .DATA_WIDTH_B(Width),
          .REGMODE_A("NOREG"),
          .REGMODE_B("OUTREG"),
          .WRITEMODE_A("NORMAL"),
          .WRITEMODE_B("NORMAL"),
          .GSR("DISABLED")
      ) u_block (
          .DIA0(wdata[0]), .DIA1(wdata[1]), .DIA2(wdata[2]), .DIA3(wdata[3]), .DIA4(wdata[4]), .DIA5(wdata[5]),
          .DIA6(wdata[6]), .DIA7(wdata[7]), .DIA8(wdata[8]), .DIA9(wdata[9]), .DIA10(wdata[10]), .DIA11(wdata[11]),
          .DIA12(wdata[12]), .DIA13(wdata[13]), .DIA14(wdata[14]), .DIA15(wdata[15]), .DIA16(wdata[16]), .DIA17(wdata[17]),
          .ADA0(waddr[0]), .ADA1(waddr[1]), .ADA2(waddr[2]), .ADA3(waddr[3]), .ADA4(waddr[4]), .ADA5(waddr[5]),
          .ADA6(waddr[6]), .ADA7(waddr[7]), .ADA8(waddr[8]), .ADA9(waddr[9]), .ADA10(waddr[10]), .ADA11(waddr[11]),
          .ADA12(waddr[12]), .ADA13(waddr[13]), .CEA(we_i), .OCEA(1'b1), .CLKA(clk_i), .WEA(1'b1), .RSTA(1'b0), .CSA0(1'b0),
          .CSA1(1'b0), .CSA2(1'b0), .ADB0(raddr[0]), .ADB1(raddr[1]), .ADB2(raddr[2]), .ADB3(raddr[3]), .ADB4(raddr[4]),
          .ADB5(raddr[5]), .ADB6(raddr[6]), .ADB7(raddr[7]), .ADB8(raddr[8]), .ADB9(raddr[9]), .ADB10(raddr[10]),
          .ADB11(raddr[11]), .ADB12(raddr[12]), .ADB13(raddr[13]), .CEB(1'b1), .OCEB(1'b1), .CLKB(clk_i), .WEB(1'b0),
          .RSTB(1'b0), .CSB0(1'b0), .CSB1(1'b0), .CSB2(1'b0), .DOB0(rdata[0]), .DOB1(rdata[1]), .DOB2(rdata[2]),
          .DOB3(rdata[3]), .DOB4(rdata[4]), .DOB5(rdata[5]), .DOB6(rdata[6]), .DOB7(rdata[7]), .DOB8(rdata[8]),
          .DOB9(rdata[9]), .DOB10(rdata[10]), .DOB11(rdata[11]), .DOB12(rdata[12]), .DOB13(rdata[13]), .DOB14(rdata[14]),
          .DOB15(rdata[15]), .DOB16(rdata[16]), .DOB17(rdata[17])
      );
      assign rdata[35:18] = '0;
    end
  endgenerate
  wire unused = &{1'b0, wdata, rdata, waddr, raddr};
endmodule
