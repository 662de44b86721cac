// The arithmetic of the depth-wise stage with its weights and parameters: DwLanes channels out of a beat of the line buffer, the window, a
// multiplier a tap and lane, requantisation. With Nibbles a beat holds four bits a channel or, of the picture (wide_i), three bytes of a pixel or of each of two
// columns (pair_i), so three lanes of either of the first two banks take eight bits and the others four. Latency: data to values_o 24
// cycles with kernels of 3 (5: 45, 7: 76). Throughput: two pixels (pair_i: four) in Kernel / 2 + 1 cycles. Timing of the window's signals:
// duet_window. Golden twin: src/layer/dwconv.cpp.
module duet_filter #(
    parameter int Layers      = 16,
    parameter int DwLanes     = 2,
    parameter int BeatLanes   = 8,
    parameter int BankLanes   = 2,
    parameter int Nibbles     = 0,
    parameter int WeightBits  = 8,
    parameter int FeatureBits = 8,
    parameter int StoredBits  = 8,
    parameter int AccBits     = 32,
    parameter int InLuts      = 0,  // 1: multipliers of LUTs instead of DSPs
    parameter int Kernel      = 3,
    parameter int Signed      = 0,  // 1: features have a sign, the picture has none
    parameter int WeightWords = 256,
    parameter int ParamWords  = 128,
    parameter int ParamAddr   = (ParamWords > 1) ? $clog2(ParamWords) : 1,
    parameter int ParamBits   = AccBits + 14,
    parameter int Halo        = Kernel / 2
) (
    input  logic                           clk_i,
    input  logic                           rst_i,
    input  logic                           enable_i,      // a program is there
    input  logic                           program_we_i,  // descriptors, while a program is loaded
    input  logic [                    4:0] program_layer_i,
    input  logic [                    3:0] program_beat_i,
    input  logic [                   63:0] program_data_i,
    input  logic [                    1:0] word_we_i,     // a word of weights, of parameters, then, too
    input  logic [                   31:0] word_addr_i,
    input  logic [ DwLanes*WeightBits-1:0] weight_word_i,
    input  logic [  DwLanes*ParamBits-1:0] param_word_i,
    input  logic [BeatLanes*StoredBits-1:0] even_data_i,
    input  logic [BeatLanes*StoredBits-1:0] odd_data_i,
    input  logic [                    7:0] step_i,        // which DwLanes of the beat
    input  logic                           wide_i,        // the picture: bytes without a sign
    input  logic                           even_there_i,  // else the row lies outside the map
    input  logic                           odd_there_i,
    input  logic [                 Halo:0] load_i,
    input  logic [               Halo-1:0] advance_i,
    input  logic                           lower_row_i,
    input  logic [               Halo-1:0] left_i,
    input  logic [               Halo-1:0] right_i,
    input  logic                           pair_i,
    output logic                           ready_o,       // weights of the next pass
    input  logic                           take_i,
    input  logic                           swap_i,
    input  logic [          ParamAddr-1:0] param_addr_i,
    input  logic [                   15:0] hi_i,
    output logic [DwLanes*FeatureBits-1:0] values_o
);
  localparam int Colours = 3;  // of the picture
  localparam int Taps = Kernel * Kernel;
  localparam int LaneBits = StoredBits + Signed;  // of a feature in the window, the sign of the picture's bytes included
  localparam int Main = (Nibbles != 0) ? 2 * Colours : DwLanes;      // lanes of the first window, of MainBits
  localparam int MainBits = (Nibbles != 0) ? 8 : LaneBits;
  localparam int Others = DwLanes - Main;                            // ... and of a second one, of StoredBits
  localparam int Rest = (Others > 0) ? Others : 1;

  logic [DwLanes*StoredBits-1:0] even_lanes, odd_lanes;
  logic [Main*MainBits-1:0] even_main, odd_main;
  logic [Taps*Main*MainBits-1:0] main_taps;
  logic [Rest*StoredBits-1:0] even_rest, odd_rest;
  logic [Taps*Rest*StoredBits-1:0] rest_taps;
  logic [Taps-1:0] swaps, weight_load;
  logic [DwLanes*WeightBits-1:0] weight;
  logic [DwLanes*ParamBits-1:0] param;
  localparam int WeightAddr = (WeightWords > 1) ? $clog2(WeightWords) : 1;
  logic unused_used;
  assign even_lanes = even_data_i[32'(step_i)*DwLanes*StoredBits+:DwLanes*StoredBits];
  assign odd_lanes  = odd_data_i[32'(step_i)*DwLanes*StoredBits+:DwLanes*StoredBits];
  duet_taps #(
      .Lanes(Main),
      .Bits(MainBits),
      .Kernel(Kernel),
      .Pairs(Nibbles)
  ) u_main (
      .clk_i, .even_there_i, .odd_there_i, .load_i, .advance_i, .lower_row_i, .left_i, .right_i, .pair_i,
      .odd_i(odd_main),
      .even_i(even_main),
      .taps_o(main_taps)
  );
  duet_weights #(
      .Layers(Layers),
      .DepthWise(1),
      .Lanes(Taps),
      .WordBits(DwLanes * WeightBits),
      .Words(WeightWords)
  ) u_weights (
      .clk_i, .rst_i, .enable_i,
      .we_i(word_we_i[0]),
      .waddr_i(WeightAddr'(word_addr_i)),
      .wdata_i(weight_word_i),
      .program_we_i, .program_layer_i, .program_beat_i, .program_data_i,
      .unit_there_i(1'b0), .unit_used_o(unused_used),
      .take_i, .ready_o,
      .load_o(weight_load),
      .weight_o(weight)
  );
  duet_ram #(
      .Width(DwLanes * ParamBits),
      .Depth(ParamWords)
  ) u_params (
      .clk_i,
      .we_i(word_we_i[1]),
      .waddr_i(ParamAddr'(word_addr_i)),
      .wdata_i(param_word_i),
      .raddr_i(param_addr_i),
      .rdata_o(param)
  );
  duet_skew #(
      .Lanes(Taps),
      .Width(1)
  ) u_skew_swap (
      .clk_i,
      .data_i({Taps{swap_i}}),
      .data_o(swaps)
  );

  function automatic [LaneBits-1:0] extended(input [StoredBits-1:0] stored);
    extended = LaneBits'($signed({!wide_i && stored[StoredBits-1], stored}));
  endfunction

  genvar lane, tap;
  generate
    if (Others > 0) begin : g_rest
      duet_taps #(
          .Lanes(Rest),
          .Bits(StoredBits),
          .Kernel(Kernel)
      ) u_rest (
          .clk_i, .even_there_i, .odd_there_i, .load_i, .advance_i, .lower_row_i, .left_i, .right_i,
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
      logic [Taps*Bits-1:0] features;
      logic [AccBits-1:0] sum, unused_tap;
      logic [15:0] value;
      if (Nibbles == 0) begin : g_source
        assign even_main[At*Bits+:Bits] = extended(even_lanes[lane*StoredBits+:StoredBits]);
        assign odd_main[At*Bits+:Bits]  = extended(odd_lanes[lane*StoredBits+:StoredBits]);
      end else if (IsMain != 0) begin : g_source
        assign even_main[At*Bits+:Bits] = wide_i ? even_data_i[At*Bits+:Bits] : Bits'(even_lanes[lane*StoredBits+:StoredBits]);
        assign odd_main[At*Bits+:Bits]  = wide_i ? odd_data_i[At*Bits+:Bits] : Bits'(odd_lanes[lane*StoredBits+:StoredBits]);
      end else begin : g_source
        assign even_rest[At*Bits+:Bits] = even_lanes[lane*StoredBits+:StoredBits];
        assign odd_rest[At*Bits+:Bits]  = odd_lanes[lane*StoredBits+:StoredBits];
      end
      for (tap = 0; tap < Taps; tap = tap + 1) begin : g_tap
        if (IsMain != 0) begin : g_from
          assign features[tap*Bits+:Bits] = main_taps[(tap*Main+At)*Bits+:Bits];
        end else begin : g_from
          assign features[tap*Bits+:Bits] = rest_taps[(tap*Rest+At)*Bits+:Bits];
        end
      end
      duet_chain #(
          .Lanes(Taps),
          .WeightBits(WeightBits),
          .FeatureBits(Bits),
          .Signed(Signed),
          .AccBits(AccBits),
          .InLuts(InLuts)
      ) u_chain (
          .clk_i,
          .load_i(weight_load),
          .swap_i(swaps),
          .cut_i('0),
          .weight_i(weight[lane*WeightBits+:WeightBits]),
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
          .bias_i(param[lane*ParamBits+:AccBits]),
          .multiplier_i(param[lane*ParamBits+AccBits+:8]),
          .shift_i(param[lane*ParamBits+AccBits+8+:6]),
          .signed_i(Signed != 0),
          .hi_i,
          .value_o(value)
      );
      wire unused = &{1'b0, unused_tap, value};
      assign values_o[lane*FeatureBits+:FeatureBits] = value[FeatureBits-1:0];
    end
  endgenerate
  wire unused = &{1'b0, unused_used, word_addr_i, wide_i, even_rest, odd_rest, rest_taps};
endmodule
