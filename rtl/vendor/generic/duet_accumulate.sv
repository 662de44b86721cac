// A multiplier with its own sum: sum_o = weight * feature + (first_i ? 0 : sum_o). Latency: weight and feature to sum 3 cycles; first_i
// is due two cycles after its operands. Throughput: one product a cycle. Twin of rtl/vendor/ice40/duet_accumulate.sv, which is one
// SB_MAC16. Does not: saturate.
module duet_accumulate (
    input  logic        clk_i,
    input  logic        first_i,
    input  logic [ 7:0] weight_i,   // signed
    input  logic [ 7:0] feature_i,  // unsigned
    output logic [31:0] sum_o
);
  logic signed [7:0] weight_q;
  logic signed [8:0] feature_q;
  logic signed [31:0] product_q;
  always_ff @(posedge clk_i) begin
    weight_q  <= $signed(weight_i);
    feature_q <= $signed({1'b0, feature_i});
    product_q <= 32'(weight_q * feature_q);
    sum_o     <= $unsigned(product_q) + (first_i ? 32'd0 : sum_o);
  end
endmodule
