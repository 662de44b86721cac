// The arithmetic of the depth-wise stage: DwLanes channels out of a beat of the line buffer, the window, nine multipliers a lane,
// requantisation. With Nibbles a beat holds four bits a channel or, of the picture (wide_i), three bytes of a pixel or of each of two
// columns (pair_i), so three lanes of either of the first two banks take eight bits and the others four. Latency: data to values_o 24
// cycles, throughput one pixel (pair_i: two) a cycle. Timing of the window's signals: duet_window. Golden twin: src/layer/dwconv.cpp.
module duet_filter #(
    parameter int DwLanes     = 2,
    parameter int BeatLanes   = 8,
    parameter int BankLanes   = 2,
    parameter int Nibbles     = 0,
    parameter int WeightBits  = 8,
    parameter int FeatureBits = 8,
    parameter int StoredBits  = 8,
    parameter int AccBits     = 32,
    parameter int InLuts      = 0,  // 1: multipliers of LUTs instead of DSPs
    parameter int ParamBits   = AccBits + 14
) (
    input  logic                           clk_i,
    input  logic [BeatLanes*StoredBits-1:0] even_data_i,
    input  logic [BeatLanes*StoredBits-1:0] odd_data_i,
    input  logic [                    7:0] step_i,        // which DwLanes of the beat
    input  logic                           wide_i,
    input  logic                           even_there_i,  // else the row lies outside the map
    input  logic                           odd_there_i,
    input  logic                           upper_i,
    input  logic                           lower_i,
    input  logic                           advance_i,
    input  logic                           lower_row_i,
    input  logic                           first_i,
    input  logic                           last_i,
    input  logic                           pair_i,
    input  logic                           swap_i,
    input  logic [                    8:0] weight_load_i,
    input  logic [ DwLanes*WeightBits-1:0] weight_i,
    input  logic [  DwLanes*ParamBits-1:0] param_i,
    input  logic [                   15:0] hi_i,
    output logic [DwLanes*FeatureBits-1:0] values_o
);
  localparam int Colours = 3;  // of the picture
  localparam int Main = (Nibbles != 0) ? 2 * Colours : DwLanes;      // lanes of the first window, of MainBits
  localparam int MainBits = (Nibbles != 0) ? 8 : StoredBits;
  localparam int Others = DwLanes - Main;                            // ... and of a second one, of StoredBits
  localparam int Rest = (Others > 0) ? Others : 1;

  logic [DwLanes*StoredBits-1:0] even_lanes, odd_lanes;
  logic [Main*MainBits-1:0] even_main, odd_main;
  logic [9*Main*MainBits-1:0] main_taps;
  logic [Rest*StoredBits-1:0] even_rest, odd_rest;
  logic [9*Rest*StoredBits-1:0] rest_taps;
  logic [8:0] swaps;
  assign even_lanes = even_data_i[32'(step_i)*DwLanes*StoredBits+:DwLanes*StoredBits];
  assign odd_lanes  = odd_data_i[32'(step_i)*DwLanes*StoredBits+:DwLanes*StoredBits];
  duet_taps #(
      .Lanes(Main),
      .Bits(MainBits),
      .Pairs(Nibbles)
  ) u_main (
      .clk_i, .even_there_i, .odd_there_i, .upper_i, .lower_i, .advance_i, .lower_row_i, .first_i, .last_i, .pair_i,
      .odd_i(odd_main),
      .even_i(even_main),
      .taps_o(main_taps)
  );
  duet_skew #(
      .Lanes(9),
      .Width(1)
  ) u_skew_swap (
      .clk_i,
      .data_i({9{swap_i}}),
      .data_o(swaps)
  );

  genvar lane, tap;
  generate
    if (Others > 0) begin : g_rest
      duet_taps #(
          .Lanes(Rest),
          .Bits(StoredBits)
      ) u_rest (
          .clk_i, .even_there_i, .odd_there_i, .upper_i, .lower_i, .advance_i, .lower_row_i, .first_i, .last_i,
          .pair_i(1'b0),
          .odd_i(odd_rest),
          .even_i(even_rest),
          .taps_o(rest_taps)
      );
    end else begin : g_none
      assign {even_rest, odd_rest, rest_taps} = '0;
    end
    for (lane = 0; lane < DwLanes; lane = lane + 1) begin : g_lane
      localparam int Bank = lane / BankLanes, Place = lane % BankLanes;
      localparam int IsMain = (Nibbles == 0 || (Bank < 2 && Place < Colours)) ? 1 : 0;
      localparam int Bits = (IsMain != 0) ? MainBits : StoredBits;
      // The lane's number in its window.
      localparam int At = (Nibbles == 0) ? lane
                        : (IsMain != 0) ? Bank * Colours + Place
                        : (Bank < 2) ? Bank * (BankLanes - Colours) + Place - Colours : lane - Main;
      logic [9*Bits-1:0] features;
      logic [AccBits-1:0] sum, unused_tap;
      logic [15:0] value;
      if (Nibbles == 0) begin : g_source
        assign even_main[At*Bits+:Bits] = even_lanes[lane*StoredBits+:StoredBits];
        assign odd_main[At*Bits+:Bits]  = odd_lanes[lane*StoredBits+:StoredBits];
      end else if (IsMain != 0) begin : g_source
        assign even_main[At*Bits+:Bits] = wide_i ? even_data_i[At*Bits+:Bits] : Bits'(even_lanes[lane*StoredBits+:StoredBits]);
        assign odd_main[At*Bits+:Bits]  = wide_i ? odd_data_i[At*Bits+:Bits] : Bits'(odd_lanes[lane*StoredBits+:StoredBits]);
      end else begin : g_source
        assign even_rest[At*Bits+:Bits] = even_lanes[lane*StoredBits+:StoredBits];
        assign odd_rest[At*Bits+:Bits]  = odd_lanes[lane*StoredBits+:StoredBits];
      end
      for (tap = 0; tap < 9; tap = tap + 1) begin : g_tap
        if (IsMain != 0) begin : g_from
          assign features[tap*Bits+:Bits] = main_taps[(tap*Main+At)*Bits+:Bits];
        end else begin : g_from
          assign features[tap*Bits+:Bits] = rest_taps[(tap*Rest+At)*Bits+:Bits];
        end
      end
      duet_chain #(
          .Lanes(9),
          .WeightBits(WeightBits),
          .FeatureBits(Bits),
          .AccBits(AccBits),
          .InLuts(InLuts)
      ) u_chain (
          .clk_i,
          .load_i(weight_load_i),
          .swap_i(swaps),
          .cut_i(9'd0),
          .weight_i(weight_i[lane*WeightBits+:WeightBits]),
          .feature_i(features),
          .sum_i('0),
          .sum_o(sum),
          .taps_o(unused_tap)
      );
      duet_requantize #(
          .AccBits(AccBits)
      ) u_requantize (
          .clk_i,
          .acc_i(sum),
          .bias_i(param_i[lane*ParamBits+:AccBits]),
          .multiplier_i(param_i[lane*ParamBits+AccBits+:8]),
          .shift_i(param_i[lane*ParamBits+AccBits+8+:6]),
          .signed_i(1'b0),
          .hi_i,
          .value_o(value)
      );
      wire unused = &{1'b0, unused_tap, value};
      assign values_o[lane*FeatureBits+:FeatureBits] = value[FeatureBits-1:0];
    end
  endgenerate
  wire unused = &{1'b0, wide_i, even_rest, odd_rest, rest_taps};
endmodule
