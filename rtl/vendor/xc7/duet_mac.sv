// One multiply-accumulate of a systolic chain on one DSP48E1: same ports and timing as rtl/vendor/generic/duet_mac.sv. The two
// weight registers are A1 (shadow) and A2 (active) or, where the feature needs the wide port, B1 and B2; chains run through the cascade
// PCOUT -> PCIN. Latency: feature to sum 3 cycles. Throughput: one product a cycle. Twin: the generic one.
module duet_mac #(
    parameter int WeightBits  = 8,  // signed
    parameter int FeatureBits = 8,
    parameter int Signed      = 0,  // 1: features have a sign
    /* verilator lint_off UNUSEDPARAM */
    parameter int SumBits     = 48, // of every sum of the chain: here all are 48 bits wide
    /* verilator lint_on UNUSEDPARAM */
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
  localparam bit WideFeature = FeatureBits + 1 - Signed > 18;  // port B has 18 bits, signed
  localparam int WeightPort = WideFeature ? 18 : 30;
  localparam int FeaturePort = WideFeature ? 30 : 18;
  logic [WeightPort-1:0] weight;
  logic [FeaturePort-1:0] feature;
  logic [29:0] a;
  logic [17:0] b;
  assign weight  = WeightPort'($signed(weight_i));
  assign feature = FeaturePort'($signed({(Signed != 0) && feature_i[FeatureBits-1], feature_i}));
  generate
    if (WideFeature) begin : g_wide
      assign {a, b} = {feature, weight};
    end else begin : g_narrow
      assign {a, b} = {weight, feature};
    end
  endgenerate

  // X and Y: the product; Z: C (first), PCIN or 0.
  logic [6:0] opmode;
  assign opmode = (First != 0) ? 7'b0110101 : {2'b00, !cut_i, 4'b0101};

  DSP48E1 #(
      .A_INPUT("DIRECT"),
      .B_INPUT("DIRECT"),
      .USE_DPORT("FALSE"),
      .USE_MULT("MULTIPLY"),
      .USE_SIMD("ONE48"),
      .AREG(WideFeature ? 1 : 2),
      .ACASCREG(WideFeature ? 1 : 2),
      .BREG(WideFeature ? 2 : 1),
      .BCASCREG(WideFeature ? 2 : 1),
      .CREG(1),
      .DREG(0),
      .ADREG(0),
      .MREG(1),
      .PREG(1),
      .ALUMODEREG(0),
      .CARRYINREG(0),
      .CARRYINSELREG(0),
      .INMODEREG(0),
      .OPMODEREG(0)
  ) u_dsp (
      .CLK(clk_i),
      .A(a),
      .B(b),
      .C(sum_i),
      .D(25'd0),
      .CEA1(WideFeature ? 1'b0 : load_i),
      .CEA2(WideFeature ? 1'b1 : swap_i),
      .CEB1(WideFeature ? load_i : 1'b0),
      .CEB2(WideFeature ? swap_i : 1'b1),
      .CEC(1'b1),
      .CED(1'b0),
      .CEAD(1'b0),
      .CEM(1'b1),
      .CEP(1'b1),
      .CEALUMODE(1'b0),
      .CECARRYIN(1'b0),
      .CECTRL(1'b0),
      .CEINMODE(1'b0),
      .RSTA(1'b0),
      .RSTB(1'b0),
      .RSTC(1'b0),
      .RSTD(1'b0),
      .RSTM(1'b0),
      .RSTP(1'b0),
      .RSTALLCARRYIN(1'b0),
      .RSTALUMODE(1'b0),
      .RSTCTRL(1'b0),
      .RSTINMODE(1'b0),
      .ALUMODE(4'b0000),
      .INMODE(5'b00000),
      .OPMODE(opmode),
      .CARRYIN(1'b0),
      .CARRYINSEL(3'b000),
      .CARRYCASCIN(1'b0),
      .MULTSIGNIN(1'b0),
      .ACIN(30'd0),
      .BCIN(18'd0),
      .PCIN(cascade_i),
      .PCOUT(cascade_o),
      .P(sum_o)
  );
endmodule
