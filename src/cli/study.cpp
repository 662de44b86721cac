#include "study/study.h"

#include <fmt/core.h>

#include <chrono>
#include <memory>

#include "base/error.h"
#include "cli/flow_options.h"

namespace duet::cli {
namespace {

struct Arguments {
  std::string name, data, out;
  std::vector<std::string> with;
  study::Settings settings;
  FlowOptions flow;
  bool json = false;
};

void list() {
  for (const study::Study* study : study::studies())
    print(fmt::format("{:<12} {:<10} {}", study->name, study->figure, study->title));
}

void show(const study::Table& table) {
  std::vector<size_t> widths(table.columns.size());
  for (size_t i = 0; i < widths.size(); ++i) {
    widths[i] = table.columns[i].size();
    for (const auto& row : table.rows) widths[i] = std::max(widths[i], row[i].size());
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (size_t i = 0; i < cells.size(); ++i) text += fmt::format("{:>{}}  ", cells[i], widths[i]);
    print(text);
  };
  line(table.columns);
  for (const auto& row : table.rows) line(row);
}

void run(Arguments a) {
  if (a.name.empty()) return list();
  const study::Study& study = study::find_study(a.name);
  const std::filesystem::path out =
      a.out.empty() ? std::filesystem::path("out") / "study" / a.name : std::filesystem::path(a.out);
  a.settings.data = a.data;
  std::vector<study::Run> runs(1);
  for (const std::string& file : a.with) runs.push_back(study::read_run(study, file));
  const auto start = std::chrono::steady_clock::now();
  runs[0].measured = study.measure(a.settings, make_world(a.flow));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  runs[0].command =
      fmt::format("duet study {}{}{}{}", a.name, a.data.empty() ? "" : " --data DIR",
                  a.settings.column.empty() ? "" : " --column " + a.settings.column, a.settings.small ? " --small" : "");
  runs[0].machine = study::machine(), runs[0].seed = a.settings.seed, runs[0].small = a.settings.small;
  runs[0].seconds = took.count();
  const study::Figure figure = study::write(study, runs, out);
  if (a.json) return print_json({{"points", runs[0].measured.points}, {"notes", figure.notes}, {"out", out.string()}});
  show(figure.table);
  for (const auto& notes : {figure.notes, runs[0].measured.notes})
    for (const std::string& note : notes) print(note);
  print(fmt::format("{}: {}.html, the plot, the table and all points", out.string(), a.name));
}

}  // namespace

void add_study(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = add_verb(
      app, "study", "Repeat one of the paper's observations: plot, table and page (without a name: a list)",
      "duet study dsp --out out/dsp", [a] { run(*a); }, true);
  verb->add_option("name", a->name, "Which one");
  verb->add_option("--data", a->data, "Labelled pictures, for studies of accuracy");
  verb->add_option("--column", a->settings.column, "Column of the pictures' table that gives the split");
  verb->add_option("--out", a->out, "Folder to write (default: out/study/NAME)");
  verb->add_option("--seed", a->settings.seed, "Of weights and trainings")->capture_default_str();
  verb->add_option("--with", a->with, "The JSON file of an earlier run, of another seed, to be shown too; may be repeated");
  verb->add_flag("--small", a->settings.small, "A few points in minutes, for a first look");
  add_flow_options(verb, a->flow);
  add_json_flag(verb, a->json);
}

}  // namespace duet::cli
