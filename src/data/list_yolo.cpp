// YOLO text: images/[part/]NAME.jpg with labels/[part/]NAME.txt, or part/images/ with part/labels/. One line an object: class
// number, centre x, centre y, width, height in 0..1. Class names: data.yaml or classes.txt.
#include <algorithm>
#include <regex>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "data/reader.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

// Folders that hold pictures, the folder of their labels, and the part they make up.
struct Pair {
  fs::path images, labels;
  std::string part;
};

std::vector<Pair> find_pairs(const fs::path& root) {
  std::vector<Pair> pairs;
  if (fs::is_directory(root / "images") && fs::is_directory(root / "labels")) {
    for (const auto& entry : fs::directory_iterator(root / "images"))
      if (entry.is_directory() && !part_of_name(entry.path().filename()).empty())
        pairs.push_back({entry.path(), root / "labels" / entry.path().filename(), part_of_name(entry.path().filename())});
    if (pairs.empty()) pairs.push_back({root / "images", root / "labels", ""});
    return pairs;
  }
  for (const auto& entry : fs::directory_iterator(root))
    if (const std::string part = part_of_name(entry.path().filename());
        !part.empty() && fs::is_directory(entry.path() / "images") && fs::is_directory(entry.path() / "labels"))
      pairs.push_back({entry.path() / "images", entry.path() / "labels", part});
  return pairs;
}

bool recognises(const fs::path& root) { return !find_pairs(root).empty(); }

// The names of data.yaml in its three usual forms: [a, b], a dash a line, or "0: a" a line. Not a YAML parser: what it does not
// understand leaves the classes as numbers.
std::vector<std::string> read_yaml_names(const fs::path& path) {
  std::vector<std::string> names;
  bool inside = false;
  static const std::regex item(R"(^(?:-|\d+:)\s*['"]?([^'"#]+?)['"]?\s*(?:#.*)?$)"),
      word(R"(['"]?([^'",\[\]]+?)['"]?\s*(?:,|\]))");
  for (const std::string& line : read_lines(path)) {
    std::smatch match;
    if (line.starts_with("names:")) {
      inside = true;
      const std::string rest = line.substr(6);
      for (std::sregex_iterator i(rest.begin(), rest.end(), word), end; i != end; ++i)
        names.push_back(std::regex_replace((*i)[1].str(), std::regex("^\\s+"), ""));
    } else if (inside && std::regex_match(line, match, item)) {
      names.push_back(match[1]);
    } else if (!line.empty()) {
      inside = false;
    }
  }
  return names;
}

std::vector<std::string> class_names(const fs::path& root) {
  if (fs::exists(root / "data.yaml")) return read_yaml_names(root / "data.yaml");
  std::vector<std::string> names;
  if (fs::exists(root / "classes.txt"))
    for (const std::string& line : read_lines(root / "classes.txt")) names.push_back(line);
  return names;
}

std::vector<Object> read_label(const fs::path& path, const Size& picture, const std::vector<std::string>& names) {
  std::vector<Object> objects;
  int number = 0;
  for (const std::string& line : read_lines(path)) {
    ++number;
    if (line.empty()) continue;
    const std::string where = path.string() + ":" + std::to_string(number);
    std::istringstream words(line);
    std::vector<std::string> word;
    for (std::string w; words >> w;) word.push_back(w);
    if (word.size() != 5)
      throw Error("has " + std::to_string(word.size()) + " words", where,
                  "write: class, centre x, centre y, width, height (0..1)");
    const double cx = parse_number(word[1], "centre x", where), cy = parse_number(word[2], "centre y", where);
    const double w = parse_number(word[3], "width", where), h = parse_number(word[4], "height", where);
    const double kind = parse_number(word[0], "class", where);
    const bool named = kind >= 0 && kind < static_cast<double>(names.size());
    objects.push_back({(cx - w / 2) * picture.width, (cy - h / 2) * picture.height, (cx + w / 2) * picture.width,
                       (cy + h / 2) * picture.height, named ? names[static_cast<size_t>(kind)] : word[0]});
  }
  return objects;
}

void list_pair(const Pair& pair, const std::vector<std::string>& names, Listing& listing) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(pair.images))
    if (is_picture(entry.path())) files.push_back(fs::relative(entry.path(), pair.images));
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    Entry entry;
    entry.picture = pair.images / file;
    entry.label = (pair.labels / file).replace_extension(".txt");
    entry.sequence = file.has_parent_path() ? file.parent_path().string() : file.stem().string();
    entry.given = pair.part;
    entry.objects = [label = entry.label, names](const Size& size) { return read_label(label, size, names); };
    listing.entries.push_back(std::move(entry));
  }
}

Listing list(const fs::path& root, const ReadOptions& options) {
  if (!options.column.empty())
    throw Error("a split column was asked for, but YOLO folders have none", root.string(), "leave the column out");
  const auto names = class_names(root);
  auto pairs = find_pairs(root);
  if (pairs.empty()) throw Error("has no images/ and labels/", root.string(), "see docs/data.md");
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.images < b.images; });
  Listing listing;
  if (!pairs[0].part.empty()) listing.given_by = "folders";
  for (const Pair& pair : pairs) list_pair(pair, names, listing);
  return listing;
}

}  // namespace

const Reader kYoloReader{"yolo", "images/NAME.jpg with labels/NAME.txt", recognises, list};

}  // namespace duet::data
