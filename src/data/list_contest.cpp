// The layout of the DAC System Design Contest: [part/]<sequence>/NNNNNN.jpg with NNNNNN.xml beside it; index.csv may say
// which part a picture belongs to.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/error.h"
#include "data/reader.h"
#include "data/table.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

// index.csv: a line a picture, whose column "file" names it relative to the root.
struct Index {
  Table table;
  std::map<std::string, size_t> rows;  // by file

  std::string value(const std::string& file, size_t column) const {
    const auto row = rows.find(file);
    return row == rows.end() ? "" : table.rows[row->second].cells[column];
  }
};

std::optional<Index> read_index(const fs::path& root) {
  if (!fs::exists(root / "index.csv")) return std::nullopt;
  Index index{read_table(root / "index.csv"), {}};
  const auto file = index.table.find({"file"});
  if (!file)
    throw Error("has no column \"file\" in its first line", index.table.path.string(), "name the columns there, or remove it");
  for (size_t i = 0; i < index.table.rows.size(); ++i) index.rows[index.table.rows[i].cells[*file]] = i;
  return index;
}

bool recognises(const fs::path& root) {
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

Entry make_entry(const fs::path& root, const fs::path& file, bool parts) {
  Entry entry;
  entry.picture = root / file;
  const fs::path label = fs::path(entry.picture).replace_extension(".xml");
  entry.where = label.string();
  fs::path folder = file.parent_path();
  if (parts) {
    entry.given = part_of_name(*file.begin());
    entry.left_out = "in " + file.begin()->string() + "/: not in train/, validation/ or test/";
    folder = folder.lexically_relative(*file.begin());
    if (folder == ".") folder.clear();
  }
  entry.sequence = folder.empty() ? fs::path(file).replace_extension().string() : folder.string();
  entry.objects = [label](const Size& picture) {
    if (!fs::exists(label))
      throw Error("no label: this file is missing", label.string(),
                  "label the picture or remove it; `--skip-bad` leaves such pictures out");
    return read_voc_xml(label, picture, 0);
  };
  return entry;
}

// Nothing where the folders give the split, or nothing does.
std::optional<size_t> column_to_use(const std::optional<Index>& index, const std::string& asked, bool parts) {
  if (!index && !asked.empty())
    throw Error("column \"" + asked + "\" was asked for, but there is no index.csv", "data set", "leave the column out");
  if (!index || (asked.empty() && parts)) return std::nullopt;
  return index->table.split_column(asked);
}

Listing list(const fs::path& root, const std::string& asked) {
  const auto index = read_index(root);
  Found found = find_files(root);
  add_pictures_of_labels(index, found.pictures, found.labels);
  const bool parts = std::any_of(found.pictures.begin(), found.pictures.end(), [](const fs::path& file) {
    return file.has_parent_path() && !part_of_name(*file.begin()).empty();
  });
  const auto column = column_to_use(index, asked, parts);
  Listing listing;
  listing.given_by = column ? "column " + index->table.columns[*column] + " of index.csv" : parts ? "folders" : "";
  for (const fs::path& file : found.pictures) {
    Entry entry = make_entry(root, file, parts);
    // A column divides the pictures of the parts' folders; those of other folders stay out.
    if (column && (!parts || !entry.given.empty())) give_part(entry, index->value(file, *column), listing.given_by);
    listing.entries.push_back(std::move(entry));
  }
  return listing;
}

}  // namespace

const Reader kContestReader{"contest", "[train/]<sequence>/NNNNNN.jpg with NNNNNN.xml beside it", true, recognises, list};

}  // namespace duet::data
