// The sums of one or two output channels over Lanes inputs: sum_o = sum_i + sum over lanes of weight * feature.
// One product a DSP: a duet_chain, which adds sum_i inside. Two (Products = 2): both channels' weights are joined, w0 + w1 * 2^PairShift,
// and one DSP makes both products. Chains of Chain DSPs add up inside, beginning with half of the low field's range, so that the low
// sum never borrows from the high one; then the two are added to those of the chains before. Chain and PairShift come from
// device::join, which proves that no field overflows. Twin: device::take_apart.
// Quads = 1: cut_i makes four sums of Lanes / 4 inputs each; sum_o is the last of them (sum_i belongs to the first), most_o the greatest
// of the others. Chain must then divide Lanes / 4.
// Lane k's feature is due k cycles after lane 0's (duet_skew). Products = 1: sum_i one cycle after lane 0's feature, cut_i two cycles after
// each lane's, latency Lanes + 2. Products = 2: sum_i and cut_i Chain + 2 cycles after, latency Lanes + 3; weights are joined a cycle
// after load_i. Throughput: one a cycle.
module duet_column #(
    parameter int Lanes       = 8,
    parameter int WeightBits  = 8,
    parameter int FeatureBits = 8,
    parameter int AccBits     = 32,
    parameter int Products    = 1,
    parameter int Chain       = 8,  // at most Lanes
    parameter int PairShift   = 1,
    parameter int Quads       = 0
) (
    input  logic                           clk_i,
    input  logic [              Lanes-1:0] load_i,
    input  logic [              Lanes-1:0] swap_i,
    input  logic [              Lanes-1:0] cut_i,
    input  logic [Products*WeightBits-1:0] weight_i,
    input  logic [  Lanes*FeatureBits-1:0] feature_i,
    input  logic [   Products*AccBits-1:0] sum_i,
    output logic [   Products*AccBits-1:0] sum_o,
    output logic [   Products*AccBits-1:0] most_o
);
  localparam int Taps = (Quads != 0) ? 4 : 1;
  localparam int Segment = Lanes / Taps;
  logic [Taps*Products*AccBits-1:0] taps;  // the sums of each segment, each Segment cycles after the one before
  logic [Lanes-1:0] cuts;                  // where segments begin
  genvar lane, part;
  generate
    for (lane = 0; lane < Lanes; lane = lane + 1) begin : g_cut
      assign cuts[lane] = (Quads != 0 && lane > 0 && lane % Segment == 0) ? cut_i[lane] : 1'b0;
    end
    if (Products == 1) begin : g_one
      duet_chain #(
          .Lanes(Lanes),
          .WeightBits(WeightBits),
          .FeatureBits(FeatureBits),
          .AccBits(AccBits),
          .Taps(Taps)
      ) u_chain (
          .clk_i,
          .load_i,
          .swap_i,
          .cut_i(cuts),
          .weight_i,
          .feature_i,
          .sum_i,
          .sum_o,
          .taps_o(taps)
      );
    end else begin : g_two
      localparam int Parts = (Lanes + Chain - 1) / Chain;
      localparam int JoinBits = WeightBits + PairShift;
      localparam int WideBits = 46;  // joined sums

      logic signed [JoinBits-1:0] low, high, weight_q;
      logic [Lanes-1:0] load_q;
      assign low  = JoinBits'($signed(weight_i[WeightBits-1:0]));
      assign high = $signed({weight_i[2*WeightBits-1:WeightBits], {PairShift{1'b0}}});
      always_ff @(posedge clk_i) begin
        weight_q <= high + low;
        load_q   <= load_i;
      end

      logic [2*AccBits*(Parts+1)-1:0] sums;  // before part p: its 2 * AccBits, in the cycle in which part p adds
      assign sums[0+:2*AccBits] = sum_i;
      assign sum_o = sums[2*AccBits*Parts+:2*AccBits];
      for (part = 0; part < Parts; part = part + 1) begin : g_part
        localparam int From = part * Chain;
        localparam int Length = (From + Chain > Lanes) ? Lanes - From : Chain;
        localparam int NextLength = (From + 2 * Chain > Lanes) ? Lanes - From - Chain : Chain;
        logic [WideBits-1:0] joined, unused_tap;
        logic signed [PairShift-1:0] low_sum;
        logic signed [WideBits-PairShift-1:0] high_sum;
        logic [2*AccBits-1:0] earlier, sum_q;
        duet_chain #(
            .Lanes(Length),
            .WeightBits(JoinBits),
            .FeatureBits(FeatureBits),
            .AccBits(WideBits)
        ) u_chain (
            .clk_i,
            .load_i(load_q[From+:Length]),
            .swap_i(swap_i[From+:Length]),
            .cut_i({Length{1'b0}}),
            .weight_i(weight_q),
            .feature_i(feature_i[From*FeatureBits+:Length*FeatureBits]),
            .sum_i(WideBits'(1) << (PairShift - 1)),
            .sum_o(joined),
            .taps_o(unused_tap)
        );
        wire unused = &{1'b0, unused_tap};
        assign earlier  = cuts[From] ? '0 : sums[2*AccBits*part+:2*AccBits];
        assign low_sum  = {!joined[PairShift-1], joined[PairShift-2:0]};  // less the half that it began with
        assign high_sum = joined[WideBits-1:PairShift];
        always_ff @(posedge clk_i) begin
          sum_q[0+:AccBits]       <= earlier[0+:AccBits] + AccBits'(low_sum);
          sum_q[AccBits+:AccBits] <= earlier[AccBits+:AccBits] + AccBits'(high_sum);
        end
        if ((From + Length) % Segment == 0) begin : g_tap
          assign taps[((From+Length)/Segment-1)*2*AccBits+:2*AccBits] = sum_q;
        end
        duet_delay #(
            .Width(2 * AccBits),
            .Depth((part + 1 == Parts) ? 0 : NextLength - 1)
        ) u_delay (
            .clk_i,
            .data_i(sum_q),
            .data_o(sums[2*AccBits*(part+1)+:2*AccBits])
        );
      end
    end

    if (Quads != 0) begin : g_quads
      for (lane = 0; lane < Products; lane = lane + 1) begin : g_most
        logic signed [AccBits-1:0] tap1, tap2, tap0, most1_q, most1, most2_q;
        assign tap1 = $signed(taps[(Products+lane)*AccBits+:AccBits]);
        assign tap2 = $signed(taps[(2*Products+lane)*AccBits+:AccBits]);
        duet_delay #(
            .Width(AccBits),
            .Depth(Segment)
        ) u_tap0 (
            .clk_i,
            .data_i(taps[lane*AccBits+:AccBits]),
            .data_o(tap0)
        );
        duet_delay #(
            .Width(AccBits),
            .Depth(Segment - 1)
        ) u_most1 (
            .clk_i,
            .data_i(most1_q),
            .data_o(most1)
        );
        duet_delay #(
            .Width(AccBits),
            .Depth(Segment - 1)
        ) u_most2 (
            .clk_i,
            .data_i(most2_q),
            .data_o(most_o[lane*AccBits+:AccBits])
        );
        always_ff @(posedge clk_i) begin
          most1_q <= (tap1 > tap0) ? tap1 : tap0;
          most2_q <= (tap2 > most1) ? tap2 : most1;
        end
      end
    end else begin : g_none
      assign most_o = '0;
    end
  endgenerate
  wire unused = &{1'b0, taps, cut_i};
endmodule
