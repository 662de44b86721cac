// CSV: a line an object, its columns named in the first line. Several files: one a part.
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>

#include "base/error.h"
#include "data/label_files.h"
#include "data/table.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

const char* const kExpected =
    "name the columns file, xmin, ymin, xmax, ymax (or file, x, y, width, height) and, where there are some, class, split and "
    "sequence (docs/data.md)";

struct Columns {
  size_t file, box[4];
  bool size;  // the last two of the box are its width and height
  std::optional<size_t> label, sequence;
};

// Nothing when one that is needed is not there.
std::optional<Columns> find_columns(const Table& table) {
  const auto file = table.find({"file", "filename", "image", "imagename", "imagepath", "path", "picture"});
  const auto x0 = table.find({"xmin", "x1", "left", "x"}), y0 = table.find({"ymin", "y1", "top", "y"});
  auto x1 = table.find({"xmax", "x2", "right"}), y1 = table.find({"ymax", "y2", "bottom"});
  const bool size = !x1 && !y1;  // beside corners, width and height are the picture's
  if (size) x1 = table.find({"width", "w"}), y1 = table.find({"height", "h"});
  if (!file || !x0 || !y0 || !x1 || !y1) return std::nullopt;
  return Columns{*file,
                 {*x0, *y0, *x1, *y1},
                 size,
                 table.find({"class", "classname", "label", "category", "name"}),
                 table.find({"sequence", "seq", "scene", "video"})};
}

// A line whose box is blank names a picture that shows no object.
bool has_box(const Table::Row& row, const Columns& columns) {
  return std::any_of(std::begin(columns.box), std::end(columns.box), [&](size_t column) { return !row.cells[column].empty(); });
}

Object read_object(const Table& table, const Table::Row& row, const Columns& columns) {
  double box[4];
  for (size_t i = 0; i < 4; ++i) box[i] = parse_number(row.cells[columns.box[i]], table.columns[columns.box[i]], row.where);
  if (columns.size) box[2] += box[0], box[3] += box[1];
  if (box[0] < 1 && box[1] < 1 && box[2] <= 1 && box[3] <= 1)
    throw Error("has a box within the picture's first pixel", row.where, "write pixels, not shares of the picture");
  return {box[0], box[1], box[2], box[3], columns.label ? row.cells[*columns.label] : ""};
}

void list_table(const LabelFile& file, const std::shared_ptr<const Table>& table, const Columns& columns,
                const std::optional<size_t>& split, Listing& listing) {
  std::map<std::string, std::vector<const Table::Row*>> pictures;
  if (split) listing.given_by = "column " + table->columns[*split] + " of " + file.path.filename().string();
  for (const Table::Row& row : table->rows) pictures[row.cells[columns.file]].push_back(&row);
  for (const auto& [name, rows] : pictures) {
    if (name.empty()) throw Error("names no picture", rows[0]->where, "name one, or remove the line");
    Entry entry = labelled_picture(file, name);
    entry.where = rows[0]->where + " (" + name + ")";
    if (columns.sequence && !rows[0]->cells[*columns.sequence].empty()) entry.sequence = rows[0]->cells[*columns.sequence];
    if (split) give_part(entry, rows[0]->cells[*split], listing.given_by);
    entry.objects = [table, columns, rows = rows](const Size&) {
      std::vector<Object> objects;
      for (const Table::Row* row : rows)
        if (has_box(*row, columns)) objects.push_back(read_object(*table, *row, columns));
      return objects;
    };
    listing.entries.push_back(std::move(entry));
  }
}

bool recognises(const fs::path& root) { return !find_label_files(root, ".csv").empty(); }

Listing list(const fs::path& root, const std::string& column) {
  Listing listing;
  for (const LabelFile& file : find_label_files(root, ".csv")) {
    const auto table = std::make_shared<const Table>(read_table(file.path));
    const auto columns = find_columns(*table);
    if (!columns)
      throw Error(fmt::format("its first line is \"{}\", which is not understood", fmt::join(table->columns, ",")),
                  file.path.string() + ":1", kExpected);
    list_table(file, table, *columns, table->split_column(column), listing);
  }
  if (listing.given_by.empty()) listing.given_by = given_by_names(listing.entries);
  return listing;
}

}  // namespace

const Reader kCsvReader{"csv", "a CSV file with the columns file, xmin, ymin, xmax, ymax", true, recognises, list};

}  // namespace duet::data
