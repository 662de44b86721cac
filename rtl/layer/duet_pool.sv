// 2x2 maximum over four accumulators in a row (upper and lower of two columns), or nothing. Exact before requantisation, which
// never decreases (docs/arithmetic.md, 4). Latency 1 cycle; throughput one vector a cycle in, a quarter of that out when pooling.
module duet_pool #(
    parameter int Lanes   = 24,
    parameter int AccBits = 32
) (
    input  logic                     clk_i,
    input  logic                     begin_i,  // this sample begins a group of four (always set without pooling)
    input  logic [Lanes*AccBits-1:0] acc_i,
    output logic [Lanes*AccBits-1:0] acc_o     // maximum of the samples since begin_i
);
  genvar lane;
  generate
    for (lane = 0; lane < Lanes; lane = lane + 1) begin : g_lane
      logic signed [AccBits-1:0] sample, most_q;
      assign sample = $signed(acc_i[lane*AccBits+:AccBits]);
      always_ff @(posedge clk_i) if (begin_i || sample > most_q) most_q <= sample;
      assign acc_o[lane*AccBits+:AccBits] = most_q;
    end
  endgenerate
endmodule
