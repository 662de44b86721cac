#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace duet::base {

struct ProcessOptions {
  std::filesystem::path directory;                  ///< working directory; empty: the caller's
  std::map<std::string, std::string> environment;   ///< added to the caller's
  std::chrono::seconds timeout{0};                  ///< 0: none
  std::function<void(const std::string&)> on_line;  ///< called with each whole line of output as it comes
};

struct ProcessResult {
  int exit_code = 0;       ///< 128 + signal when ended by one
  bool timed_out = false;  ///< the whole process group was killed
  std::string output;      ///< standard output and error together
};

/// Runs a program (argv[0] is looked up on PATH) and waits for it. The child dies with this process. Throws Error when the
/// program is not installed.
ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options = {});

/// Where on PATH `program` lies; empty where it does not.
std::filesystem::path find_program(const std::string& program);
/// True when `program` is on PATH.
bool have_program(const std::string& program);

}  // namespace duet::base
