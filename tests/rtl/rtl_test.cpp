// Modules of rtl/ alone: lint of everything in two tools, and benches against their C++ twins.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/files.h"
#include "base/process.h"
#include "device/packing.h"
#include "emit/emit.h"
#include "program/program.h"
#include "support/bench.h"
#include "support/cells.h"
#include "support/engines.h"

namespace duet {
namespace {

namespace fs = std::filesystem;
using test::engines;
const fs::path kRoot = DUET_SOURCE_DIR;

struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "duet-rtl-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
};

const engine::Engine& compact() {
  static const engine::Engine engine = engine::compact_engine(engine::Engine{}.bundle, 8, 8);
  return engine;
}

std::vector<std::string> files(const std::string& vendor, const engine::Engine& engine = {}) {
  std::vector<std::string> all;
  for (const fs::path& file : emit::rtl_files(engine, vendor)) all.push_back(file.string());
  return all;
}

// Models of cells have pins and parameters that nobody uses, and a DSP block has more outputs than anyone needs.
void expect_clean_in_verilator(const Folder& folder, const engine::Engine& engine, const std::string& vendor) {
  base::write_file(folder.path / "duet_top.sv", emit::top(engine));
  std::vector<std::string> command{"verilator", "--lint-only", "-Wall", "-sv", "--top-module", "duet_top"};
  if (vendor != emit::kGeneric) {
    base::write_file(folder.path / "cells.vlt",
                     "`verilator_config\nlint_off -file \"*/cells_sim.v\"\nlint_off -file \"*/cells/*\"\n");
    command.insert(command.end(), {(folder.path / "cells.vlt").string(), "-Wno-COMBDLY", "-Wno-PINMISSING", "-Wno-UNOPTFLAT",
                                   "-Wno-MODDUP", "-Wno-TIMESCALEMOD"});
    for (const std::string& file : test::cells(vendor)) command.push_back(file);
  }
  for (const std::string& file : files(vendor, engine)) command.push_back(file);
  command.push_back((folder.path / "duet_top.sv").string());
  const base::ProcessResult result = base::run_process(command);
  EXPECT_EQ(result.exit_code, 0) << engine::to_json(engine).dump() << result.output.substr(0, 3000);
}

TEST(Lint, VerilatorFindsNothing) {
  const Folder folder;
  for (const engine::Engine& engine : engines()) expect_clean_in_verilator(folder, engine, emit::kGeneric);
  expect_clean_in_verilator(folder, compact(), emit::kGeneric);
}

TEST(Lint, VerilatorFindsNothingOnBoards) {
  const Folder folder;
  base::write_file(folder.path / "duet_top.sv", emit::top(engines()[0]));
  std::vector<std::string> command{"verilator", "--lint-only", "-Wall", "-sv", "--top-module", "duet_board"};
  for (const std::string& file : files(emit::kGeneric)) command.push_back(file);
  for (const fs::path& file : emit::board_files({})) command.push_back(file.string());
  command.push_back((folder.path / "duet_top.sv").string());
  const base::ProcessResult result = base::run_process(command);
  EXPECT_EQ(result.exit_code, 0) << result.output.substr(0, 3000);
}

const std::map<std::string, const char*> kLibraries{{"xc7", "+/xilinx/cells_sim.v"},
                                                    {"ecp5", "+/ecp5/cells_sim.v +/ecp5/cells_bb.v"},
                                                    {"ice40", "-D ICE40_U +/ice40/cells_sim.v"}};

// With the pins' modules, which hold cells that Verilator does not know.
TEST(Lint, YosysFindsNothingOnBoards) {
  if (!base::have_program("yosys")) GTEST_SKIP() << "yosys is not installed";
  const Folder folder;
  int boards = 0;
  for (const std::string& name : device::device_names()) {
    const device::Device device = device::find_device(name);
    if (!device.board) continue;
    ++boards;
    const bool ice40 = device.family == device::Family::ice40;
    const engine::Engine engine = ice40 ? compact() : engines()[0];
    base::write_file(folder.path / "duet_top.sv", emit::top(engine));
    std::string script =
        std::string("read_verilog -lib ") + kLibraries.at(device::to_string(device.family)) + "; read_verilog -sv";
    for (const std::string& file : files(device::to_string(device.family), engine)) script += " " + file;
    for (const fs::path& file : emit::board_files(engine)) script += " " + file.string();
    script += " " + (kRoot / "rtl" / "board" / device.board->top / (device.board->top + ".sv")).string();
    script += " " + (folder.path / "duet_top.sv").string() + "; hierarchy -top " + device.board->top + "; proc; check";
    const base::ProcessResult result = base::run_process({"yosys", "-q", "-e", ".", "-p", script});  // any warning
    EXPECT_EQ(result.exit_code, 0) << result.output.substr(0, 3000);
  }
  EXPECT_GT(boards, 0);
}

TEST(Lint, VerilatorFindsNothingInDspBlocksAndBlockMemories) {
  if (!base::have_program("yosys")) GTEST_SKIP() << "yosys is not installed";
  const Folder folder;
  for (const engine::Engine& engine : engines())
    for (const std::string vendor : {"xc7", "ecp5"}) {
      engine::Engine of_family = engine;
      of_family.family = *device::family_of(vendor);
      if (engine::illegal_because(of_family).empty()) expect_clean_in_verilator(folder, of_family, vendor);
    }
  expect_clean_in_verilator(folder, compact(), "ice40");
}

TEST(Lint, YosysFindsNothing) {
  if (!base::have_program("yosys")) GTEST_SKIP() << "yosys is not installed";
  const Folder folder;
  const auto expect_clean = [&](const engine::Engine& engine, const std::string& vendor) {
    base::write_file(folder.path / "duet_top.sv", emit::top(engine));
    std::string script = vendor == emit::kGeneric ? "" : std::string("read_verilog -lib ") + kLibraries.at(vendor) + "; ";
    script += "read_verilog -sv";
    for (const std::string& file : files(vendor, engine)) script += " " + file;
    script += " " + (folder.path / "duet_top.sv").string() + "; hierarchy -top duet_top; proc; check";
    const base::ProcessResult result = base::run_process({"yosys", "-q", "-e", ".", "-p", script});  // any warning
    EXPECT_EQ(result.exit_code, 0) << result.output.substr(0, 3000);
  };
  for (const size_t i : {size_t{2}, size_t{4}, size_t{5}, size_t{6}, size_t{8}, size_t{9}, size_t{10}, size_t{11}})
    for (const char* vendor : {emit::kGeneric, "xc7", "ecp5"}) {
      engine::Engine of_vendor = engines()[i];
      of_vendor.family = device::family_of(vendor).value_or(of_vendor.family);
      if (engine::illegal_because(of_vendor).empty()) expect_clean(of_vendor, vendor);
    }
  for (const char* vendor : {emit::kGeneric, "ice40"}) expect_clean(compact(), vendor);
}

// The words of a reason that the RTL repeats: up to what holds for this engine alone.
std::string rule(const std::string& reason) { return reason.substr(0, reason.find(':')); }

// A legal engine, the same made illegal, and the parameter in which the RTL sees it.
struct Illegal {
  engine::Engine legal, illegal;
  const char* parameter;
};

std::vector<Illegal> illegal_engines() {
  using E = engine::Engine;
  using B = engine::Buffers;
  std::vector<Illegal> all;
  engine::Engine legal = engines()[1];
  legal.in_lanes = 3;
  engine::Engine pairs = legal, fours = legal;
  pairs.products = 2, fours.products = 4, fours.weight_bits = fours.feature_bits = 4;
  const auto add = [&](const engine::Engine& base, int E::*member, const char* parameter, int value) {
    all.push_back({base, base, parameter});
    all.back().illegal.*member = value;
  };
  add(legal, &E::weight_bits, "WeightBits", 17), add(legal, &E::feature_bits, "FeatureBits", 1);
  add(legal, &E::acc_bits, "AccBits", 41), add(legal, &E::dw_lanes, "DwLanes", 3), add(legal, &E::out_lanes, "OutLanes", 68);
  add(legal, &E::dw_in_luts, "DwInLuts", 2), add(legal, &E::unit_groups, "UnitGroups", 3);
  // Joined operands: of an odd channel, wider than a port, sums wider than their field.
  add(pairs, &E::out_lanes, "OutLanes", 5), add(pairs, &E::weight_bits, "WeightBits", 16);
  add(pairs, &E::feature_bits, "FeatureBits", 10), add(fours, &E::feature_bits, "FeatureBits", 8);
  add(fours, &E::weight_bits, "WeightBits", 7);
  for (const auto& [member, parameter, value] : {std::tuple{&B::layers, "Layers", 33},
                                                 {&B::line_words, "LineWords", 16385},
                                                 {&B::side_words, "SideWords", 16385},
                                                 {&B::tile_words, "TileWords", 65536},
                                                 {&B::psum_words, "PsumWords", 16385},
                                                 {&B::result_words, "ResultWords", 16385},
                                                 {&B::pw_weight_words, "PwWeightWords", 131073},
                                                 {&B::dw_weight_words, "DwWeightWords", 32769},
                                                 {&B::pw_param_words, "PwParamWords", 16385},
                                                 {&B::dw_param_words, "DwParamWords", 16385}}) {
    all.push_back({legal, legal, parameter});
    all.back().illegal.buffers.*member = value;
  }
  return all;
}

// The value of a parameter of the engine in the text of a top, and where it stands.
std::pair<size_t, size_t> value_of(const std::string& text, const std::string& parameter) {
  const size_t at = text.find("." + parameter + "(") + parameter.size() + 2;
  return {at, text.find(')', at) - at};
}

// The text of a legal engine's top with one parameter changed to `value`.
std::string top_with(const engine::Engine& legal, const std::string& parameter, const std::string& value) {
  std::string text = emit::top(legal);
  const auto [at, length] = value_of(text, parameter);
  return text.replace(at, length, value);
}

// What the tools say of a top: Verilator's, then Yosys' output where it is there.
std::vector<base::ProcessResult> elaborate(const Folder& folder, const std::string& top) {
  base::write_file(folder.path / "duet_top.sv", top);
  std::vector<std::string> verilator{"verilator", "--lint-only", "-sv", "--top-module", "duet_top"};
  std::string yosys = "read_verilog -lib +/xilinx/cells_sim.v; read_verilog -sv";
  for (const std::string& file : files(emit::kGeneric)) verilator.push_back(file), yosys += " " + file;
  verilator.push_back((folder.path / "duet_top.sv").string());
  std::vector<base::ProcessResult> results{base::run_process(verilator)};
  yosys += " " + verilator.back() + "; hierarchy -top duet_top";
  if (base::have_program("yosys")) results.push_back(base::run_process({"yosys", "-q", "-p", yosys}));
  return results;
}

TEST(Rules, ElaborationRefusesWhatTheEstimatorRefuses) {
  const Folder folder;
  for (const Illegal& one : illegal_engines()) {
    const std::string reason = engine::illegal_because(one.illegal);
    ASSERT_EQ(engine::illegal_because(one.legal), "");
    ASSERT_NE(reason, "") << one.parameter;
    const Json json = engine::to_json(one.illegal);
    std::string value;  // of the only field that differs
    for (const Json* part : {&json, &json.at("buffers")})
      for (const auto& [name, number] : part->items()) {
        const Json legal = engine::to_json(one.legal), &other = part == &json ? legal : legal.at("buffers");
        if (number.is_number() && number != other.at(name)) value = number.dump();
      }
    for (const base::ProcessResult& tool : elaborate(folder, top_with(one.legal, one.parameter, value))) {
      EXPECT_NE(tool.exit_code, 0) << one.parameter << ": " << reason;
      EXPECT_NE(tool.output.find(rule(reason)), std::string::npos) << reason << tool.output.substr(0, 1000);
    }
  }
}

// A chain beyond the exact one, which no engine of the estimator's has.
TEST(Rules, ElaborationRefusesSumsThatOverflowTheirField) {
  const Folder folder;
  engine::Engine pairs = engines()[1];
  pairs.products = 2;
  ASSERT_EQ(engine::chain(pairs), 2);
  for (const base::ProcessResult& tool : elaborate(folder, top_with(pairs, "Chain", "3"))) {
    EXPECT_NE(tool.exit_code, 0);
    EXPECT_NE(tool.output.find("so many products of these widths do not fit one DSP"), std::string::npos);
  }
}

void run_bench(const std::string& module, const std::string& bench, const std::vector<std::string>& parameters,
               const std::string& vendor, const std::string& flags = "", const engine::Engine& engine = {}) {
  const Folder folder;
  std::vector<std::string> sources = files(vendor, engine);
  if (vendor != emit::kGeneric && !base::have_program("yosys")) GTEST_SKIP() << "needs the models that come with yosys";
  const std::vector<std::string> models = test::cells(vendor);
  sources.insert(sources.begin(), models.begin(), models.end());
  const fs::path program = test::build_bench({bench, module, sources, parameters, flags}, folder.path);
  const base::ProcessResult ran = base::run_process({program.string()});
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
}

const std::vector<std::string> kChain{"Lanes=4", "WeightBits=11", "FeatureBits=9", "AccBits=40"};
const std::vector<std::string> kRam{"Width=48", "Depth=1100"};  // one row of blocks, and a rest in others

TEST(Module, RequantizeRoundsAndSaturates) { run_bench("duet_requantize", "requantize", {"AccBits=30"}, emit::kGeneric); }
TEST(Module, ChainAddsProducts) { run_bench("duet_chain", "chain", kChain, emit::kGeneric); }
TEST(Module, ChainOfDspBlocksAddsProducts) { run_bench("duet_chain", "chain", kChain, "xc7"); }
TEST(Module, DspBlockTakesJoinedWeights) {
  run_bench("duet_chain", "chain", {"Lanes=4", "WeightBits=25", "FeatureBits=9", "AccBits=40"}, "xc7", "-DWEIGHT_BITS=25");
}
// Feature bits of one node of adders and of several, the highest row alone or one of two.
TEST(Module, MacOfLutsMultiplies) {
  for (const auto& [feature_bits, is_signed] : {std::pair{8, 0}, {7, 0}, {5, 1}, {6, 1}, {8, 1}}) {
    const std::string feature = std::to_string(feature_bits), sign = std::to_string(is_signed);
    run_bench("duet_mac_lut", "mac_lut", {"WeightBits=5", "FeatureBits=" + feature, "Signed=" + sign, "First=1"}, emit::kGeneric,
              "-DWEIGHT_BITS=5 -DFEATURE_BITS=" + feature + " -DSIGNED=" + sign);
  }
}
void run_column(int products, int weight_bits, int feature_bits, const std::string& vendor, bool quads = false) {
  engine::Engine engine;
  if (vendor != emit::kGeneric) engine.family = *device::family_of(vendor);
  engine.products = products, engine.weight_bits = weight_bits, engine.feature_bits = feature_bits;
  if (products == 6) engine.bundle.layers = {{false, 3}};
  const device::Packing packing = engine::pair(engine);
  ASSERT_EQ(packing.products, products);
  std::vector<std::string> parameters{"Lanes=8", "AccBits=16"};
  std::string flags;
  const auto set = [&](const char* parameter, const char* macro, int value) {
    if (*parameter) parameters.push_back(parameter + ("=" + std::to_string(value)));
    if (*macro) flags += std::string(" -D") + macro + "=" + std::to_string(value);
  };
  set("WeightBits", "WEIGHT_BITS", weight_bits), set("FeatureBits", "FEATURE_BITS", feature_bits);
  set("Products", "", products), set("Pixels", "PIXELS", packing.features), set("", "CHANNELS", engine::column_channels(engine));
  set("RowTaps", "TAPS", engine::row_taps(engine));
  set("PairShift", "", packing.weight_shift), set("PixelShift", "", packing.feature_shift);
  set("Quads", "QUADS", quads), set("Chain", "CHAIN", std::min(packing.chain, quads ? 2 : 8));
  run_bench("duet_column", "column", parameters, vendor, flags);
}
TEST(Module, ColumnTakesTwoChannelsApart) { run_column(2, 4, 4, emit::kGeneric); }
TEST(Module, ColumnTakesTwoPixelsApart) { run_column(2, 16, 4, emit::kGeneric); }
TEST(Module, ColumnTakesFourProductsApart) { run_column(4, 4, 4, emit::kGeneric); }
TEST(Module, ColumnTakesFourProductsApartOnTheOtherPorts) { run_column(4, 6, 4, emit::kGeneric); }
TEST(Module, ColumnTakesCutSumsApart) {
  run_column(2, 4, 4, emit::kGeneric, true);
  run_column(4, 4, 4, emit::kGeneric, true);
}
TEST(Module, ColumnOfDspBlocksTakesFourProductsApart) { run_column(4, 4, 4, "xc7"); }
TEST(Module, ColumnOfDspBlocksTakesWideFeatures) {
  run_column(2, 16, 4, "xc7");
  run_column(4, 6, 4, "xc7");
}

TEST(Module, ColumnTakesRowsApart) {
  for (const char* vendor : {emit::kGeneric, "xc7"}) run_column(6, 4, 4, vendor);
  run_column(6, 3, 3, "ecp5");
}

TEST(Module, MultiplierOfEcp5AddsProducts) { run_bench("duet_chain", "chain", kChain, "ecp5"); }
TEST(Module, ColumnOfEcp5TakesProductsApart) {
  run_column(2, 4, 4, "ecp5");
  run_column(4, 3, 2, "ecp5");
}

TEST(Module, SelectTakesTheLastWordForHigherIndices) {
  run_bench("duet_select", "select", {"Width=5", "Count=6"}, emit::kGeneric);
}
TEST(Module, RamKeepsWords) { run_bench("duet_ram", "ram", kRam, emit::kGeneric); }
TEST(Module, RamOfBlocksKeepsWords) { run_bench("duet_ram", "ram", kRam, "xc7"); }
TEST(Module, RamOfEqualBlocksKeepsWords) { run_bench("duet_ram", "ram", {"Width=48", "Depth=2000"}, "xc7", "-DDEPTH=2000"); }
TEST(Module, RamOfEcp5KeepsWords) {
  for (const char* depth : {"300", "1000", "2000", "4000", "8000", "16000", "20000"})  // every shape, and rows of the deepest
    run_bench("duet_ram", "ram", {"Width=48", std::string("Depth=") + depth}, "ecp5", std::string("-DDEPTH=") + depth);
}

TEST(Module, RamOfIce40KeepsWords) {
  for (const char* depth : {"200", "500", "1000", "2000"})  // every shape
    run_bench("duet_ram", "ram", {"Width=48", std::string("Depth=") + depth}, "ice40", std::string("-DDEPTH=") + depth,
              compact());
}
TEST(Module, AccumulateAddsProducts) { run_bench("duet_accumulate", "accumulate", {}, emit::kGeneric, "", compact()); }
TEST(Module, MultiplierOfIce40AddsProducts) { run_bench("duet_accumulate", "accumulate", {}, "ice40", "", compact()); }
TEST(Module, StoreRamKeepsWords) { run_bench("duet_store_ram", "store_ram", {}, emit::kGeneric, "-DCOMPLEMENTS", compact()); }
TEST(Module, StoreRamOfIce40KeepsWords) { run_bench("duet_store_ram", "store_ram", {}, "ice40", "", compact()); }

}  // namespace
}  // namespace duet
