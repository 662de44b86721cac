// The designs of docs/architecture.md at full size, as the table there says.
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/process.h"

namespace duet {
namespace {

// 1210505 -> "1,210,505", as the documents write it.
std::string grouped(int64_t value) {
  std::string text = std::to_string(value);
  for (int place = static_cast<int>(text.size()) - 3; place > 0; place -= 3) text.insert(static_cast<size_t>(place), ",");
  return text;
}

class DnnA : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(DnnA, EqualsTheGoldenModelAndTheDocumentedCycles) {
  std::vector<std::string> command{"sh", "-c", "exec \"$0\" \"$@\" 2>/dev/null", DUET_PROGRAM, "simulate", "dnn-a", "--json"};
  command.insert(command.end(), GetParam().begin(), GetParam().end());
  const auto ran = base::run_process(command);
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  const Json result = Json::parse(ran.output);
  EXPECT_GT(result.at("bytes_compared").get<int64_t>(), 0);
  EXPECT_EQ(result.at("bytes_differ").get<int64_t>(), 0);
  EXPECT_EQ(result.at("cycles_simulated"), result.at("cycles_predicted"));
  const std::string page = base::read_file(std::filesystem::path(DUET_SOURCE_DIR) / "docs/architecture.md");
  const std::string cycles = grouped(result.at("cycles_simulated").get<int64_t>());
  EXPECT_NE(page.find("| " + cycles + " |"), std::string::npos) << cycles << " is not in the table of docs/architecture.md";
}

using Arguments = std::vector<std::string>;
INSTANTIATE_TEST_SUITE_P(Table, DnnA,
                         testing::Values(Arguments{"--widths", "16,8", "--lanes", "12,18,3", "--dw-in-luts"},
                                         Arguments{"--widths", "16,8", "--lanes", "8,24,2"},
                                         Arguments{"--widths", "8,8", "--lanes", "24,18,6", "--products", "2", "--dw-in-luts"},
                                         Arguments{"--widths", "8,8", "--lanes", "12,36,6", "--products", "2", "--dw-in-luts"},
                                         Arguments{"--widths", "4,4", "--lanes", "12,36,6", "--products", "2", "--dw-in-luts"}));

}  // namespace
}  // namespace duet
