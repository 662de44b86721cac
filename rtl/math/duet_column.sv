// The sums of one or two output channels over Lanes inputs, of one pixel or two: sum_o = sum_i + sum over lanes of weight * feature.
// One product a DSP: a duet_chain, which adds sum_i inside. Else both channels' weights are joined, w0 + w1 * 2^PairShift, or the features
// of both pixels, f0 + f1 * 2^PixelShift, or both, and one DSP makes two or four products, in fields of its result. Chains
// of Chain DSPs add up inside, beginning with half of the range of every field but the highest, so that no sum borrows from the next;
// then they are added to those of the chains before. Chain and the shifts come from device::join, which proves that no field
// overflows. Twin: device::take_apart. Sums lie pixel by pixel, the channels of a pixel side by side.
// RowTaps = 3: three weights of a kernel's row and two pixels side by side, both joined by PixelShift, are polynomials, and the four fields of
// their product its coefficients: each pixel's sum has two of them of this pair of columns and two of the pair before. The pairs of two rows
// come in turns, so those wait two cycles. sum_o is of the pixels on the left of the pair, one column further left for kernels of 3.
// Quads = 1: cut_i makes four sums of Lanes / 4 inputs each; sum_o is the last of them (sum_i belongs to the first), most_o the greatest
// of the others. Chain must then divide Lanes / 4.
// Lane k's feature is due k cycles after lane 0's (duet_skew). Products = 1: sum_i one cycle after lane 0's feature, cut_i two cycles after
// each lane's, latency Lanes + 2. Else: sum_i and cut_i Chain + 2 cycles after, latency Lanes + 3, with RowTaps = 3 + 4; weights are joined a
// cycle after load_i. Throughput: one a cycle.
module duet_column #(
    parameter int Lanes       = 8,
    parameter int WeightBits  = 8,
    parameter int FeatureBits = 8,
    parameter int Signed      = 0,  // 1: features have a sign
    parameter int AccBits     = 32,
    parameter int Products    = 1,
    parameter int Pixels      = 1,
    parameter int Chain       = 8,  // at most Lanes
    parameter int PairShift   = 0,  // of two channels
    parameter int PixelShift  = 0,  // of two pixels
    parameter int Quads       = 0,
    parameter int RowTaps     = 1,
    parameter int Channels    = Products / Pixels / RowTaps,
    parameter int Sums        = Channels * Pixels
) (
    input  logic                           clk_i,
    input  logic [              Lanes-1:0] load_i,
    input  logic [              Lanes-1:0] swap_i,
    input  logic [              Lanes-1:0] cut_i,
    input  logic [Channels*RowTaps*WeightBits-1:0] weight_i,  // a channel's taps side by side, the rightmost first
    input  logic [Lanes*Pixels*FeatureBits-1:0] feature_i,  // a lane's pixels side by side
    input  logic [       Sums*AccBits-1:0] sum_i,
    output logic [       Sums*AccBits-1:0] sum_o,
    output logic [       Sums*AccBits-1:0] most_o
);
  localparam int Taps = (Quads != 0) ? 4 : 1;
  localparam int Segment = Lanes / Taps;
  localparam int Fields = (RowTaps > 1) ? 4 : Products;
  logic [Taps*Fields*AccBits-1:0] taps;  // the sums of each segment, each Segment cycles after the one before
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
          .Signed(Signed),
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
    end else begin : g_joined
      localparam int Parts = (Lanes + Chain - 1) / Chain;
      localparam int WeightShift = (Channels == 2) ? PairShift : (RowTaps > 1) ? 2 * PixelShift : 0;  // of the last weight
      localparam int FeatureShift = (Pixels == 2) ? PixelShift : 0;
      localparam int JoinBits = WeightBits + WeightShift;
      localparam int JoinFeature = FeatureBits + FeatureShift + ((Pixels == 2) ? Signed : 0);
      // Joined sums, those that begin with the halves included.
      localparam int MostBits = JoinBits + JoinFeature + $clog2(Chain) + 1;
      localparam int WideBits = (MostBits < 46) ? MostBits : 46;
      localparam int Inner = (Fields == 4 && WeightShift > FeatureShift) || Channels == 1 ? FeatureShift : WeightShift;
      localparam int Outer = WeightShift + FeatureShift - Inner;  // 0 with two fields
      // Half the range of every field but the highest.
      localparam logic [WideBits-1:0] Halves = (WideBits'(1) << (Inner - 1))
          | ((Fields == 4) ? (WideBits'(1) << (Outer - 1)) | (WideBits'(1) << (Outer + Inner - 1)) : '0);

      logic signed [JoinBits-1:0] low, weight_q;
      logic [Lanes-1:0] load_q;
      assign low = JoinBits'($signed(weight_i[WeightBits-1:0]));
      always_ff @(posedge clk_i) load_q <= load_i;
      if (Channels == 2) begin : g_weights
        logic signed [JoinBits-1:0] high;
        assign high = $signed({weight_i[2*WeightBits-1:WeightBits], {WeightShift{1'b0}}});
        always_ff @(posedge clk_i) weight_q <= high + low;
      end else if (RowTaps == 3) begin : g_row
        logic signed [JoinBits-1:0] high;
        logic signed [WeightBits+PixelShift-1:0] middle;
        assign high   = $signed({weight_i[3*WeightBits-1:2*WeightBits], {WeightShift{1'b0}}});
        assign middle = $signed({weight_i[2*WeightBits-1:WeightBits], {PixelShift{1'b0}}});
        always_ff @(posedge clk_i) weight_q <= high + JoinBits'(middle) + low;
      end else begin : g_weight
        always_ff @(posedge clk_i) weight_q <= low;
      end

      logic [Lanes*JoinFeature-1:0] features;
      for (lane = 0; lane < Lanes; lane = lane + 1) begin : g_feature
        if (Pixels == 2 && Signed != 0) begin : g_sum
          logic signed [JoinFeature-1:0] first, second;
          assign first  = JoinFeature'($signed(feature_i[2*lane*FeatureBits+:FeatureBits]));
          assign second = JoinFeature'($signed(feature_i[(2*lane+1)*FeatureBits+:FeatureBits]));
          assign features[lane*JoinFeature+:JoinFeature] = first + (second <<< FeatureShift);
        end else if (Pixels == 2) begin : g_pair
          assign features[lane*JoinFeature+:JoinFeature] = {feature_i[(2*lane+1)*FeatureBits+:FeatureBits],
                                                            FeatureShift'(feature_i[2*lane*FeatureBits+:FeatureBits])};
        end else begin : g_single
          assign features[lane*JoinFeature+:JoinFeature] = feature_i[lane*FeatureBits+:FeatureBits];
        end
      end

      localparam int SumBits = Fields * AccBits;
      logic [SumBits*(Parts+1)-1:0] sums;  // before part p: its SumBits, in the cycle in which part p adds
      assign sums[0+:SumBits] = SumBits'(sum_i);
      if (RowTaps == 3) begin : g_overlap
        logic [SumBits-1:0] all;
        logic [2*AccBits-1:0] both, later, later_q, earlier_q, both_q;  // later: the two last coefficients, for the next pair of the row
        assign {later, both} = all;
        assign all   = sums[SumBits*Parts+:SumBits];
        assign sum_o = both_q;
        always_ff @(posedge clk_i) begin
          later_q   <= later;
          earlier_q <= later_q;
          both_q    <= {both[AccBits+:AccBits] + earlier_q[AccBits+:AccBits], both[0+:AccBits] + earlier_q[0+:AccBits]};
        end
      end else begin : g_apart
        assign sum_o = sums[SumBits*Parts+:SumBits];
      end
      for (part = 0; part < Parts; part = part + 1) begin : g_part
        localparam int From = part * Chain;
        localparam int Length = (From + Chain > Lanes) ? Lanes - From : Chain;
        localparam int NextLength = (From + 2 * Chain > Lanes) ? Lanes - From - Chain : Chain;
        logic [WideBits-1:0] joined, unused_tap;
        logic [SumBits-1:0] earlier, sum_q;
        duet_chain #(
            .Lanes(Length),
            .WeightBits(JoinBits),
            .FeatureBits(JoinFeature),
            .Signed(Signed),
            .AccBits(WideBits)
        ) u_chain (
            .clk_i,
            .load_i(load_q[From+:Length]),
            .swap_i(swap_i[From+:Length]),
            .cut_i({Length{1'b0}}),
            .weight_i(weight_q),
            .feature_i(features[From*JoinFeature+:Length*JoinFeature]),
            .sum_i(Halves),
            .sum_o(joined),
            .taps_o(unused_tap)
        );
        wire unused = &{1'b0, unused_tap};
        assign earlier = cuts[From] ? '0 : sums[SumBits*part+:SumBits];
        for (lane = 0; lane < Fields; lane = lane + 1) begin : g_field
          // Fields from the lowest: lane / 2 says which operand of the outer shift, lane % 2 which of the inner one.
          localparam int Pixel = (Pixels == 1) ? 0 : (Inner == FeatureShift) ? lane % 2 : lane / 2;
          localparam int Channel = (Channels == 1) ? 0 : (Inner == FeatureShift) ? lane / 2 : lane % 2;
          localparam int Low = (lane / 2) * Outer + (lane % 2) * Inner;
          localparam int High = (lane + 1 == Fields) ? WideBits : ((lane + 1) / 2) * Outer + ((lane + 1) % 2) * Inner;
          localparam int At = ((RowTaps > 1) ? lane : Pixel * Channels + Channel) * AccBits;
          logic signed [High-Low-1:0] field;
          if (lane + 1 == Fields) begin : g_highest
            assign field = joined[High-1:Low];
          end else begin : g_lower
            assign field = {!joined[High-1], joined[High-2:Low]};  // less the half that it began with
          end
          always_ff @(posedge clk_i) sum_q[At+:AccBits] <= earlier[At+:AccBits] + AccBits'(field);
        end
        if ((From + Length) % Segment == 0) begin : g_tap
          assign taps[((From+Length)/Segment-1)*SumBits+:SumBits] = sum_q;
        end
        duet_delay #(
            .Width(SumBits),
            .Depth((part + 1 == Parts) ? 0 : NextLength - 1)
        ) u_delay (
            .clk_i,
            .data_i(sum_q),
            .data_o(sums[SumBits*(part+1)+:SumBits])
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
