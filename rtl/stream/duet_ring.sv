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
  logic [AddrBits:0] sum, back;
  assign sum     = (AddrBits + 1)'(base_i) + words_i;
  assign back    = sum - (AddrBits + 1)'(Size);
  assign place_o = (sum >= (AddrBits + 1)'(Size)) ? back[AddrBits-1:0] : sum[AddrBits-1:0];
  wire unused = &{1'b0, back};
endmodule
