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
  bool inside = false, brackets = false;
  static const std::regex item(R"(^(?:-|\d+:)\s*['"]?([^'"#]+?)['"]?\s*(?:#.*)?$)"),
      word(R"(['"]?([^'",\[\]]+?)['"]?\s*(?:,|\]))");
  for (std::string line : read_lines(path)) {
    std::smatch match;
    const bool first = line.starts_with("names:");
    if (first) inside = true, brackets = line.find('[') != std::string::npos, line.erase(0, 6);
    if (inside && brackets) {
      for (std::sregex_iterator i(line.begin(), line.end(), word), end; i != end; ++i) names.push_back(trim((*i)[1]));
      inside = line.find(']') == std::string::npos;
    } else if (inside && std::regex_match(line, match, item)) {
      names.push_back(match[1]);
    } else if (!first && !line.empty()) {
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

// The number itself where the data set names no classes.
std::string class_of(const std::string& word, const std::vector<std::string>& names, const std::string& where) {
  const double number = parse_number(word, "class", where);
  const auto index = static_cast<size_t>(std::clamp(number, 0.0, 1e9));
  const bool whole = number == static_cast<double>(index);
  if (whole && names.empty()) return std::to_string(index);
  if (whole && index < names.size()) return names[index];
  throw Error(
      "class " + word + (whole ? " has no name: there are " + std::to_string(names.size()) : " is no whole number from 0"), where,
      "mend the label, or add the class to data.yaml or classes.txt");
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
    objects.push_back({(cx - w / 2) * picture.width, (cy - h / 2) * picture.height, (cx + w / 2) * picture.width,
                       (cy + h / 2) * picture.height, class_of(word[0], names, where)});
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
    const fs::path label = (pair.labels / file).replace_extension(".txt");
    entry.where = label.string();
    entry.sequence = file.has_parent_path() ? file.parent_path().string() : file.stem().string();
    entry.given = pair.part;
    entry.objects = [label, names](const Size& size) { return read_label(label, size, names); };
    listing.entries.push_back(std::move(entry));
  }
}

Listing list(const fs::path& root, const std::string&) {
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

const Reader kYoloReader{"yolo", "images/NAME.jpg with labels/NAME.txt", false, recognises, list};

}  // namespace duet::data
