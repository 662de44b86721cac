// A small queue in distributed memory. valid/ready on both sides. Latency: a word can be taken in the cycle after it was given.
// Throughput: one word a cycle. Twin: none. Does not: pass a word through in the same cycle.
module duet_fifo #(
    parameter int Width    = 8,
    parameter int AddrBits = 4  // depth 2^AddrBits
) (
    input  logic             clk_i,
    input  logic             rst_i,
    input  logic             valid_i,
    output logic             ready_o,
    input  logic [Width-1:0] data_i,
    output logic             valid_o,
    input  logic             ready_i,
    output logic [Width-1:0] data_o
);
  logic [Width-1:0] words[0:(1<<AddrBits)-1];
  logic [AddrBits:0] head_q, tail_q;
  logic give, take, last;  // last: of the words that are there

  assign give    = valid_i && ready_o;
  assign take    = valid_o && ready_i;
  assign last    = head_q + (AddrBits + 1)'(1) == tail_q;
  assign ready_o = (head_q ^ tail_q) != {1'b1, {AddrBits{1'b0}}};
  assign data_o  = words[head_q[AddrBits-1:0]];

  always_ff @(posedge clk_i) begin
    if (give) words[tail_q[AddrBits-1:0]] <= data_i;
    if (rst_i) begin
      head_q  <= '0;
      tail_q  <= '0;
      valid_o <= 1'b0;
    end else begin
      valid_o <= give || (valid_o && !(take && last));
      if (give) tail_q <= tail_q + (AddrBits + 1)'(1);
      if (take) head_q <= head_q + (AddrBits + 1)'(1);
    end
  end
endmodule
