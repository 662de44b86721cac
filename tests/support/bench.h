#pragma once
// Programs around RTL: tests/rtl/bench/<name>.cpp with a module in Verilator.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/process.h"

namespace duet::test {

/// What a bench is made of.
struct Bench {
  std::string name, module;
  std::vector<std::string> sources, parameters;  ///< SystemVerilog files; parameters of the module, "Name=value"
  std::string flags;                             ///< for the C++ compiler
};

/// Builds a bench in `folder` and returns the program; the test fails where that fails.
inline std::filesystem::path build_bench(const Bench& bench, const std::filesystem::path& folder) {
  const std::filesystem::path root = DUET_SOURCE_DIR;
  std::vector<std::string> command{
      "verilator",     "--cc", "--exe",        "--build",    "-Wno-fatal",
      "-Wno-lint",     "-O3",  "--top-module", bench.module, "-Mdir",
      folder.string(), "-o",   "bench",        "-CFLAGS",    "-std=c++20 -I" + (root / "src").string() + " " + bench.flags};
  if (base::have_program("ccache")) command.insert(command.end(), {"-MAKEFLAGS", "OBJCACHE=ccache"});
  for (const std::string& parameter : bench.parameters) command.push_back("-G" + parameter);
  command.insert(command.end(), bench.sources.begin(), bench.sources.end());
  command.push_back((root / "tests" / "rtl" / "bench" / (bench.name + ".cpp")).string());
  const base::ProcessResult built = base::run_process(command);
  EXPECT_EQ(built.exit_code, 0) << built.output.substr(0, 3000);
  return folder / "bench";
}

}  // namespace duet::test
