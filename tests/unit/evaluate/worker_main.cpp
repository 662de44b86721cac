// The test program is its own worker: `test_evaluate evaluate SPEC.json --store DIR --worker` runs a kind made for the tests.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "base/files.h"
#include "evaluate/evaluate.h"

namespace duet::evaluate {
namespace {

namespace fs = std::filesystem;

// Counts its steps in a file and reports each, as a training writes its checkpoints.
Json count(const Json& spec, const fs::path& folder, const Progress& progress) {
  const int steps = spec.at("steps");
  int done = fs::exists(folder / "step") ? std::stoi(base::read_file(folder / "step")) : 0;
  base::write_file(folder / ("attempt" + std::to_string(done)), "");
  for (; done < steps; ++done) {
    ::usleep(spec.value("step_us", 0));
    if (done == spec.value("die_at", -1)) ::raise(SIGKILL);
    base::write_file(folder / "step", std::to_string(done + 1));
    progress(done + 1, steps, "counting");
  }
  return {{"counted", done}};
}

const Kinds kTestKinds{
    {"count", count},
    {"fail", [](const Json&, const fs::path&, const Progress&) -> Json { throw Error("cannot be", "here", "do not ask"); }},
    {"wait for",
     [](const Json& spec, const fs::path&, const Progress&) -> Json {
       if (!fs::exists(spec.at("path").get<std::string>())) throw PassingError("is gone", "late", "");
       return 1;
     }},
    {"killed tool",
     [](const Json&, const fs::path&, const Progress&) -> Json { throw Error("ended with code 143", "yosys", ""); }},
    {"full",
     [](const Json&, const fs::path&, const Progress&) -> Json {
       throw Error("cannot write: No space left on device", "x", "");
     }},
    {"sleep", [](const Json&, const fs::path&, const Progress&) -> Json { return ::sleep(60), Json(1); }},
    {"abort", [](const Json&, const fs::path&, const Progress&) -> Json { ::abort(); }},
    {"die once", [](const Json&, const fs::path& folder, const Progress&) -> Json {
       if (!fs::exists(folder / "died")) base::write_file(folder / "died", ""), ::raise(SIGKILL);
       return "alive";
     }}};

int worker(int argc, char** argv) {
  const Progress progress = [](double done, double total, const std::string& note) {
    std::puts(progress_line(done, total, note).c_str());
    std::fflush(stdout);
  };
  const bool retry = argc > 6 && !std::strcmp(argv[6], "--retry");
  return evaluate(base::read_json(argv[2]), Store(argv[4]), kTestKinds, progress, retry).done() ? 0 : 2;
}

}  // namespace
}  // namespace duet::evaluate

int main(int argc, char** argv) {
  if (argc > 4 && !std::strcmp(argv[1], "evaluate")) return duet::evaluate::worker(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
