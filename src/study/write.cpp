#include <fmt/core.h>

#include <fstream>
#include <thread>

#include "base/files.h"
#include "study/study.h"

namespace duet::study {
namespace fs = std::filesystem;
namespace {

// The processor's name, and how many threads it has.
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

std::string html(const Study& study, const Findings& findings, const std::string& how, const fs::path& folder) {
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n"
      "<title>duet study {0}</title>\n<style>body{{font:16px/1.5 sans-serif;max-width:900px;margin:2em auto;padding:0 1em}}"
      "svg{{max-width:100%;height:auto}}table{{border-collapse:collapse}}td,th{{padding:.2em .7em;border-bottom:1px solid #ccc;"
      "text-align:right}}td:first-child,th:first-child{{text-align:left}}</style>\n<h1>{1}</h1>\n<p>Figure {2} of the paper, "
      "drawn "
      "again. {3}</p>\n",
      study.name, escaped(study.title), study.figure, escaped(how));
  for (const Plot& plot : findings.plots) {
    const std::string svg = base::read_file(folder / (plot.name + ".svg"));
    page += svg.substr(svg.find("<svg")) + "\n";
  }
  for (const std::string& note : findings.notes) page += "<p>" + escaped(note) + "</p>\n";
  std::vector<std::string> head;
  for (const std::string& column : findings.table.columns) head.push_back(escaped(column));
  page += "<table>\n" + row(head, "<tr><th>", "</th><th>", "</th></tr>");
  for (const auto& cells : findings.table.rows) {
    std::vector<std::string> safe;
    for (const std::string& cell : cells) safe.push_back(escaped(cell));
    page += row(safe, "<tr><td>", "</td><td>", "</td></tr>");
  }
  return page + "</table>\n</html>\n";
}

}  // namespace

void write(const Study& study, const Settings& settings, const Findings& findings, double seconds, const std::string& command,
           const fs::path& folder) {
  fs::create_directories(folder);
  for (const Plot& plot : findings.plots) draw(plot, folder);
  const std::string how = fmt::format("{}: seed {}, {:.0f} s on {}{}.", command, settings.seed, seconds, machine(),
                                      settings.small ? "; a few points only (--small)" : "");
  const std::string name = study.name;
  base::write_json(folder / (name + ".json"), {{"study", name},
                                               {"figure", study.figure},
                                               {"command", command},
                                               {"seed", settings.seed},
                                               {"small", settings.small},
                                               {"seconds", seconds},
                                               {"machine", machine()},
                                               {"notes", findings.notes},
                                               {"points", findings.points}});
  base::write_file(folder / (name + ".md"), markdown(findings.table));
  base::write_file(folder / (name + ".html"), html(study, findings, how, folder));
}

}  // namespace duet::study
