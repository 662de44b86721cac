// What an engine's parameters must obey; elaboration ends with the reasons for which they do not. docs/integrate.md says how to choose
// them, and what these rules cannot see: memories too small for a network. No logic, so no latency and no throughput. Twin:
// engine::illegal_because, the same rules.
module duet_rules #(
    parameter int InLanes     = 8,
    parameter int OutLanes    = 24,
    parameter int DwLanes     = 2,
    parameter int BeatLanes   = 8,
    parameter int HeadLanes   = 4,
    parameter int UnitGroups  = 1,
    parameter int Nibbles     = 0,
    parameter int BankLanes   = 2,
    parameter int WeightBits  = 8,
    parameter int FeatureBits = 8,
    parameter int AccBits     = 32,
    parameter int Products    = 1,
    parameter int Pixels      = 1,
    parameter int Chain       = 8,
    parameter int DwInLuts    = 0,
    parameter int DwKernel    = 3,
    parameter int ArrayKernel = 1,
    parameter int Diagonal    = 0,
    parameter int Signed      = 0,
    parameter int Average     = 0,
    parameter int Bypass      = 0,
    parameter int DigitBits   = 8,
    parameter int PairShift   = 0,
    parameter int PixelShift  = 0,
    parameter int Quads       = 0,
    parameter int Outstanding = 8,
    parameter int Layers        = 16,
    parameter int LineWords     = 512,
    parameter int SideWords     = 0,
    parameter int TileWords     = 512,
    parameter int PsumWords     = 256,
    parameter int ResultWords   = 256,
    parameter int PwWeightWords = 512,
    parameter int DwWeightWords = 256,
    parameter int PwParamWords  = 128,
    parameter int DwParamWords  = 128
) ();
  localparam int StoredBits = (Nibbles != 0) ? 4 : (FeatureBits <= 8) ? 8 : 16;
  // Joined operands fit the ports of a DSP, signed 25 and 18 bits, and sums of Chain products their fields, of which the narrower of the
  // two kinds is Field bits wide.
  localparam int WeightShift = (Products == Pixels) ? 0 : (Products == 6) ? 2 * PixelShift : PairShift;
  localparam int FeatureShift = (Pixels == 1) ? 0 : PixelShift;
  localparam int Inner = (WeightShift == 0 || (FeatureShift != 0 && FeatureShift < WeightShift)) ? FeatureShift : WeightShift;
  localparam int Outer = WeightShift + FeatureShift - Inner;
  localparam int Terms = (Products == 6) ? 2 : 1;  // of a field
  localparam int Field = (Products == 4 && Outer - Inner < Inner) ? Outer - Inner : Inner;
  localparam int JoinWeight = WeightBits + WeightShift;
  localparam int JoinFeature = FeatureBits + FeatureShift + ((Signed != 0 && Pixels == 1) ? 0 : 1);
  localparam logic [63:0] Sum = 64'(Chain * Terms) * ((64'd1 << (WeightBits - 1)) - 64'd1)
      * ((Signed != 0) ? 64'd1 << (FeatureBits - 1) : (64'd1 << FeatureBits) - 64'd1);
  localparam bit JoinsFit = Products == 1 || (((JoinWeight <= 25 && JoinFeature <= 18) || (JoinWeight <= 18 && JoinFeature <= 25))
      && Field > 1 && Chain > 0 && Sum < (64'd1 << (Field - 1)));
  generate
    if (InLanes < 1 || InLanes > 64) $error("in_lanes must be 1..64");
    if (OutLanes < 1 || OutLanes > 64) $error("out_lanes must be 1..64");
    if (DwLanes < 0 || DwLanes > 16) $error("dw_lanes must be 0..16");
    if (DwKernel != 0 && DwKernel != 3 && DwKernel != 5 && DwKernel != 7) $error("DwKernel must be 0, 3, 5 or 7");
    if (ArrayKernel != 1 && ArrayKernel != 3 && ArrayKernel != 5) $error("ArrayKernel must be 1, 3 or 5");
    if ((DwLanes > 0) != (DwKernel > 0)) $error("dw_lanes must be 0 without a depth-wise layer in the Bundle, and at least 1 with one");
    if (ArrayKernel > 1 && Pixels > 1 && Products != 6) $error("the array takes one pixel at once where it convolves with more than one tap, or a row of them");
    if (Products == 6 && (ArrayKernel == 1 || PairShift != PixelShift)) $error("six products a DSP are of three taps in a kernel's row: of 3x3 or 5x5");
    if (Diagonal < 0 || Diagonal > 1 || Signed < 0 || Signed > 1 || Average < 0 || Average > 1) $error("Diagonal, Signed and Average must be 0..1");
    if (Bypass < 0 || Bypass > 1) $error("bypass must be 0..1");
    if (DigitBits < 1 || DigitBits > 8 || DigitBits > FeatureBits - Signed && DigitBits != 8) $error("DigitBits must be 1..8 and fit a feature");
    if (Nibbles != 0 && (DwKernel != 3 || Signed != 0)) $error("Nibbles needs DwKernel 3 and features without a sign");
    if (WeightBits < 2 || WeightBits > 16) $error("weight_bits must be 2..16");
    if (FeatureBits < 2 || FeatureBits > 16) $error("feature_bits must be 2..16");
    if (AccBits < 16 || AccBits > 40) $error("acc_bits must be 16..40");
    if (Products != 1 && Products != 2 && Products != 4 && Products != 6) $error("products must be 1, 2, 4 or 6");
    if (Pixels < 1 || Pixels > 2 || (Pixels == 1) != (Products == 1 || (Products == 2 && PixelShift == 0)))
      $error("Pixels must be 2 where features are joined");
    if (UnitGroups < 1 || UnitGroups > 2) $error("unit_groups must be 1..2");
    if (DwInLuts < 0 || DwInLuts > 1) $error("dw_in_luts must be 0..1");
    if (DwLanes > 0 && BeatLanes % ((DwLanes > 0) ? DwLanes : 1) != 0) $error("dw_lanes must divide the channels of a beat");
    if (!JoinsFit) $error("so many products of these widths do not fit one DSP");
    if (Products != Pixels && Products != 6 && OutLanes % 2 != 0) $error("joined weights need an even number of out_lanes");
    if (InLanes % BeatLanes != 0 || (OutLanes * UnitGroups) % BeatLanes != 0 || BeatLanes * StoredBits > 64)
      $error("BeatLanes must divide in_lanes and a unit's out_lanes and fit a beat");
    if (Nibbles != 0 && (FeatureBits > 4 || Quads == 0 || BeatLanes < 12 || DwLanes % (2 * BankLanes) != 0))
      $error("Nibbles needs at most 4 feature bits, quads, 12 channels a beat and dw_lanes of whole pairs of banks");
    if (BeatLanes % HeadLanes != 0 || HeadLanes > 4) $error("HeadLanes must divide BeatLanes and fit a beat");
    if (DwLanes % BankLanes != 0 || BankLanes != ((Quads != 0) ? InLanes / 4 : (DwLanes > 0) ? DwLanes : BeatLanes))
      $error("BankLanes must be dw_lanes or, with quads, a quarter of in_lanes that divides them; without dw_lanes BeatLanes");
    if (Products != 1 && (Chain > InLanes || (Quads != 0 && (InLanes / 4) % Chain != 0)))
      $error("Chain must be at most in_lanes and divide a quad's lanes");
    if (Outstanding < 1 || Outstanding > 16) $error("Outstanding must be 1..16");
    if (Layers < 1 || Layers > 32) $error("layers must be 1..32");
    if (LineWords < 1 || LineWords > 16384) $error("line_words must be 1..16384");
    if (SideWords < 0 || SideWords > 16384) $error("side_words must be 0..16384");
    if (TileWords < 1 || TileWords > 65535) $error("tile_words must be 1..65535");
    if (PsumWords < 1 || PsumWords > 16384) $error("psum_words must be 1..16384");
    if (ResultWords < 1 || ResultWords > 16384) $error("result_words must be 1..16384");
    if (PwWeightWords < 1 || PwWeightWords > 131072) $error("pw_weight_words must be 1..131072");
    if (DwWeightWords < 1 || DwWeightWords > 32768) $error("dw_weight_words must be 1..32768");
    if (PwParamWords < 1 || PwParamWords > 16384) $error("pw_param_words must be 1..16384");
    if (DwParamWords < 1 || DwParamWords > 16384) $error("dw_param_words must be 1..16384");
  endgenerate
endmodule
