// Modules of rtl/ alone: lint of everything in two tools, and benches against their C++ twins.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/files.h"
#include "base/process.h"
#include "device/packing.h"
#include "emit/emit.h"
#include "program/program.h"
#include "support/bench.h"

namespace duet {
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = DUET_SOURCE_DIR;

struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "duet-rtl-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
};

std::vector<std::string> files(emit::Vendor vendor) {
  std::vector<std::string> all;
  for (const fs::path& file : emit::rtl_files(vendor)) all.push_back(file.string());
  return all;
}

std::vector<engine::Engine> engines() {
  std::vector<engine::Engine> all(5);
  all[0].weight_bits = 16;
  all[1].in_lanes = 4, all[1].out_lanes = 4, all[1].dw_lanes = 1, all[1].acc_bits = 24;
  all[2].in_lanes = 6, all[2].out_lanes = 10, all[2].dw_lanes = 2, all[2].weight_bits = 11, all[2].feature_bits = 9;
  all[3].in_lanes = 1, all[3].out_lanes = 1, all[3].dw_lanes = 1, all[3].weight_bits = 2, all[3].feature_bits = 2;
  all[4].in_lanes = 24, all[4].out_lanes = 18, all[4].dw_lanes = 12, all[4].weight_bits = all[4].feature_bits = 4;
  all[4].acc_bits = 18, all[4].products = 4, all[4].unit_groups = 2, all[4].dw_in_luts = 1;
  net::Network network = *net::find_known("dnn-a");
  network.input = {3, 31, 45};
  for (engine::Engine& engine : all) engine = program::size_for(engine, network);
  return all;
}

TEST(Lint, VerilatorFindsNothing) {
  const Folder folder;
  for (const engine::Engine& engine : engines()) {
    base::write_file(folder.path / "duet_top.sv", emit::top(engine));
    std::vector<std::string> command{"verilator", "--lint-only", "-Wall", "-sv", "--top-module", "duet_top"};
    for (const std::string& file : files(emit::Vendor::generic)) command.push_back(file);
    command.push_back((folder.path / "duet_top.sv").string());
    const base::ProcessResult result = base::run_process(command);
    EXPECT_EQ(result.exit_code, 0) << engine::to_json(engine).dump() << result.output.substr(0, 3000);
  }
}

TEST(Lint, YosysReadsEverything) {
  if (!base::have_program("yosys")) GTEST_SKIP() << "yosys is not installed";
  const Folder folder;
  base::write_file(folder.path / "duet_top.sv", emit::top(engines()[2]));
  for (const emit::Vendor vendor : {emit::Vendor::generic, emit::Vendor::xc7}) {
    std::string script = "read_verilog -lib +/xilinx/cells_sim.v; read_verilog -sv";
    for (const std::string& file : files(vendor)) script += " " + file;
    script += " " + (folder.path / "duet_top.sv").string() + "; hierarchy -top duet_top; proc; check";
    const base::ProcessResult result =
        base::run_process({"yosys", "-q", "-e", "implicitly declared|has no driver|multiple drivers", "-p", script});
    EXPECT_EQ(result.exit_code, 0) << result.output.substr(0, 3000);
  }
}

// The words of a reason that the RTL repeats: up to what holds for this engine alone.
std::string rule(const std::string& reason) { return reason.substr(0, reason.find(':')); }

struct Illegal {
  int engine::Engine::*member;
  const char* parameter;
  int value, products;
};

// The text of a legal engine's top with one parameter changed.
std::string top_with(const engine::Engine& legal, const Illegal& illegal) {
  std::string text = emit::top(legal);
  const std::string before = "." + std::string(illegal.parameter) + "(" + std::to_string(legal.*illegal.member) + ")";
  const size_t at = text.find(before);
  EXPECT_NE(at, std::string::npos) << before;
  return text.replace(at, before.size(), "." + std::string(illegal.parameter) + "(" + std::to_string(illegal.value) + ")");
}

TEST(Rules, ElaborationRefusesWhatTheEstimatorRefuses) {
  using E = engine::Engine;
  const std::vector<Illegal> all{
      {&E::weight_bits, "WeightBits", 17, 1}, {&E::feature_bits, "FeatureBits", 1, 1}, {&E::acc_bits, "AccBits", 41, 1},
      {&E::dw_lanes, "DwLanes", 3, 1},        {&E::out_lanes, "OutLanes", 68, 1},      {&E::out_lanes, "OutLanes", 5, 2},
      {&E::weight_bits, "WeightBits", 16, 2}, {&E::dw_in_luts, "DwInLuts", 2, 1},      {&E::unit_groups, "UnitGroups", 3, 1}};
  const Folder folder;
  for (const Illegal& illegal : all) {
    engine::Engine engine = engines()[1];
    engine.in_lanes = 3, engine.products = illegal.products;
    base::write_file(folder.path / "duet_top.sv", top_with(engine, illegal));
    engine.*illegal.member = illegal.value;
    const std::string reason = engine::illegal_because(engine);
    ASSERT_NE(reason, "");
    std::vector<std::string> verilator{"verilator", "--lint-only", "-sv", "--top-module", "duet_top"};
    std::string yosys = "read_verilog -lib +/xilinx/cells_sim.v; read_verilog -sv";
    for (const std::string& file : files(emit::Vendor::generic)) verilator.push_back(file), yosys += " " + file;
    verilator.push_back((folder.path / "duet_top.sv").string());
    yosys += " " + verilator.back() + "; hierarchy -top duet_top";
    const base::ProcessResult simulator = base::run_process(verilator);
    EXPECT_NE(simulator.exit_code, 0) << reason;
    EXPECT_NE(simulator.output.find(rule(reason)), std::string::npos) << reason << simulator.output.substr(0, 1000);
    if (!base::have_program("yosys")) continue;
    const base::ProcessResult synthesiser = base::run_process({"yosys", "-q", "-p", yosys});
    EXPECT_NE(synthesiser.exit_code, 0) << reason;
    EXPECT_NE(synthesiser.output.find(rule(reason)), std::string::npos) << reason << synthesiser.output.substr(0, 1000);
  }
}

void run_bench(const std::string& module, const std::string& bench, const std::vector<std::string>& parameters,
               emit::Vendor vendor, const std::string& flags = "") {
  const Folder folder;
  std::vector<std::string> sources = files(vendor);
  if (vendor == emit::Vendor::xc7) {
    const fs::path cells = "/usr/share/yosys/xilinx/cells_sim.v";
    if (!fs::exists(cells)) GTEST_SKIP() << "needs the simulation models that come with yosys";
    sources.insert(sources.begin(), cells.string());
  }
  const fs::path program = test::build_bench({bench, module, sources, parameters, flags}, folder.path);
  const base::ProcessResult ran = base::run_process({program.string()});
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
}

const std::vector<std::string> kChain{"Lanes=4", "WeightBits=11", "FeatureBits=9", "AccBits=40"};
const std::vector<std::string> kRam{"Width=48", "Depth=1100"};  // one row of blocks, and a rest in others

TEST(Module, RequantizeRoundsAndSaturates) { run_bench("duet_requantize", "requantize", {"AccBits=30"}, emit::Vendor::generic); }
TEST(Module, ChainAddsProducts) { run_bench("duet_chain", "chain", kChain, emit::Vendor::generic); }
TEST(Module, ChainOfDspBlocksAddsProducts) { run_bench("duet_chain", "chain", kChain, emit::Vendor::xc7); }
TEST(Module, DspBlockTakesJoinedWeights) {
  run_bench("duet_chain", "chain", {"Lanes=4", "WeightBits=25", "FeatureBits=9", "AccBits=40"}, emit::Vendor::xc7,
            "-DWEIGHT_BITS=25");
}
const std::vector<std::string> kColumn{"Lanes=8", "WeightBits=4", "FeatureBits=4", "AccBits=16"};
void run_column(int pixels, emit::Vendor vendor) {
  const device::Packing packing = device::join(device::ports(device::Family::xc7), {-7, 7}, {0, 15}, 2, pixels);
  ASSERT_EQ(packing.products, 2 * pixels);
  const int chain = std::min(packing.chain, 8);
  std::vector<std::string> parameters = kColumn;
  parameters.push_back("Products=" + std::to_string(packing.products));
  parameters.push_back("Chain=" + std::to_string(chain));
  parameters.push_back("PairShift=" + std::to_string(packing.weight_shift));
  parameters.push_back("PixelShift=" + std::to_string(packing.feature_shift));
  run_bench("duet_column", "column", parameters, vendor,
            "-DPIXELS=" + std::to_string(pixels) + " -DCHAIN=" + std::to_string(chain));
}
TEST(Module, ColumnTakesTwoProductsApart) { run_column(1, emit::Vendor::generic); }
TEST(Module, ColumnTakesFourProductsApart) { run_column(2, emit::Vendor::generic); }
TEST(Module, ColumnOfDspBlocksTakesFourProductsApart) { run_column(2, emit::Vendor::xc7); }

TEST(Module, RamKeepsWords) { run_bench("duet_ram", "ram", kRam, emit::Vendor::generic); }
TEST(Module, RamOfBlocksKeepsWords) { run_bench("duet_ram", "ram", kRam, emit::Vendor::xc7); }
TEST(Module, RamOfEqualBlocksKeepsWords) {
  run_bench("duet_ram", "ram", {"Width=48", "Depth=2000"}, emit::Vendor::xc7, "-DDEPTH=2000");
}

}  // namespace
}  // namespace duet
