#include "base/error.h"
#include "base/files.h"
#include "report/report.h"

// The page's parts and Chart.js, embedded at build time (src/CMakeLists.txt).
namespace duet::report::embedded {
extern const std::string_view chart_js, page_html, page_css, base_js, scatter_js, designs_js, pareto_js, training_js, network_js,
    hardware_js, pictures_js, main_js;
}

namespace duet::report {
namespace {

// Inside a script element only `</` and `<!--` end or hide what follows; \u003c is the same character to JSON.
std::string for_script(const std::string& json) {
  std::string text;
  text.reserve(json.size());
  for (char c : json) c == '<' ? text += "\\u003c" : text += c;
  return text;
}

std::string for_html(const std::string& words) {
  std::string text;
  for (char c : words) switch (c) {
      case '<':
        text += "&lt;";
        break;
      case '>':
        text += "&gt;";
        break;
      case '&':
        text += "&amp;";
        break;
      case '"':
        text += "&quot;";
        break;
      default:
        text += c;
    }
  return text;
}

void insert(std::string& page, const std::string& mark, std::string_view text) {
  const auto at = page.find(mark);
  DUET_CHECK(at != std::string::npos, mark);
  page.replace(at, mark.size(), text);
}

Report complete(Report report) {
  if (report.forecast) return report;
  for (const Finalist& finalist : report.finalists)
    if (finalist.chosen) report.forecast = make_forecast(finalist);
  return report;
}

}  // namespace

std::string html(const Report& report) {
  std::string page(embedded::page_html);
  // The data last: it may hold the marks' text.
  insert(page, "/*{css}*/", embedded::page_css);
  insert(page, "{title}", for_html("duet: " + report.title));
  insert(page, "/*{chart}*/", embedded::chart_js);
  std::string script;
  for (auto part : {embedded::base_js, embedded::scatter_js, embedded::designs_js, embedded::pareto_js, embedded::training_js,
                    embedded::network_js, embedded::hardware_js, embedded::pictures_js, embedded::main_js})
    script += part;
  insert(page, "/*{js}*/", script);
  insert(page, "{data}", for_script(to_json(complete(report)).dump()));
  return page;
}

void write_page(const Report& report, const std::filesystem::path& file) { base::write_file(file, html(report)); }

}  // namespace duet::report
