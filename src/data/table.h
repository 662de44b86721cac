#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace duet::data {

/// A CSV file whose first line names its columns.
struct Table {
  struct Row {
    std::string where;               ///< file and line, for messages
    std::vector<std::string> cells;  ///< as many as there are columns, without outer blanks
  };
  std::filesystem::path path;
  std::vector<std::string> columns;  ///< as the file writes them
  std::vector<Row> rows;

  /// The first of `names` that is a column, upper and lower case and anything but letters and digits aside ("X_min" is "xmin").
  std::optional<size_t> find(const std::vector<std::string>& names) const;
  /// The column that gives the split: the one `asked` for, else "split" where there is one. Throws Error when the table lacks
  /// the one asked for.
  std::optional<size_t> split_column(const std::string& asked) const;
};

/// Cells are separated by commas; quotes protect commas, line ends and, doubled, themselves (RFC 4180). Blank lines are skipped.
/// Throws Error naming file and line for a quote that is not closed and a line with another number of cells than the first.
Table read_table(const std::filesystem::path& path);

}  // namespace duet::data
