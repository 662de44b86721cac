// Behaviour of an ECP5 block memory of two ports, as far as duet uses it: a write and a read port by one
// clock, words of one width, the read port with its output register. Source: Lattice FPGA-TN-02204, ECP5 and ECP5-5G Memory Usage
// Guide. Read latency: 2 cycles. Throughput: a read and a write a cycle. A read of a word that is written in the same cycle gives its
// complement: nothing is promised. Ends the simulation where it is used in another way. Twin: none.
module DP16KD #(
    parameter DATA_WIDTH_A = 18,
    parameter DATA_WIDTH_B = 18,
    parameter REGMODE_A = "NOREG",
    parameter REGMODE_B = "NOREG",
    parameter WRITEMODE_A = "NORMAL",
    parameter WRITEMODE_B = "NORMAL",
    parameter GSR = "ENABLED"
) (
    input  DIA0, DIA1, DIA2, DIA3, DIA4, DIA5, DIA6, DIA7, DIA8, DIA9, DIA10, DIA11, DIA12, DIA13, DIA14, DIA15, DIA16, DIA17,
    input  ADA0, ADA1, ADA2, ADA3, ADA4, ADA5, ADA6, ADA7, ADA8, ADA9, ADA10, ADA11, ADA12, ADA13,
    input  CEA, OCEA, CLKA, WEA, RSTA, CSA2, CSA1, CSA0,
    input  ADB0, ADB1, ADB2, ADB3, ADB4, ADB5, ADB6, ADB7, ADB8, ADB9, ADB10, ADB11, ADB12, ADB13,
    input  CEB, OCEB, CLKB, WEB, RSTB, CSB2, CSB1, CSB0,
    output DOB0, DOB1, DOB2, DOB3, DOB4, DOB5, DOB6, DOB7, DOB8, DOB9, DOB10, DOB11, DOB12, DOB13, DOB14, DOB15, DOB16, DOB17
);
  localparam int AddrBits = (DATA_WIDTH_A == 18) ? 10 : (DATA_WIDTH_A == 9) ? 11 : (DATA_WIDTH_A == 4) ? 12 : (DATA_WIDTH_A == 2) ? 13 : 14;
  logic [DATA_WIDTH_A-1:0] words[0:(1<<AddrBits)-1];
  logic [DATA_WIDTH_A-1:0] word_q, word_qq;
  logic [17:0] in, out;
  logic [13:0] waddr, raddr;
  assign in = {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1,
               DIA0};
  assign waddr = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
  assign raddr = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
  assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0} = out;
  assign out = 18'(word_qq);
  wire write = CEA && WEA;
  wire [AddrBits-1:0] write_word = waddr[13-:AddrBits];
  wire [AddrBits-1:0] read_word = raddr[13-:AddrBits];

  always_ff @(posedge CLKA) if (write) words[write_word] <= in[DATA_WIDTH_A-1:0];
  always_ff @(posedge CLKB) begin
    word_q  <= (write && write_word == read_word) ? ~words[read_word] : words[read_word];
    word_qq <= word_q;
  end
  always @(posedge CLKB)
    if (!CEB || !OCEB || WEB || RSTA || RSTB || CSA0 || CSA1 || CSA2 || CSB0 || CSB1 || CSB2
        || (DATA_WIDTH_A == 18 && write && waddr[1:0] != 2'b11) || 14'(raddr << AddrBits) != 0)
      $fatal(1, "DP16KD: disabled, reset, a word written in part, or read by address bits that it does not have");

  initial
    if (DATA_WIDTH_A != DATA_WIDTH_B || DATA_WIDTH_A > 18 || REGMODE_B != "OUTREG")
      $fatal(1, "DP16KD: words of one width, and the output register");
endmodule
