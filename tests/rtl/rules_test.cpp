// duet_rules alone: every rule holds up to its last legal value and no further.
#include <gtest/gtest.h>

#include <sstream>

#include "base/process.h"
#include "emit/emit.h"

namespace duet {
namespace {

// What Verilator says of the rules with parameters "Name=value ...", the others at their defaults.
std::string refusals(const std::string& parameters) {
  std::vector<std::string> command{"verilator", "--lint-only", "-sv", "--top-module", "duet_rules"};
  std::istringstream words(parameters);
  for (std::string word; words >> word;) command.push_back("-G" + word);
  for (const auto& file : emit::rtl_files({}, emit::kGeneric))
    if (file.stem() == "duet_rules") command.push_back(file.string());
  return base::run_process(command).output;
}

struct Range {
  const char *name, *parameter;
  int lo, hi;
};
const Range kRanges[] = {{"in_lanes", "InLanes", 1, 64},
                         {"out_lanes", "OutLanes", 1, 64},
                         {"dw_lanes", "DwLanes", 0, 16},
                         {"weight_bits", "WeightBits", 2, 16},
                         {"feature_bits", "FeatureBits", 2, 16},
                         {"acc_bits", "AccBits", 16, 40},
                         {"unit_groups", "UnitGroups", 1, 2},
                         {"dw_in_luts", "DwInLuts", 0, 1},
                         {"bypass", "Bypass", 0, 1},
                         {"Outstanding", "Outstanding", 1, 16},
                         {"layers", "Layers", 1, 32},
                         {"line_words", "LineWords", 1, 16384},
                         {"side_words", "SideWords", 0, 16384},
                         {"tile_words", "TileWords", 1, 65535},
                         {"psum_words", "PsumWords", 1, 16384},
                         {"result_words", "ResultWords", 1, 16384},
                         {"pw_weight_words", "PwWeightWords", 1, 131072},
                         {"dw_weight_words", "DwWeightWords", 1, 32768},
                         {"pw_param_words", "PwParamWords", 1, 16384},
                         {"dw_param_words", "DwParamWords", 1, 16384}};

// All ranges at once, each parameter at one end of its own, or `beyond` it.
void expect_ranges(bool low, int beyond) {
  std::string parameters;
  for (const Range& range : kRanges)
    parameters += std::string(range.parameter) + "=" + std::to_string(low ? range.lo - beyond : range.hi + beyond) + " ";
  const std::string said = refusals(parameters);
  for (const Range& range : kRanges) {
    const std::string rule = std::string(range.name) + " must be " + std::to_string(range.lo) + ".." + std::to_string(range.hi);
    EXPECT_EQ(said.find(": " + rule + "\n") != std::string::npos, beyond != 0) << rule << " of " << parameters;
  }
}

TEST(Rules, RangesEndWhereTheySay) {
  for (const bool low : {true, false})
    for (const int beyond : {0, 1}) expect_ranges(low, beyond);
}

// Engines around a rule: those that it takes (another rule may refuse them), those that it refuses.
struct Rule {
  const char* message;
  std::vector<std::string> legal, illegal;
};
const std::string kJoined = "Products=4 Pixels=2 WeightBits=3 FeatureBits=3 ", kPair = "Products=2 PairShift=17 ";
const std::string kRows = "Products=6 ArrayKernel=3 Pixels=2 WeightBits=4 FeatureBits=4 ";
const std::string kNibbles = "Nibbles=1 FeatureBits=4 Quads=1 BeatLanes=12 DwLanes=6 BankLanes=3 ";
const Rule kRules[] = {
    {"DwKernel must be 0, 3, 5 or 7",
     {"DwKernel=0", "DwKernel=3", "DwKernel=5", "DwKernel=7"},
     {"DwKernel=1", "DwKernel=2", "DwKernel=4", "DwKernel=6", "DwKernel=8"}},
    {"ArrayKernel must be 1, 3 or 5",
     {"ArrayKernel=1", "ArrayKernel=3", "ArrayKernel=5"},
     {"ArrayKernel=0", "ArrayKernel=2", "ArrayKernel=4", "ArrayKernel=6"}},
    {"dw_lanes must be 0 without a depth-wise layer in the Bundle, and at least 1 with one",
     {"DwLanes=0 DwKernel=0", "DwLanes=1 DwKernel=3", "DwLanes=1 DwKernel=1"},
     {"DwLanes=0 DwKernel=3", "DwLanes=1 DwKernel=0", "DwLanes=0 DwKernel=1"}},
    {"the array takes one pixel at once where it convolves with more than one tap, or a row of them",
     {"ArrayKernel=1 Pixels=2", "ArrayKernel=3 Pixels=1", "ArrayKernel=3 Pixels=2 Products=6"},
     {"ArrayKernel=3 Pixels=2", "ArrayKernel=2 Pixels=2", "ArrayKernel=3 Pixels=2 Products=4"}},
    {"six products a DSP are of three taps in a kernel's row: of 3x3 or 5x5",
     {"Products=6 ArrayKernel=3", "Products=6 ArrayKernel=5 PairShift=9 PixelShift=9", "Products=4 PairShift=9"},
     {"Products=6", "Products=6 ArrayKernel=3 PairShift=9", "Products=6 ArrayKernel=3 PixelShift=1"}},
    {"Diagonal, Signed and Average must be 0..1",
     {"Diagonal=0 Signed=0 Average=0", "Diagonal=1 Signed=1 Average=1"},
     {"Diagonal=-1", "Diagonal=2", "Signed=-1", "Signed=2", "Average=-1", "Average=2"}},
    {"DigitBits must be 1..8 and fit a feature",
     {"DigitBits=1", "DigitBits=8 FeatureBits=5", "DigitBits=5 FeatureBits=5", "DigitBits=4 FeatureBits=5 Signed=1",
      "DigitBits=7 FeatureBits=8 Signed=1"},
     {"DigitBits=0", "DigitBits=9 FeatureBits=16", "DigitBits=6 FeatureBits=5", "DigitBits=7 FeatureBits=5",
      "DigitBits=5 FeatureBits=5 Signed=1"}},
    {"Nibbles needs DwKernel 3 and features without a sign",
     {"Nibbles=1", "Nibbles=0 DwKernel=5", "Nibbles=0 Signed=1"},
     {"Nibbles=1 DwKernel=5", "Nibbles=1 Signed=1", "Nibbles=1 DwKernel=2"}},
    {"products must be 1, 2, 4 or 6",
     {"Products=1", "Products=2", "Products=4", "Products=6"},
     {"Products=0", "Products=3", "Products=5", "Products=7"}},
    {"Pixels must be 2 where features are joined",
     {"Pixels=1 Products=1", "Pixels=1 Products=2", "Pixels=2 Products=2 PixelShift=9", "Pixels=2 Products=4",
      "Pixels=2 Products=2 PixelShift=1"},
     {"Pixels=0", "Pixels=0 Products=4", "Pixels=3 Products=4", "Pixels=2 Products=1", "Pixels=1 Products=4",
      "Pixels=1 Products=2 PixelShift=9", "Pixels=2 Products=2"}},
    {"dw_lanes must divide the channels of a beat",
     {"DwLanes=4", "DwLanes=8", "DwLanes=1", "DwLanes=0 DwKernel=0"},
     {"DwLanes=3", "DwLanes=16"}},
    {"so many products of these widths do not fit one DSP",
     {"Products=1 PairShift=40 Chain=0", kPair + "Chain=2", kPair + "Chain=4 Signed=1",
      "Products=2 Pixels=2 WeightBits=16 FeatureBits=4 PixelShift=20 Chain=1", kJoined + "PairShift=15 PixelShift=21 Chain=1",
      kJoined + "PairShift=22 PixelShift=14 Chain=1", kJoined + "PairShift=20 PixelShift=10 Chain=24",
      kJoined + "PairShift=19 PixelShift=10 Chain=12", kJoined + "PairShift=10 PixelShift=20 Chain=24",
      kRows + "PairShift=10 PixelShift=10 Chain=2", kRows + "PairShift=9 PixelShift=9 Chain=1"},
     {kPair + "Chain=3", kPair + "Chain=5 Signed=1", kPair + "Chain=0", "Products=2 PairShift=18 Chain=2",
      "Products=2 Pixels=2 WeightBits=16 FeatureBits=4 PixelShift=21 Chain=1", kJoined + "PairShift=16 PixelShift=21 Chain=1",
      kJoined + "PairShift=15 PixelShift=22 Chain=1", kJoined + "PairShift=23 PixelShift=14 Chain=1",
      kJoined + "PairShift=22 PixelShift=15 Chain=1", kJoined + "PairShift=20 PixelShift=10 Chain=25",
      kJoined + "PairShift=19 PixelShift=10 Chain=13", kJoined + "PairShift=10 PixelShift=20 Chain=25",
      kRows + "PairShift=10 PixelShift=10 Chain=3", kRows + "PairShift=9 PixelShift=9 Chain=2",
      kRows + "PairShift=11 PixelShift=11 Chain=1"}},
    {"joined weights need an even number of out_lanes",
     {"Products=2 OutLanes=24", "Products=2 Pixels=2 OutLanes=5", "OutLanes=5"},
     {"Products=2 OutLanes=5", "Products=4 Pixels=2 OutLanes=5", "Products=2 OutLanes=1"}},
    {"BeatLanes must divide in_lanes and a unit's out_lanes and fit a beat",
     {"BeatLanes=8", "OutLanes=12 UnitGroups=2", "BeatLanes=4 FeatureBits=16", "Nibbles=1 InLanes=16 OutLanes=16 BeatLanes=16"},
     {"InLanes=12", "OutLanes=12", "OutLanes=6 UnitGroups=2", "FeatureBits=9", "InLanes=16 OutLanes=16 BeatLanes=16",
      "Nibbles=1 InLanes=17 OutLanes=17 BeatLanes=17"}},
    {"Nibbles needs at most 4 feature bits, quads, 12 channels a beat and dw_lanes of whole pairs of banks",
     {kNibbles, kNibbles + "DwLanes=12", "FeatureBits=5 BeatLanes=11", "FeatureBits=4 Quads=0"},
     {kNibbles + "FeatureBits=5", kNibbles + "Quads=0", kNibbles + "BeatLanes=11", kNibbles + "DwLanes=3",
      kNibbles + "DwLanes=9"}},
    {"HeadLanes must divide BeatLanes and fit a beat",
     {"HeadLanes=4", "HeadLanes=2", "HeadLanes=1"},
     {"HeadLanes=3", "HeadLanes=8", "HeadLanes=5 BeatLanes=5"}},
    {"BankLanes must be dw_lanes or, with quads, a quarter of in_lanes that divides them; without dw_lanes BeatLanes",
     {"BankLanes=2", "Quads=1 InLanes=8 DwLanes=4", "DwLanes=0 DwKernel=0 BankLanes=8"},
     {"BankLanes=1", "BankLanes=4", "Quads=1 InLanes=12 BankLanes=3 DwLanes=4", "Quads=1 InLanes=12 BankLanes=2",
      "DwLanes=0 DwKernel=0 BankLanes=2"}},
    {"Chain must be at most in_lanes and divide a quad's lanes",
     {"Products=2 Chain=8", "Products=1 Chain=9", "Products=2 Quads=1 InLanes=12 Chain=3", "Products=2 InLanes=12 Chain=2"},
     {"Products=2 Chain=9", "Products=4 Pixels=2 Chain=9", "Products=2 Quads=1 InLanes=12 Chain=2",
      "Products=2 Quads=1 InLanes=12 Chain=4"}}};

TEST(Rules, HoldUpToTheirLastLegalValue) {
  for (const Rule& rule : kRules)
    for (const bool legal : {true, false})
      for (const std::string& parameters : legal ? rule.legal : rule.illegal)
        EXPECT_EQ(refusals(parameters).find(std::string(": ") + rule.message + "\n") == std::string::npos, legal)
            << rule.message << ": " << parameters;
}

}  // namespace
}  // namespace duet
