// A place in a ring of Size words: base_i + words_i, and past the end on from word 0. The sum must be less than 2 Size. Combinational. Twin:
// none.
module duet_ring #(
    parameter int Size     = 512,
    parameter int AddrBits = (Size > 1) ? $clog2(Size) : 1
) (
    input  logic [AddrBits-1:0] base_i,
    input  logic [  AddrBits:0] words_i,
    output logic [AddrBits-1:0] place_o
);
  localparam logic [AddrBits:0] Less = (AddrBits + 1)'(-Size);
  logic [AddrBits:0] base, sum, half, carry, back;
  assign base = (AddrBits + 1)'(base_i);
  assign sum  = base + words_i;
  // sum - Size not behind sum but beside it: a full adder for each bit of the three numbers, then one addition.
  assign half  = base ^ words_i ^ Less;
  assign carry = (base & words_i) | (base & Less) | (words_i & Less);
  assign back  = half + (carry << 1);
  assign place_o = (Size == (1 << AddrBits) || back[AddrBits]) ? sum[AddrBits-1:0] : back[AddrBits-1:0];
  wire unused = &{1'b0, sum[AddrBits]};
endmodule
