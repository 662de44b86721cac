// Behaviour of a 7-series block memory of 18 Kbit, as far as duet's netlists use it: port A reads and port B writes words of the same
// width by one clock, without resets. Source: Xilinx UG473, 7 Series FPGAs Memory Resources, chapter 1 (address and parity bits of
// every width, byte write enables, output register, conflicts). Read latency: 1 cycle, 2 with DOA_REG. Throughput: a read and a write a
// cycle. A read of a word that is written in the same cycle gives its complement: the data sheet promises nothing. Ends the simulation
// where it is used in another way. Twin: none.
module RAMB18E1 #(
    parameter RAM_MODE = "TDP",
    parameter integer DOA_REG = 0,
    parameter integer DOB_REG = 0,
    parameter integer READ_WIDTH_A = 0,
    parameter integer READ_WIDTH_B = 0,
    parameter integer WRITE_WIDTH_A = 0,
    parameter integer WRITE_WIDTH_B = 0,
    parameter WRITE_MODE_A = "WRITE_FIRST",
    parameter WRITE_MODE_B = "WRITE_FIRST",
    parameter SRVAL_A = 18'h0,
    parameter SRVAL_B = 18'h0
) (
    input  logic        CLKARDCLK,
    input  logic        CLKBWRCLK,
    input  logic        ENARDEN,
    input  logic        ENBWREN,
    input  logic        REGCEAREGCE,
    input  logic        REGCEB,
    input  logic        RSTRAMARSTRAM,
    input  logic        RSTRAMB,
    input  logic        RSTREGARSTREG,
    input  logic        RSTREGB,
    input  logic [13:0] ADDRARDADDR,
    input  logic [13:0] ADDRBWRADDR,
    input  logic [15:0] DIADI,
    input  logic [15:0] DIBDI,
    input  logic [ 1:0] DIPADIP,
    input  logic [ 1:0] DIPBDIP,
    input  logic [ 1:0] WEA,
    input  logic [ 3:0] WEBWE,
    output logic [15:0] DOADO,
    output logic [15:0] DOBDO,
    output logic [ 1:0] DOPADOP,
    output logic [ 1:0] DOPBDOP
);
  localparam bit Simple = RAM_MODE == "SDP";  // 32 + 4 bits, over the data pins of both ports
  localparam int Width = READ_WIDTH_A;
  localparam int AddrBits = (Width == 36) ? 9 : (Width == 18) ? 10 : (Width == 9) ? 11 : (Width == 4) ? 12 : (Width == 2) ? 13 : 14;
  // Bytes with a parity bit and a write enable of their own; narrower words have neither.
  localparam int Bytes = (Width >= 9) ? Width / 9 : 1;
  localparam int DataBits = (Width >= 9) ? 8 : Width;

  logic [31:0] data_w, data_r;
  logic [3:0] parity_w, parity_r, enable;
  logic [AddrBits-1:0] raddr, waddr;
  assign raddr    = AddrBits'(ADDRARDADDR >> (14 - AddrBits));
  assign waddr    = AddrBits'(ADDRBWRADDR >> (14 - AddrBits));
  assign data_w   = Simple ? {DIBDI, DIADI} : {16'd0, DIBDI};
  assign parity_w = Simple ? {DIPBDIP, DIPADIP} : {2'd0, DIPBDIP};
  assign enable   = !ENBWREN ? 4'd0 : Simple ? WEBWE : {2'd0, WEBWE[1:0]};

  genvar lane;
  generate
    for (lane = 0; lane < 4; lane = lane + 1) begin : g_byte
      if (lane < Bytes) begin : g_used
        logic [8:0] bytes[0:(1<<AddrBits)-1];
        logic [8:0] first_q, second_q, out;
        always_ff @(posedge CLKARDCLK) begin
          if (ENARDEN) first_q <= (enable[lane] && raddr == waddr) ? ~bytes[raddr] : bytes[raddr];
          if (REGCEAREGCE) second_q <= first_q;
        end
        always_ff @(posedge CLKBWRCLK) if (enable[lane]) bytes[waddr] <= {parity_w[lane], data_w[8*lane+:8]};
        assign out = (DOA_REG != 0) ? second_q : first_q;
        assign data_r[8*lane+:8] = (Width >= 9) ? out[7:0] : out[7:0] & 8'((1 << DataBits) - 1);
        assign parity_r[lane] = (Width >= 9) && out[8];
      end else begin : g_none
        assign data_r[8*lane+:8] = '0;
        assign parity_r[lane] = 1'b0;
      end
    end
  endgenerate
  assign {DOBDO, DOADO}     = data_r;
  assign {DOPBDOP, DOPADOP} = parity_r;

  initial
    if (READ_WIDTH_B != 0 || WRITE_WIDTH_A != 0 || DOB_REG != 0 || READ_WIDTH_A != WRITE_WIDTH_B || (Width == 36) != Simple)
      $fatal(1, "RAMB18E1: port A must read and port B write, words of one width");
  always @(posedge CLKARDCLK)
    if (WEA != 0 || RSTRAMARSTRAM || RSTRAMB || RSTREGARSTREG || RSTREGB)
      $fatal(1, "RAMB18E1: a reset, or a write through port A");
  wire unused = &{1'b0, REGCEB, SRVAL_A, SRVAL_B, WRITE_MODE_A, WRITE_MODE_B};
endmodule
