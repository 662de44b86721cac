#include <fmt/core.h>

#include <fstream>
#include <thread>

#include "base/error.h"
#include "base/fields.h"
#include "base/files.h"
#include "study/study.h"

namespace duet::study {
namespace fs = std::filesystem;
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  return out;
}

std::string row(const std::vector<std::string>& cells, const std::string& begin, const std::string& between,
                const std::string& end) {
  std::string text = begin;
  for (size_t i = 0; i < cells.size(); ++i) text += (i ? between : "") + cells[i];
  return text + end + "\n";
}

std::string markdown(const Table& table) {
  std::string text = row(table.columns, "| ", " | ", " |");
  text += row(std::vector<std::string>(table.columns.size(), "---"), "|", "|", "|");
  for (const auto& cells : table.rows) text += row(cells, "| ", " | ", " |");
  return text;
}

std::string how(const Run& run) {
  return fmt::format("{}: seed {}, {:.0f} s on {}{}.", run.command, run.seed, run.seconds, run.machine,
                     run.small ? "; a few points only (--small)" : "");
}

std::string html(const Study& study, const Figure& figure, const std::vector<Run>& runs, const fs::path& folder) {
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n"
      "<title>duet study {0}</title>\n<style>body{{font:16px/1.5 sans-serif;max-width:900px;margin:2em auto;padding:0 1em}}"
      "svg{{max-width:100%;height:auto}}table{{border-collapse:collapse}}td,th{{padding:.2em .7em;border-bottom:1px solid #ccc;"
      "text-align:right}}td:first-child,th:first-child{{text-align:left}}</style>\n<h1>{1}</h1>\n<p>The {2} of the paper, "
      "drawn "
      "again.</p>\n",
      study.name, escaped(study.title), study.figure);
  for (const Plot& plot : figure.plots) {
    const std::string svg = base::read_file(folder / (plot.name + ".svg"));
    page += svg.substr(svg.find("<svg")) + "\n";
  }
  const auto paragraph = [&](const std::string& text) { page += "<p>" + escaped(text) + "</p>\n"; };
  for (const std::string& note : figure.notes) paragraph(note);
  std::vector<std::string> head;
  for (const std::string& column : figure.table.columns) head.push_back(escaped(column));
  page += "<table>\n" + row(head, "<tr><th>", "</th><th>", "</th></tr>");
  for (const auto& cells : figure.table.rows) {
    std::vector<std::string> safe;
    for (const std::string& cell : cells) safe.push_back(escaped(cell));
    page += row(safe, "<tr><td>", "</td><td>", "</td></tr>");
  }
  page += "</table>\n";
  for (const Run& run : runs) {
    paragraph(how(run));
    for (const std::string& note : run.measured.notes) paragraph(note);
  }
  return page + "</html>\n";
}

}  // namespace

std::string machine() {
  std::ifstream info("/proc/cpuinfo");
  std::string line, name = "unknown processor";
  while (std::getline(info, line))
    if (line.rfind("model name", 0) == 0) {
      name = line.substr(line.find(':') + 2);
      break;
    }
  return fmt::format("{} threads of {}", std::thread::hardware_concurrency(), name);
}

Run read_run(const Study& study, const fs::path& file) {
  const Json json = base::read_json(file);
  const std::string where = file.string();
  if (!json.is_object() || json.value("study", "") != study.name)
    throw Error(fmt::format("is no run of the study {}", study.name), where, "give the JSON file that such a run left");
  return {base::text_field(json, "command", where),
          base::text_field(json, "machine", where),
          static_cast<uint64_t>(base::int_field(json, "seed", 0, INT64_MAX, where)),
          base::bool_field(json, "small", where),
          base::number_field(json, "seconds", where),
          {base::field(json, "points", where), base::field(json, "notes", where).get<std::vector<std::string>>()}};
}

Figure write(const Study& study, const std::vector<Run>& runs, const fs::path& folder) {
  fs::create_directories(folder);
  const std::string name = study.name;
  const Run& now = runs.at(0);
  base::write_json(folder / (name + ".json"), {{"study", name},
                                               {"figure", study.figure},
                                               {"command", now.command},
                                               {"seed", now.seed},
                                               {"small", now.small},
                                               {"seconds", now.seconds},
                                               {"machine", now.machine},
                                               {"notes", now.measured.notes},
                                               {"points", now.measured.points}});
  Json points = Json::array();
  for (const Run& run : runs) points.insert(points.end(), run.measured.points.begin(), run.measured.points.end());
  const Figure figure = study.present(points);
  for (const Plot& plot : figure.plots) draw(plot, folder);
  base::write_file(folder / (name + ".md"), markdown(figure.table));
  base::write_file(folder / (name + ".html"), html(study, figure, runs, folder));
  return figure;
}

}  // namespace duet::study
