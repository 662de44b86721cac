// weight * feature in LUTs: one row a feature bit, added in a tree of carry chains, each about as wide as its values. (Synthesis makes
// a multiplication sign about twice as large.) Combinational: ceil(log2 FeatureBits) adders deep. Twin: the multiplication sign.
module duet_product #(
    parameter int WeightBits  = 8,  // signed
    parameter int FeatureBits = 8,
    parameter int Signed      = 0   // 1: features have a sign: their highest row is subtracted
) (
    input  logic signed [            WeightBits-1:0] weight_i,
    input  logic        [           FeatureBits-1:0] feature_i,
    output logic signed [WeightBits+FeatureBits-1:0] product_o
);
  // A node adds the rows of the lower and of the higher half of its feature bits.
  localparam int Low = (FeatureBits > 1) ? 1 << ($clog2(FeatureBits) - 1) : 1;
  localparam int High = FeatureBits - Low;
  generate
    if (FeatureBits == 1) begin : g_row
      logic signed [WeightBits:0] row;
      assign row       = feature_i[0] ? {weight_i[WeightBits-1], weight_i} : '0;
      assign product_o = (Signed != 0) ? -row : row;
    end else if (FeatureBits == 2) begin : g_two
      logic signed [WeightBits:0] low, high, half, upper;
      assign low       = feature_i[0] ? {weight_i[WeightBits-1], weight_i} : '0;
      assign high      = feature_i[1] ? {weight_i[WeightBits-1], weight_i} : '0;
      assign half      = {low[WeightBits], low[WeightBits:1]};
      assign upper     = (Signed != 0) ? half - high : high + half;
      assign product_o = {upper, low[0]};
    end else begin : g_node
      logic signed [WeightBits+Low-1:0] low;
      logic signed [WeightBits+High-1:0] high, upper;
      duet_product #(
          .WeightBits(WeightBits),
          .FeatureBits(Low)
      ) u_low (
          .weight_i,
          .feature_i(feature_i[Low-1:0]),
          .product_o(low)
      );
      duet_product #(
          .WeightBits(WeightBits),
          .FeatureBits(High),
          .Signed(Signed)
      ) u_high (
          .weight_i,
          .feature_i(feature_i[FeatureBits-1:Low]),
          .product_o(high)
      );
      // The lowest bits are the low half's own.
      assign upper     = high + (WeightBits + High)'($signed(low[WeightBits+Low-1:Low]));
      assign product_o = {upper, low[Low-1:0]};
    end
  endgenerate
endmodule
