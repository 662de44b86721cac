// duet_mac in logic: same ports and timing, its multiplier made of LUTs, for stages whose multipliers are to leave the DSPs to others. Adds
// in SumBits bits, which must hold every sum of the chain; the higher bits repeat the sign. Latency: feature to sum 3 cycles.
// Throughput: one product a cycle. Twin of rtl/vendor/generic/duet_mac.sv.
module duet_mac_lut #(
    parameter int WeightBits  = 8,  // signed
    parameter int FeatureBits = 8,
    parameter int Signed      = 0,  // 1: features have a sign
    parameter int SumBits     = 32,
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
  logic [FeatureBits-1:0] feature_q;
  logic signed [WeightBits+FeatureBits-1:0] product, product_q;
  logic signed [SumBits-1:0] addend, sum_q;

  duet_product #(
      .WeightBits(WeightBits),
      .FeatureBits(FeatureBits),
      .Signed(Signed)
  ) u_product (
      .weight_i(active_q),
      .feature_i(feature_q),
      .product_o(product)
  );
  always_ff @(posedge clk_i) begin
    if (load_i) shadow_q <= $signed(weight_i);
    if (swap_i) active_q <= shadow_q;
    feature_q <= feature_i;
    product_q <= product;
    sum_q     <= SumBits'(product_q) + addend;
  end

  generate
    if (First != 0) begin : g_first
      logic signed [SumBits-1:0] sum_in_q;
      always_ff @(posedge clk_i) sum_in_q <= $signed(sum_i[SumBits-1:0]);
      assign addend = sum_in_q;
    end else begin : g_next
      assign addend = cut_i ? '0 : $signed(cascade_i[SumBits-1:0]);
    end
  endgenerate
  wire unused = &{1'b0, cascade_i, cut_i, sum_i};

  assign cascade_o = 48'(sum_q);
  assign sum_o     = 48'(sum_q);
endmodule
