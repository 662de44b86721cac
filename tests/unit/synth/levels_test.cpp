// Levels of logic of small netlists drawn by hand, as Yosys' write_json writes them.
#include "synth/levels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "support/folder.h"
#include "synth/synth.h"

namespace duet::synth {
namespace {

using testing::HasSubstr;

// Pins are written "in > out": Netlist().cell("FDRE", "D=3 > Q=2"). A pin of several bits: "S=2,3,x,x".
class Drawing {
 public:
  Drawing& cell(const std::string& type, const std::string& pins, Json parameters = Json::object()) {
    Json& made = cells_["u_a.$auto$cell$" + std::to_string(cells_.size())];
    made = {{"type", type}, {"parameters", std::move(parameters)}};
    std::istringstream words(pins);
    std::string direction = "input";
    for (std::string word; words >> word;) {
      if (word == ">") {
        direction = "output";
        continue;
      }
      const std::string pin = word.substr(0, word.find('='));
      made["port_directions"][pin] = direction;
      std::istringstream bits(word.substr(word.find('=') + 1));
      for (std::string bit; std::getline(bits, bit, ',');)
        made["connections"][pin].push_back(std::isdigit(bit[0]) ? Json(std::stoi(bit)) : Json(bit));
    }
    return *this;
  }
  Drawing& name(const std::string& text, int bit) {
    names_[text] = {{"hide_name", 0}, {"bits", {bit}}, {"attributes", Json::object()}};
    return *this;
  }
  Drawing& port(const std::string& name, const std::string& direction, int bit) {
    ports_[name] = {{"direction", direction}, {"bits", {bit}}};
    return *this;
  }
  LongestPath path(device::Family family = device::Family::xc7) const {
    const Json top{{"ports", ports_}, {"cells", cells_}, {"netnames", names_}};
    std::istringstream text(Json{{"creator", "Yosys"}, {"modules", {{"top", top}}}}.dump());
    return longest_path(text, "top", family);
  }
  int levels() const {
    const LongestPath found = path();
    EXPECT_EQ(found.absent, "");
    return found.levels.value_or(-1);
  }

 private:
  Json cells_ = Json::object(), names_ = Json::object(), ports_ = Json::object();
};

TEST(Levels, RegistersSideBySideHaveNoLogic) {
  EXPECT_EQ(Drawing().cell("FDRE", "D=4 C=9 CE=1 R=0 > Q=3").cell("FDRE", "D=3 C=9 CE=1 R=0 > Q=5").levels(), 0);
}

TEST(Levels, EveryLutIsOne) {
  Drawing d;
  d.cell("FDRE", "D=13 > Q=10").cell("LUT2", "I0=10 I1=1 > O=11").cell("LUT6", "I0=11 I1=10 > O=12").cell("INV", "I=12 > O=13");
  d.cell("LUT6", "I0=12 > O=14");  // a level of its own, but nothing stores it
  d.cell("LUT6", "I0=14 > O=15");
  EXPECT_EQ(d.levels(), 3);
}

TEST(Levels, ThePathIsNamedFromRegisterToRegister) {
  Drawing d;
  d.cell("FDRE", "D=20 > Q=10").cell("LUT2", "I0=10 > O=11").cell("LUT3", "I0=11 > O=12").cell("FDSE", "D=12 > Q=13");
  d.name("u_top.count_o", 10).name("u_a.count_q", 10).name("u_a.$eq$/x/duet_load.sv:97$1_Y", 11).name("u_a.next_q", 13);
  const LongestPath path = d.path();
  ASSERT_EQ(path.steps.size(), 4u);
  EXPECT_EQ(path.steps[0].cell, "FDRE");
  EXPECT_EQ(path.steps[0].net, "u_a.count_q");  // the name where the register stands, not the port's
  EXPECT_EQ(path.steps[1].net, "u_a.(duet_load.sv:97)");
  EXPECT_EQ(path.steps[2].cell, "LUT3");
  EXPECT_EQ(path.steps[2].level, 2);
  EXPECT_EQ(path.steps[3].cell, "FDSE.D");
  EXPECT_EQ(path.steps[3].net, "u_a.next_q");
  EXPECT_THAT(path.places, testing::ElementsAre(testing::Pair("u_a", 2)));
}

TEST(Levels, ACarryChainIsOneWhateverItsLength) {
  Drawing d;
  d.cell("FDRE", "D=90 > Q=2").cell("LUT2", "I0=2 > O=10");
  d.cell("CARRY4", "CI=0 CYINIT=0 DI=2,x,x,x S=10,x,x,x > CO=11,12,13,14 O=15,16,17,18");
  d.cell("CARRY4", "CI=14 CYINIT=0 DI=x,x,x,x S=x,x,x,x > CO=21,22,23,24 O=25,26,27,28");
  d.cell("CARRY4", "CI=24 CYINIT=0 DI=x,x,x,x S=x,x,x,x > CO=31,32,33,34 O=35,36,37,38");
  d.cell("LUT3", "I0=38 > O=40").cell("FDRE", "D=40 > Q=41");
  EXPECT_EQ(d.levels(), 3);
  const LongestPath path = d.path();
  ASSERT_EQ(path.steps.size(), 5u);
  EXPECT_EQ(path.steps[2].cell, "CARRY4 x 3");
}

// A sum that goes through logic into another chain, or into a higher bit of its own, enters a chain again.
TEST(Levels, EnteringAChainAgainCountsAgain) {
  Drawing d;
  d.cell("FDRE", "D=90 > Q=2");
  d.cell("CARRY4", "CI=0 CYINIT=0 DI=2,x,x,x S=x,10,x,x > CO=11,12,13,14 O=10,16,17,18");
  d.cell("CARRY4", "CI=0 CYINIT=14 DI=x,x,x,x S=x,x,x,x > CO=21,22,23,24 O=25,26,27,28");
  d.cell("FDRE", "D=28 > Q=41");
  EXPECT_EQ(d.levels(), 3);  // bit 0, bit 1 upwards, the second cell through CYINIT
}

TEST(Levels, ACarryOutputHearsOnlyTheBitsBelowIt) {
  Drawing d;
  d.cell("FDRE", "D=90 > Q=2").cell("LUT2", "I0=2 > O=3").cell("LUT2", "I0=3 > O=4");
  d.cell("CARRY4", "CI=0 CYINIT=0 DI=2,x,4,x S=2,x,4,x > CO=11,12,13,14 O=15,16,17,18").cell("FDRE", "D=16 > Q=41");
  EXPECT_EQ(d.levels(), 1);
  d.cell("FDRE", "D=17 > Q=42");
  EXPECT_EQ(d.levels(), 3);
}

TEST(Levels, WideMultiplexersBelongToTheirLuts) {
  Drawing d;
  d.cell("FDRE", "D=90 > Q=2").cell("LUT6", "I0=2 > O=3").cell("LUT6", "I0=2 > O=4");
  d.cell("MUXF7", "I0=3 I1=4 S=2 > O=5").cell("MUXF8", "I0=5 I1=0 S=2 > O=6").cell("FDRE", "D=6 > Q=7");
  EXPECT_EQ(d.levels(), 1);
}

TEST(Levels, ALutMemoryIsReadThroughAndWrittenAtTheClock) {
  Drawing d;
  d.cell("FDRE", "D=90 > Q=2").cell("LUT2", "I0=2 > O=3").cell("LUT2", "I0=3 > O=4").cell("LUT2", "I0=4 > O=5");
  d.cell("RAM64X1D", "D=5 WE=5 A0=5 DPRA0=3 > DPO=10 SPO=11").cell("FDRE", "D=10 > Q=12");
  EXPECT_EQ(d.levels(), 3);  // into the memory; through it, DPRA0 to DPO, are two
  d.cell("RAM32M", "ADDRA=5,x ADDRB=3,x ADDRD=10,x DIA=x,x > DOA=20,x DOB=21,x").cell("FDRE", "D=20 > Q=22");
  EXPECT_EQ(d.levels(), 4);  // ADDRA to DOA
  d.cell("SRL16E", "D=20 A0=20 CE=1 > Q=30").cell("FDRE", "D=30 > Q=31");
  EXPECT_EQ(d.levels(), 5);
}

TEST(Levels, ADspIsARegisterWhereItsOutputIs) {
  const Json with{{"PREG", "00000000000000000000000000000001"}}, without{{"PREG", "00000000000000000000000000000000"}};
  auto levels = [](const Json& parameters) {
    Drawing d;
    d.cell("FDRE", "D=90 > Q=2").cell("LUT2", "I0=2 > O=3").cell("DSP48E1", "A=3,x OPMODE=x > P=4,5", parameters);
    return d.cell("LUT2", "I0=4 > O=6").cell("FDRE", "D=6 > Q=7").levels();
  };
  EXPECT_EQ(levels(with), 1);
  EXPECT_EQ(levels(without), 3);
}

TEST(Levels, PortsAreEnds) {
  Drawing d;
  d.port("a_i", "input", 2).port("y_o", "output", 4).cell("LUT1", "I0=2 > O=3").cell("LUT1", "I0=3 > O=4");
  EXPECT_EQ(d.levels(), 2);
  EXPECT_EQ(d.path().steps.back().net, "y_o");
}

TEST(Levels, ALoopIsNamed) {
  Drawing d;
  d.cell("FDRE", "D=4 > Q=2").cell("LUT2", "I0=2 I1=4 > O=3").cell("LUT2", "I0=3 > O=4").cell("LUT1", "I0=4 > O=5");
  d.name("u_a.grant", 3).name("u_a.wait", 4).name("u_a.after", 5);
  const LongestPath path = d.path();
  EXPECT_FALSE(path.levels);
  EXPECT_THAT(path.absent, HasSubstr("combinational loop"));
  EXPECT_THAT(path.absent, HasSubstr("u_a.grant"));
  EXPECT_THAT(path.absent, HasSubstr("u_a.wait"));
  EXPECT_EQ(path.absent.find("u_a.after"), std::string::npos);
  EXPECT_TRUE(to_json(path).at("logic_levels").is_null());
}

TEST(Levels, CellsOfEcp5) {
  Drawing d;
  d.cell("TRELLIS_FF", "DI=20 > Q=2").cell("TRELLIS_DPR16X4", "RAD=2,0,0,0 DI=9,9,9,9 > DO=3,30,31,32");
  d.cell("CCU2C", "CIN=0 A0=0 A1=3 > S0=4 S1=5 COUT=6").cell("CCU2C", "CIN=6 A0=0 A1=0 > S0=7 S1=8 COUT=10");
  d.cell("PFUMX", "ALUT=7 BLUT=0 C0=0 > Z=11").cell("LUT4", "A=11 > Z=12").cell("TRELLIS_FF", "DI=12 > Q=13");
  EXPECT_EQ(d.levels(), 3);  // the memory, the carry chain, the LUT
  d.cell("LUT4", "A=4 > Z=14").cell("LUT4", "A=14 > Z=15").cell("DP16KD", "DIA0=15 > DOB0=17");
  EXPECT_EQ(d.levels(), 3);  // the first sum bit hears nothing of the second bit's input
  d.cell("LUT4", "A=15 > Z=18").cell("MULT18X18D", "A0=18 > P0=19");
  EXPECT_EQ(d.levels(), 4);
}

TEST(Levels, WhatIsNotKnownGivesNoFigure) {
  EXPECT_THAT(Drawing().cell("XYZ", "I=2 > O=3").path().absent, HasSubstr("XYZ"));
  EXPECT_THAT(Drawing().path(device::Family::ice40).absent, HasSubstr("ice40"));
  std::istringstream broken("{\"modules\": {\"top\": {");
  EXPECT_THROW(longest_path(broken, "top", device::Family::xc7), Error);
}

// The whole way: a sum of two registers is a LUT and a chain, in a module of its own; then a LUT.
TEST(Levels, OfASynthesis) {
  test::Folder folder;
  base::write_file(folder / "top.sv", R"(
module leaf(input logic [15:0] a_i, b_i, output logic [15:0] y_o);
  assign y_o = a_i + b_i;
endmodule
module top(input logic clk_i, input logic [15:0] a_i, b_i, output logic y_o);
  logic [15:0] a_q, b_q, sum;
  leaf u_leaf(.a_i(a_q), .b_i(b_q), .y_o(sum));
  always_ff @(posedge clk_i) begin
    a_q <= a_i;
    b_q <= b_i;
    y_o <= sum[15] ^ (^a_q[4:0]);
  end
endmodule
)");
  Request request;
  request.top = "top";
  request.sources = {folder / "top.sv"};
  const Counts counts = synthesize(request, device::find_device("pynq-z1"), folder / "run");
  ASSERT_TRUE(counts.path.levels) << counts.path.absent;
  EXPECT_EQ(*counts.path.levels, 3) << to_json(counts).dump(1);
  EXPECT_EQ(counts.path.steps[2].cell, "CARRY4 x 4");
  EXPECT_EQ(counts.path.steps.back().net, "y_o");
}

}  // namespace
}  // namespace duet::synth
