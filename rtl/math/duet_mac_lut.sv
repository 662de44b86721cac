// duet_mac in logic: same ports and timing, its multiplier made of LUTs (synthesis runs with -nodsp). For stages whose multipliers are
// to leave the DSPs to others.
module duet_mac_lut #(
    parameter int WeightBits  = 8,  // signed
    parameter int FeatureBits = 8,  // unsigned
    parameter int First       = 0   // 1: the chain begins here and adds sum_i
) (
    input  logic                   clk_i,
    input  logic                   load_i,
    input  logic                   swap_i,
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
  logic [47:0] addend, sum_q;

  always_ff @(posedge clk_i) begin
    if (load_i) shadow_q <= $signed(weight_i);
    if (swap_i) active_q <= shadow_q;
    feature_q <= $signed({1'b0, feature_i});
    product_q <= active_q * feature_q;
    sum_q     <= 48'(product_q) + addend;
  end

  generate
    if (First != 0) begin : g_first
      logic [47:0] sum_in_q;
      always_ff @(posedge clk_i) sum_in_q <= sum_i;
      assign addend = sum_in_q;
      wire unused = &{1'b0, cascade_i};
    end else begin : g_next
      assign addend = cascade_i;
      wire unused = &{1'b0, sum_i};
    end
  endgenerate

  assign cascade_o = sum_q;
  assign sum_o     = sum_q;
endmodule
