#include "study/plot.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"

namespace duet::study {
namespace {

constexpr double kLargestBubble = 9;  // point sizes

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

double largest(const Plot& plot) {
  double most = 0;
  for (const Series& series : plot.series)
    for (const Point& point : series.points) most = std::max(most, point.size);
  return most;
}

// gnuplot's way to draw series `index`.
std::string with(const Series& series, size_t index) {
  const std::string data = fmt::format("$s{}", index), title = " title " + quoted(series.title);
  switch (series.mark) {
    case Mark::line:
      return data + " using 1:2 with linespoints pointtype 7 pointsize 0.4" + title;
    case Mark::dots:
      return data + " using 1:2 with points pointtype 6 pointsize 1 linecolor black" + title;
    case Mark::bubbles:
      return data + " using 1:2:3 with points pointtype 7 pointsize variable" + title + ", " + data +
             " using 1:2:4 with labels offset 0,1 notitle";
  }
  return "";
}

std::string script(const Plot& plot) {
  std::string text = fmt::format(
      "set terminal svg noenhanced size 860,480 background 'white' font 'sans-serif,14'\nset output {}\nset title {}\nset xlabel "
      "{}\n"
      "set ylabel {}\nset grid\nset key outside right\nset offsets graph 0.03, graph 0.03, graph 0.05, graph 0.05\n",
      quoted(plot.name + ".svg"), quoted(plot.title), quoted(plot.x), quoted(plot.y));
  const double most = largest(plot);
  for (size_t i = 0; i < plot.series.size(); ++i) {
    text += fmt::format("$s{} << END\n", i);
    for (const Point& p : plot.series[i].points)
      text += fmt::format("{:g} {:g} {:.3f} {}\n", p.x, p.y, most > 0 ? kLargestBubble * std::sqrt(p.size / most) : 0,
                          quoted(p.label));
    text += "END\n";
  }
  text += "plot ";
  for (size_t i = 0; i < plot.series.size(); ++i) text += (i ? ", \\\n     " : "") + with(plot.series[i], i);
  return text + "\n";
}

}  // namespace

void draw(const Plot& plot, const std::filesystem::path& folder) {
  if (!base::have_program("gnuplot"))
    throw Error("is not installed", "gnuplot", "install Debian's gnuplot-nox: `make deps` does");
  const auto file = folder / (plot.name + ".gnuplot");
  base::write_file(file, script(plot));
  base::ProcessOptions options;
  options.directory = folder;
  const auto ran = base::run_process({"gnuplot", file.filename().string()}, options);
  if (ran.exit_code) throw Error("gnuplot failed: " + ran.output.substr(0, 300), file.string(), "is its version 5 or newer?");
}

}  // namespace duet::study
