// A systolic chain of multiply-accumulates: sum_o = sum_i + sum over lanes of weight * feature. Lane k takes its feature k cycles
// after lane 0 (duet_skew), sum_i is due one cycle after lane 0's feature; sum_o comes Lanes + 2 cycles after lane 0's feature.
// load_i, swap_i, cut_i: one bit a lane, as in duet_mac; weight_i goes to the lane that loads. taps_o: the sums as they are after every
// Lanes / Taps lanes, the first of them Lanes / Taps + 2 cycles after lane 0's feature. Latency: Lanes + 2 cycles. Throughput: one sum a
// cycle. Golden twin: the sums of src/layer/conv.cpp and dwconv.cpp.
module duet_chain #(
    parameter int Lanes       = 9,
    parameter int WeightBits  = 8,
    parameter int FeatureBits = 8,
    parameter int Signed      = 0,   // 1: features have a sign
    parameter int AccBits     = 32,
    parameter int InLuts      = 0,   // 1: multipliers of LUTs
    parameter int Taps        = 1    // divides Lanes
) (
    input  logic                         clk_i,
    input  logic [            Lanes-1:0] load_i,
    input  logic [            Lanes-1:0] swap_i,
    input  logic [            Lanes-1:0] cut_i,
    input  logic [       WeightBits-1:0] weight_i,
    input  logic [Lanes*FeatureBits-1:0] feature_i,
    input  logic [          AccBits-1:0] sum_i,
    output logic [          AccBits-1:0] sum_o,
    output logic [     Taps*AccBits-1:0] taps_o
);
  logic [48*(Lanes+1)-1:0] cascade;
  logic [48*Lanes-1:0] sums;
  logic [47:0] sum_in;
  assign cascade[47:0] = '0;
  assign sum_in = {{(48 - AccBits) {sum_i[AccBits-1]}}, sum_i};
  assign sum_o = sums[48*(Lanes-1)+:AccBits];

  genvar lane;
  generate
    for (lane = 0; lane < Taps; lane = lane + 1) begin : g_tap
      assign taps_o[lane*AccBits+:AccBits] = sums[48*((lane+1)*(Lanes/Taps)-1)+:AccBits];
    end
    for (lane = 0; lane < Lanes; lane = lane + 1) begin : g_lane
      if (InLuts != 0) begin : g_lut
        duet_mac_lut #(
            .WeightBits(WeightBits),
            .FeatureBits(FeatureBits),
            .Signed(Signed),
            .SumBits(AccBits),
            .First((lane == 0) ? 1 : 0)
        ) u_mac (
            .clk_i,
            .load_i(load_i[lane]),
            .swap_i(swap_i[lane]),
            .cut_i(cut_i[lane]),
            .weight_i,
            .feature_i(feature_i[lane*FeatureBits+:FeatureBits]),
            .sum_i(sum_in),
            .cascade_i(cascade[48*lane+:48]),
            .cascade_o(cascade[48*(lane+1)+:48]),
            .sum_o(sums[48*lane+:48])
        );
      end else begin : g_dsp
        duet_mac #(
            .WeightBits(WeightBits),
            .FeatureBits(FeatureBits),
            .Signed(Signed),
            .SumBits(AccBits),
            .First((lane == 0) ? 1 : 0)
        ) u_mac (
            .clk_i,
            .load_i(load_i[lane]),
            .swap_i(swap_i[lane]),
            .cut_i(cut_i[lane]),
            .weight_i,
            .feature_i(feature_i[lane*FeatureBits+:FeatureBits]),
            .sum_i(sum_in),
            .cascade_i(cascade[48*lane+:48]),
            .cascade_o(cascade[48*(lane+1)+:48]),
            .sum_o(sums[48*lane+:48])
        );
      end
    end
  endgenerate
  wire unused = &{1'b0, sums, cascade[48*Lanes+:48]};
endmodule
