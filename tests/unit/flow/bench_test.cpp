// What makes a row of the accelerator bench fail. (The bench itself runs in the slow tests.)
#include "flow/bench.h"

#include <gtest/gtest.h>

namespace duet::flow {
namespace {

Json kept() {
  return {{"cycles", 100},       {"cycles_predicted", 100}, {"most_cycles", 100}, {"ratio", 0.9}, {"least_ratio", 0.9},
          {"bytes_compared", 1}, {"bytes_differ", 0},       {"lut", 45220},       {"ff", 1},      {"dsp", 220},
          {"bram36", 140},       {"logic_levels", 8}};
}

std::string reason(Json row) {
  judge(device::find_device("pynq-z1"), row);
  return row.value("reason", "");
}

TEST(Bench, RowThatKeepsItsCeilingsHasNoReason) { EXPECT_EQ(reason(kept()), ""); }

TEST(Bench, EveryFigureIsHeldToItsLimit) {
  const std::pair<const char*, Json> worse[] = {
      {"cycles", 101},     {"cycles_predicted", 99}, {"ratio", 0.899}, {"bytes_compared", 0},
      {"bytes_differ", 1}, {"lut", 45221},           {"ff", 90441},    {"dsp", 221},
      {"bram36", 140.5},   {"logic_levels", 9}};
  for (const auto& [figure, value] : worse) {
    Json row = kept();
    row[figure] = value;
    EXPECT_NE(reason(row).find(figure), std::string::npos) << figure << ": " << reason(row);
  }
}

TEST(Bench, FigureThatIsNotThereIsNotJudged) {
  Json row = kept();
  for (auto& [figure, value] : row.items())
    if (figure != "most_cycles" && figure != "least_ratio") value = nullptr;
  row["reason"] = "no engine fits";
  EXPECT_EQ(reason(row), "no engine fits");
}

}  // namespace
}  // namespace duet::flow
