// One multiply-accumulate of a systolic chain: sum_o = weight * feature + (First ? sum_i : cascade_i).
// The weight is double-buffered: load_i fills the shadow, swap_i, which travels with the first feature that needs it, makes it
// the active one. Latency: feature to sum 3 cycles; sum_i is due one cycle after its feature, and the next mac of a chain takes
// its own feature one cycle later. Throughput: one product a cycle. Twin of rtl/vendor/xc7/duet_mac.sv, which is one DSP48E1; golden
// twin: a product and a sum of src/layer/conv.cpp.
// Does not: stall (a chain never waits), saturate.
module duet_mac #(
    parameter int WeightBits  = 8,  // signed
    parameter int FeatureBits = 8,
    parameter int Signed      = 0,  // 1: features have a sign
    parameter int SumBits     = 48, // of every sum of the chain; the higher bits repeat the sign
    parameter int First       = 0   // 1: the chain begins here and adds sum_i
) (
    input  logic                   clk_i,
    input  logic                   load_i,
    input  logic                   swap_i,
    input  logic                   cut_i,      // the cascade counts as 0 for the product that is added in this cycle
    input  logic [ WeightBits-1:0] weight_i,
    input  logic [FeatureBits-1:0] feature_i,
    input  logic [           47:0] sum_i,
    input  logic [           47:0] cascade_i,
    output logic [           47:0] cascade_o,
    output logic [           47:0] sum_o
);
  logic signed [WeightBits-1:0] shadow_q, active_q;
  logic signed [FeatureBits:0] feature_q;
  logic signed [WeightBits+FeatureBits:0] product_q;
  logic [SumBits-1:0] addend, sum_q;

  always_ff @(posedge clk_i) begin
    if (load_i) shadow_q <= $signed(weight_i);
    if (swap_i) active_q <= shadow_q;
    feature_q <= $signed({(Signed != 0) && feature_i[FeatureBits-1], feature_i});
    product_q <= active_q * feature_q;
    sum_q     <= SumBits'(product_q) + addend;
  end

  generate
    if (First != 0) begin : g_first
      logic [SumBits-1:0] sum_in_q;
      always_ff @(posedge clk_i) sum_in_q <= sum_i[SumBits-1:0];
      assign addend = sum_in_q;
      wire unused = &{1'b0, cascade_i, cut_i, sum_i};
    end else begin : g_next
      assign addend = cut_i ? '0 : cascade_i[SumBits-1:0];
      wire unused = &{1'b0, cascade_i, sum_i};
    end
  endgenerate

  assign cascade_o = 48'($signed(sum_q));
  assign sum_o     = 48'($signed(sum_q));
endmodule
