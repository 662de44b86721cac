#include "report/report.h"

#include <memory>

#include "cli/verb.h"

namespace duet::cli {

namespace fs = std::filesystem;

void add_report(CLI::App& app) {
  struct Options {
    fs::path directory, out;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = add_verb(app, "report", "Write a run's page again: one HTML file that opens offline",
                            "duet report build/demo --out demo.html", [options] {
                              const report::Report report = report::load(options->directory);
                              const fs::path out = options->out.empty() ? options->directory / "report.html" : options->out;
                              report::write_page(report, out);
                              if (options->json)
                                print_json({{"report", out.string()}, {"bytes", fs::file_size(out)}, {"state", report.state}});
                              else
                                print(out.string());
                            });
  verb->add_option("DIR", options->directory, "Directory of the run (holds report.json)")->required();
  verb->add_option("--out", options->out, "File to write; default: DIR/report.html");
  add_json_flag(verb, options->json);
}

}  // namespace duet::cli
