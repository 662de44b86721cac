// Maximum of a sample and of those before it since begin_i, for 2x2 pooling, or nothing. Exact before requantisation, which never
// decreases (docs/arithmetic.md, 4). A pooled pixel is complete after four samples (upper and lower of two columns), after two where a
// word holds two pixels (duet_pw then compares its two pools), after each one with quads: the maximum of a sample and of the three
// that came with it (duet_column). Latency: 2 cycles, begin_i and quad_i 1. Throughput: one vector a cycle. Golden twin: src/layer/pool.cpp.
module duet_pool #(
    parameter int Lanes   = 24,
    parameter int AccBits = 32,
    parameter int Quads   = 0
) (
    input  logic                     clk_i,
    input  logic                     begin_i,  // the sample of the cycle before begins a group of four (always set without pooling)
    input  logic                     quad_i,   // ... is compared with most_i in place of the samples before
    input  logic [Lanes*AccBits-1:0] acc_i,
    input  logic [Lanes*AccBits-1:0] most_i,
    output logic [Lanes*AccBits-1:0] acc_o     // maximum of the samples since begin_i
);
  genvar lane;
  generate
    for (lane = 0; lane < Lanes; lane = lane + 1) begin : g_lane
      logic signed [AccBits-1:0] sample, beside, sample_q, beside_q, other, most_q;
      logic signed [AccBits:0] from_sample, from_most, from_beside;  // their signs: a carry's way out of its chain is long
      logic takes, takes_q, newer_q, more_q, wins_q;
      assign sample = $signed(acc_i[lane*AccBits+:AccBits]);
      assign beside = $signed(most_i[lane*AccBits+:AccBits]);
      assign from_sample = (AccBits + 1)'(sample_q) - (AccBits + 1)'(sample);
      assign from_most   = (AccBits + 1)'(most_q) - (AccBits + 1)'(sample);
      assign from_beside = (AccBits + 1)'(beside) - (AccBits + 1)'(sample);
      assign other  = (Quads != 0 && quad_i) ? beside_q : most_q;
      always_ff @(posedge clk_i) begin
        sample_q <= sample;
        beside_q <= beside;
        newer_q  <= from_sample[AccBits];
        more_q   <= from_most[AccBits];
        wins_q   <= from_beside[AccBits];
        takes_q  <= takes;
        most_q   <= ({AccBits{takes}} & sample_q) | ({AccBits{!takes}} & other);
      end
      // What a sample is compared with is the sample before it or the maximum before that one. Both comparisons are made while it comes, and
      // the one that counts is chosen a cycle later: a comparison and a choice do not fit in one. No clock enable, whose way is long.
      assign takes = begin_i || ((Quads != 0 && quad_i) ? wins_q : takes_q ? newer_q : more_q);
      assign acc_o[lane*AccBits+:AccBits] = most_q;
      wire unused = &{1'b0, from_sample, from_most, from_beside};
    end
  endgenerate
  wire unused = &{1'b0, quad_i, most_i};
endmodule
