// What an engine's parameters must obey; elaboration ends with the first reason that they do not. The same rules and words as
// engine::illegal_because. The parameters that follow from others (BeatLanes and the like) must be as src/emit/top.cpp sets them.
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
    parameter int Chain       = 8,
    parameter int DwInLuts    = 0,
    parameter int PairShift   = 1,
    parameter int PixelShift  = 0,
    parameter int Quads       = 0,
    parameter int Outstanding = 8
) ();
  localparam int StoredBits = (Nibbles != 0) ? 4 : (FeatureBits <= 8) ? 8 : 16;
  generate
    if (InLanes < 1 || InLanes > 64) $error("in_lanes must be 1..64");
    if (OutLanes < 1 || OutLanes > 64) $error("out_lanes must be 1..64");
    if (DwLanes < 1 || DwLanes > 16) $error("dw_lanes must be 1..16");
    if (WeightBits < 2 || WeightBits > 16) $error("weight_bits must be 2..16");
    if (FeatureBits < 2 || FeatureBits > 16) $error("feature_bits must be 2..16");
    if (AccBits < 16 || AccBits > 40) $error("acc_bits must be 16..40");
    if (Products != 1 && Products != 2 && Products != 4) $error("products must be 1, 2 or 4");
    if (UnitGroups < 1 || UnitGroups > 2) $error("unit_groups must be 1..2");
    if (DwInLuts < 0 || DwInLuts > 1) $error("dw_in_luts must be 0..1");
    if (BeatLanes % DwLanes != 0) $error("dw_lanes must divide the channels of a beat");
    if (Products != 1 && OutLanes % 2 != 0) $error("joined weights need an even number of out_lanes");
    if (Products != 1 && (PairShift < 1 || PairShift + WeightBits > 25)) $error("so many products of these widths do not fit one DSP");
    if (Products == 4 && (PixelShift < FeatureBits || PixelShift >= PairShift || PixelShift + FeatureBits > 17))
      $error("so many products of these widths do not fit one DSP");
    if (InLanes % BeatLanes != 0 || (OutLanes * UnitGroups) % BeatLanes != 0 || BeatLanes * StoredBits > 64)
      $error("BeatLanes must divide in_lanes and a unit's out_lanes and fit a beat");
    if (Nibbles != 0 && (FeatureBits > 4 || Quads == 0 || BeatLanes < 12 || DwLanes % (2 * BankLanes) != 0))
      $error("Nibbles needs at most 4 feature bits, quads, 12 channels a beat and dw_lanes of whole pairs of banks");
    if (BeatLanes % HeadLanes != 0 || HeadLanes > 4) $error("HeadLanes must divide BeatLanes and fit a beat");
    if (DwLanes % BankLanes != 0 || BankLanes != ((Quads != 0) ? InLanes / 4 : DwLanes))
      $error("BankLanes must be dw_lanes or, with quads, a quarter of in_lanes that divides them");
    if (Products != 1 && (Chain > InLanes || (Quads != 0 && (InLanes / 4) % Chain != 0)))
      $error("Chain must be at most in_lanes and divide a quad's lanes");
    if (Outstanding < 1 || Outstanding > 16) $error("Outstanding must be 1..16");
  endgenerate
endmodule
