// docs/integrate.md against what it describes: the packing tables, the list of parameters, the example.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <sstream>

#include "base/files.h"
#include "program/program.h"

namespace duet::engine {
namespace {

const std::filesystem::path kRoot = DUET_SOURCE_DIR;

std::string document() { return base::read_file(kRoot / "docs/integrate.md"); }

using Row = std::vector<std::string>;

// The table that follows the line which begins so, its header first, cells without the spaces around them.
std::vector<Row> table_behind(const std::string& text, const std::string& line) {
  const size_t at = text.find("\n" + line);
  if (at == std::string::npos) return {};
  std::istringstream lines(text.substr(at + 1));
  std::vector<Row> rows;
  for (std::string one; std::getline(lines, one);) {
    if (!one.starts_with("|")) {
      if (rows.empty()) continue;
      break;
    }
    if (one.starts_with("|---")) continue;
    Row row;
    std::istringstream cells(one.substr(1));
    for (std::string cell; std::getline(cells, cell, '|');) row.push_back(std::regex_replace(cell, std::regex("^ +| +$"), ""));
    rows.push_back(row);
  }
  return rows;
}

// What the table of so many products, of features with a sign or without, says of widths.
std::map<std::pair<int, int>, std::string> cells_of(int products, bool is_signed) {
  const std::vector<Row> rows =
      table_behind(document(), "`Products = " + std::to_string(products) + "`, `Signed = " + (is_signed ? "1`" : "0`"));
  std::map<std::pair<int, int>, std::string> cells;
  for (size_t row = 1; row < rows.size(); ++row)
    for (size_t column = 0; column < rows[0].size(); ++column)
      if (rows[0][column].starts_with("F"))
        cells[{std::stoi(rows[row][0]), std::stoi(rows[0][column].substr(1))}] = rows[row].at(column);
  return cells;
}

class PackingTable : public testing::TestWithParam<std::tuple<int, bool>> {};

// A cell of widths that the table leaves out is "-".
TEST_P(PackingTable, IsTheEngines) {
  const auto [products, is_signed] = GetParam();
  const auto cells = cells_of(products, is_signed);
  ASSERT_GT(cells.size(), 20u);
  Engine engine;
  engine.products = products, engine.bundle.relu = !is_signed;
  if (products == 6) engine.bundle.layers = {{false, 3}};
  for (int w = 2; w <= 16; ++w)
    for (int f = 2; f <= 16; ++f) {
      engine.weight_bits = w, engine.feature_bits = f;
      const device::Packing packing = pair(engine);
      std::string expected = "-";
      if (packing.products == products)
        expected = std::to_string(packing.weight_shift) + ", " + std::to_string(packing.feature_shift) + ": " +
                   std::to_string(std::min(packing.chain, 64));
      const auto cell = cells.find({w, f});
      EXPECT_EQ(cell == cells.end() ? "-" : cell->second, expected) << "W" << w << "F" << f;
    }
}
INSTANTIATE_TEST_SUITE_P(Integrate, PackingTable, testing::Combine(testing::Values(2, 4, 6), testing::Bool()));

TEST(Integrate, ListsEveryParameterWithItsDefault) {
  std::map<std::string, std::string> listed, there;
  for (const Row& row : table_behind(document(), "| parameter | default |"))
    if (row[0].starts_with("`")) listed[row[0].substr(1, row[0].size() - 2)] = row[1];
  const std::string rtl = base::read_file(kRoot / "rtl/duet_engine.sv");
  const std::string header = rtl.substr(0, rtl.find(") ("));
  const std::regex parameter(R"(parameter int (\w+) *= (\d+))");
  for (std::sregex_iterator i(header.begin(), header.end(), parameter), end; i != end; ++i) there[(*i)[1]] = (*i)[2];
  EXPECT_GT(there.size(), 20u);
  EXPECT_EQ(listed, there);
}

// The example is the engine of DNN-A W8F8: its lanes decide the rest.
TEST(Integrate, ExampleFollowsTheRules) {
  const std::string text = document(), example = text.substr(text.find("duet_engine #("));
  std::map<std::string, int> value;
  const std::regex assigned(R"(\.(\w+)\((\d+)\))");
  for (std::sregex_iterator i(example.begin(), example.end(), assigned), end; i != end; ++i) value[(*i)[1]] = std::stoi((*i)[2]);
  Engine e;
  e.in_lanes = value["InLanes"], e.out_lanes = value["OutLanes"], e.dw_lanes = value["DwLanes"];
  e.weight_bits = value["WeightBits"], e.feature_bits = value["FeatureBits"], e.acc_bits = value["AccBits"];
  e.products = value["Products"], e.unit_groups = value["UnitGroups"], e.dw_in_luts = value["DwInLuts"];
  EXPECT_EQ(illegal_because(e), "");
  EXPECT_EQ(value["BeatLanes"], beat_lanes(e));
  EXPECT_EQ(value["HeadLanes"], head_lanes(e));
  EXPECT_EQ(value["BankLanes"], bank_lanes(e));
  EXPECT_EQ(value["Quads"], quads(e));
  EXPECT_EQ(value["Nibbles"], nibbles(e));
  EXPECT_EQ(value["DwKernel"], dw_kernel(e));
  EXPECT_EQ(value["ArrayKernel"], array_kernel(e));
  EXPECT_EQ(value["Diagonal"], diagonal(e));
  EXPECT_EQ(value["Signed"], signed_features(e));
  EXPECT_EQ(value["Average"], e.bundle.pool == net::Pool::average);
  EXPECT_EQ(value["Bypass"], e.bypass);
  EXPECT_EQ(value["DigitBits"], digit_bits(e));
  EXPECT_EQ(value["Chain"], chain(e));
  EXPECT_EQ(value["Pixels"], pixels(e));
  EXPECT_EQ(value["PairShift"], pair(e).weight_shift);
  EXPECT_EQ(value["PixelShift"], pair(e).feature_shift);
  const Buffers b = program::size_for(e, *net::find_known("dnn-a")).buffers;
  const Buffers shown{value["LineWords"],    value["SideWords"],     value["TileWords"],     value["PsumWords"],
                      value["ResultWords"],  value["PwWeightWords"], value["DwWeightWords"], value["PwParamWords"],
                      value["DwParamWords"], value["Layers"]};
  EXPECT_EQ(shown, b);
}

}  // namespace
}  // namespace duet::engine
