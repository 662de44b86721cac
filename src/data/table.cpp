#include "data/table.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "data/reader.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

std::string simplified(const std::string& name) {
  std::string out;
  for (const unsigned char c : name)
    if (std::isalnum(c)) out += static_cast<char>(std::tolower(c));
  return out;
}

// The cells of one record; `at` and `line` move behind it. A quoted cell may go on over several lines.
std::vector<std::string> read_record(const std::string& bytes, size_t& at, int& line, const std::string& where) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (; at < bytes.size() && (quoted || bytes[at] != '\n'); ++at) {
    const char c = bytes[at];
    line += c == '\n';
    if (quoted && bytes.compare(at, 2, "\"\"") == 0)
      cells.back() += bytes[++at];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      cells.emplace_back();
    else
      cells.back() += c;
  }
  if (quoted) throw Error("opens a quote that nothing closes", where, "close it there, or remove it");
  ++at, ++line;
  for (std::string& cell : cells) cell = trim(cell);
  return cells;
}

}  // namespace

std::optional<size_t> Table::find(const std::vector<std::string>& names) const {
  for (const std::string& name : names)
    for (size_t i = 0; i < columns.size(); ++i)
      if (simplified(columns[i]) == simplified(name)) return i;
  return std::nullopt;
}

std::optional<size_t> Table::split_column(const std::string& asked) const {
  const auto column = find({asked.empty() ? "split" : asked});
  if (column || asked.empty()) return column;
  const std::string near = base::nearest(asked, columns);
  throw Error("has no column \"" + asked + "\"", path.string(),
              near.empty() ? "name one of its columns" : "did you mean \"" + near + "\"?");
}

Table read_table(const fs::path& path) {
  const std::string bytes = read_text(path);
  Table table;
  table.path = path;
  int line = 1;
  for (size_t at = 0; at < bytes.size();) {
    const std::string where = path.string() + ":" + std::to_string(line);
    auto cells = read_record(bytes, at, line, where);
    if (cells.size() == 1 && cells[0].empty()) continue;
    if (table.columns.empty()) {
      table.columns = std::move(cells);
      continue;
    }
    if (cells.size() != table.columns.size())
      throw Error(
          "has " + std::to_string(cells.size()) + " cells where the first line has " + std::to_string(table.columns.size()),
          where, "mend the line; a comma inside a cell wants the cell in quotes");
    table.rows.push_back({where, std::move(cells)});
  }
  return table;
}

}  // namespace duet::data
