// Word `index_i` out of Count words: a tree of two-to-one multiplexers, one level an index bit. An indexed part select of a width that is
// no power of two takes Yosys three times as many LUTs. Combinational. An index of Count or more gives the last word.
// Twin: none.
module duet_select #(
    parameter int Width     = 8,
    parameter int Count     = 4,
    parameter int IndexBits = (Count > 1) ? $clog2(Count) : 1
) (
    input  logic [  IndexBits-1:0] index_i,
    input  logic [Count*Width-1:0] words_i,
    output logic [      Width-1:0] word_o
);
  localparam int Full = 1 << IndexBits;
  // Every level halves the words in place; the last word is repeated to make a power of two.
  logic [Full*Width-1:0] tree;
  always_comb begin
    tree = {{(Full - Count) {words_i[(Count-1)*Width+:Width]}}, words_i};
    for (int level = 0; level < IndexBits; level = level + 1)
      for (int node = 0; node < (Full >> (level + 1)); node = node + 1)
        tree[node*Width+:Width] = index_i[level] ? tree[(2*node+1)*Width+:Width] : tree[2*node*Width+:Width];
  end
  assign word_o = tree[Width-1:0];
endmodule
