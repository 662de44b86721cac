// Pascal VOC: JPEGImages/NAME.jpg, Annotations/NAME.xml (pixels counted from 1), ImageSets/Main/{train,val,trainval,test}.txt.
#include <algorithm>
#include <map>

#include "data/reader.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

bool recognises(const fs::path& root) { return fs::is_directory(root / "Annotations") && fs::is_directory(root / "JPEGImages"); }

// Name -> part. A line may hold "NAME 1", as the lists of single classes do.
std::map<std::string, std::string> read_lists(const fs::path& folder) {
  std::map<std::string, std::string> part;
  const std::pair<const char*, const char*> files[] = {
      {"test.txt", "test"}, {"train.txt", "train"}, {"val.txt", "validation"}, {"trainval.txt", "train"}};
  for (const auto& [file, as] : files) {  // the first list that names a picture counts
    if (!fs::exists(folder / file)) continue;
    for (const std::string& line : read_lines(folder / file))
      if (!line.empty()) part.emplace(line.substr(0, line.find_first_of(" \t")), as);
  }
  return part;
}

// Pictures by name, and those names that only a label or a list knows (opening them names them).
std::map<std::string, fs::path> find_pictures(const fs::path& root, const std::map<std::string, std::string>& lists) {
  std::map<std::string, fs::path> pictures;
  for (const auto& entry : fs::directory_iterator(root / "JPEGImages"))
    if (is_picture(entry.path())) pictures[entry.path().stem()] = entry.path();
  for (const auto& entry : fs::directory_iterator(root / "Annotations"))
    if (entry.path().extension() == ".xml")
      pictures.emplace(entry.path().stem(), root / "JPEGImages" / (entry.path().stem().string() + ".jpg"));
  for (const auto& [name, part] : lists) pictures.emplace(name, root / "JPEGImages" / (name + ".jpg"));
  return pictures;
}

Listing list(const fs::path& root, const std::string&) {
  const auto lists = read_lists(root / "ImageSets" / "Main");
  Listing listing;
  if (!lists.empty()) listing.given_by = "ImageSets/Main";
  for (const auto& [name, picture] : find_pictures(root, lists)) {
    Entry entry;
    entry.picture = picture;
    const fs::path label = root / "Annotations" / (name + ".xml");
    entry.where = label.string();
    entry.sequence = name;
    if (const auto part = lists.find(name); part != lists.end()) entry.given = part->second;
    entry.left_out = "that no list in ImageSets/Main names";
    entry.objects = [label](const Size& size) { return read_voc_xml(label, size, 1); };
    listing.entries.push_back(std::move(entry));
  }
  return listing;
}

}  // namespace

const Reader kVocReader{"voc", "JPEGImages/NAME.jpg with Annotations/NAME.xml", false, recognises, list};

}  // namespace duet::data
