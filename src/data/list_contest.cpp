// The layout of the DAC System Design Contest: [part/]<sequence>/NNNNNN.jpg with NNNNNN.xml beside it, or a row of index.csv.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "base/error.h"
#include "data/reader.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

// index.csv: a header line, then one line a picture; column "file" names it relative to the root.
struct Index {
  fs::path path;
  std::vector<std::string> columns;
  std::map<std::string, std::vector<std::string>> rows;

  bool has(const std::string& column) const { return std::find(columns.begin(), columns.end(), column) != columns.end(); }
  std::string value(const std::string& file, const std::string& column) const {
    const auto row = rows.find(file);
    if (row == rows.end() || !has(column)) return "";
    return row->second[static_cast<size_t>(std::find(columns.begin(), columns.end(), column) - columns.begin())];
  }
};

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream stream(line + ",");
  for (std::string cell; std::getline(stream, cell, ',');) out.push_back(cell);
  return out;
}

std::optional<Index> read_index(const fs::path& root) {
  Index index;
  index.path = root / "index.csv";
  if (!fs::exists(index.path)) return std::nullopt;
  const auto lines = read_lines(index.path);
  if (!lines.empty()) index.columns = cells(lines[0]);
  if (!index.has("file"))
    throw Error("has no column \"file\" in its first line", index.path.string(), "name the columns there, or remove it");
  const size_t file = static_cast<size_t>(std::find(index.columns.begin(), index.columns.end(), "file") - index.columns.begin());
  for (size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    auto row = cells(lines[i]);
    if (row.size() != index.columns.size())
      throw Error("has " + std::to_string(row.size()) + " cells where the first line has " + std::to_string(index.columns.size()),
                  index.path.string() + ":" + std::to_string(i + 1),
                  "mend the line (quotes and commas inside cells are not understood)");
    const std::string name = row[file];
    index.rows[name] = std::move(row);
  }
  return index;
}

std::vector<Object> objects_of_row(const Index& index, const std::string& file) {
  const std::string where = index.path.string() + " (" + file + ")";
  auto number = [&](const char* column) { return parse_number(index.value(file, column), column, where); };
  return {{number("xmin"), number("ymin"), number("xmax"), number("ymax"), index.value(file, "class")}};
}

bool recognises(const fs::path& root) {
  if (fs::exists(root / "index.csv")) return true;
  for (auto i = fs::recursive_directory_iterator(root), end = fs::recursive_directory_iterator(); i != end; ++i) {
    if (i.depth() > 3) i.disable_recursion_pending();
    if (is_picture(i->path()) && fs::exists(fs::path(i->path()).replace_extension(".xml"))) return true;
  }
  return false;
}

struct Found {
  std::vector<fs::path> pictures, labels;  // relative to the root, sorted
};

Found find_files(const fs::path& root) {
  Found found;
  for (const auto& entry : fs::recursive_directory_iterator(root, fs::directory_options::follow_directory_symlink)) {
    if (is_picture(entry.path())) found.pictures.push_back(fs::relative(entry.path(), root));
    if (entry.path().extension() == ".xml") found.labels.push_back(fs::relative(entry.path(), root));
  }
  std::sort(found.pictures.begin(), found.pictures.end());
  std::sort(found.labels.begin(), found.labels.end());
  return found;
}

// Labels whose picture is missing are listed too: opening the picture then names it.
void add_pictures_of_labels(const std::optional<Index>& index, std::vector<fs::path>& pictures,
                            const std::vector<fs::path>& labels) {
  std::set<fs::path> stems, known(pictures.begin(), pictures.end());
  for (const fs::path& picture : pictures) stems.insert(fs::path(picture).replace_extension());
  for (const fs::path& label : labels)
    if (!stems.count(fs::path(label).replace_extension())) pictures.push_back(fs::path(label).replace_extension(".jpg"));
  if (!index) return;
  for (const auto& [file, row] : index->rows)
    if (!known.count(fs::path(file).lexically_normal())) pictures.push_back(fs::path(file).lexically_normal());
  std::sort(pictures.begin(), pictures.end());
  pictures.erase(std::unique(pictures.begin(), pictures.end()), pictures.end());
}

Entry make_entry(const fs::path& root, const fs::path& file, const std::optional<Index>& index, bool parts) {
  Entry entry;
  entry.picture = root / file;
  entry.label = fs::path(entry.picture).replace_extension(".xml");
  fs::path folder = file.parent_path();
  if (parts) {
    entry.given = part_of_name(*file.begin());
    folder = folder.lexically_relative(*file.begin());
    if (folder == ".") folder.clear();
  }
  entry.sequence = folder.empty() ? fs::path(file).replace_extension().string() : folder.string();
  if (fs::exists(entry.label)) {
    entry.objects = [label = entry.label](const Size& picture) { return read_voc_xml(label, picture, 0); };
  } else if (index && index->rows.count(file) && index->has("xmin")) {
    entry.objects = [objects = objects_of_row(*index, file)](const Size&) { return objects; };
  } else {
    entry.objects = [label = entry.label](const Size&) -> std::vector<Object> {
      throw Error("no label: this file is missing", label.string(),
                  "label the picture or remove it; `--skip-bad` leaves such pictures out");
    };
  }
  return entry;
}

std::string column_to_use(const std::optional<Index>& index, const ReadOptions& options, bool parts) {
  if (options.column.empty()) return !parts && index && index->has("split") ? "split" : "";
  if (!index)
    throw Error("column \"" + options.column + "\" was asked for, but there is no index.csv", "", "leave the column out");
  if (index->has(options.column)) return options.column;
  const std::string near = base::nearest(options.column, index->columns);
  throw Error("has no column \"" + options.column + "\"", index->path.string(),
              near.empty() ? "name one of its columns" : "did you mean \"" + near + "\"?");
}

Listing list(const fs::path& root, const ReadOptions& options) {
  const auto index = read_index(root);
  Found found = find_files(root);
  add_pictures_of_labels(index, found.pictures, found.labels);
  const bool parts = std::any_of(found.pictures.begin(), found.pictures.end(), [](const fs::path& file) {
    return file.has_parent_path() && !part_of_name(*file.begin()).empty();
  });
  const std::string column = column_to_use(index, options, parts);
  Listing listing;
  listing.given_by = !column.empty() ? "column " + column + " of index.csv" : parts ? "folders" : "";
  std::map<std::string, int> left_out;
  for (const fs::path& file : found.pictures) {
    Entry entry = make_entry(root, file, index, parts);
    if (parts && entry.given.empty()) {
      ++left_out["in " + file.begin()->string() + "/: not in train/, validation/ or test/"];
      continue;
    }
    if (!column.empty()) {
      const std::string value = index->value(file, column);
      entry.given = part_of_name(value);
      if (entry.given.empty()) {
        ++left_out["with \"" + value + "\" in column " + column + " of index.csv"];
        continue;
      }
    }
    listing.entries.push_back(std::move(entry));
  }
  for (const auto& [why, count] : left_out) listing.notes.push_back("left out " + std::to_string(count) + " pictures " + why);
  return listing;
}

}  // namespace

const Reader kContestReader{"contest", "[train/]<sequence>/NNNNNN.jpg with NNNNNN.xml beside it", recognises, list};

}  // namespace duet::data
