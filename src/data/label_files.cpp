#include "data/label_files.h"

#include <algorithm>
#include <regex>

namespace duet::data {
namespace fs = std::filesystem;

namespace {

std::vector<std::string> words_of(const std::string& name, const char* pattern) {
  const std::regex word(pattern);
  std::vector<std::string> words;
  for (std::sregex_iterator i(name.begin(), name.end(), word), end; i != end; ++i) words.push_back(i->str());
  return words;
}

// "train" of instances_train2017.json, of train_labels.csv and of train/_annotations.csv.
std::string part_of(const fs::path& file) {
  for (const fs::path& name : {file.stem(), file.parent_path().filename()})
    for (const std::string& word : words_of(name, "[A-Za-z]+"))
      if (const std::string part = part_of_name(word); !part.empty()) return part;
  return "";
}

// A folder called like a word of the file's name (train2017 of instances_train2017.json) comes first.
std::vector<fs::path> folders_of(const fs::path& file, const fs::path& root) {
  auto words = words_of(file.stem(), "[A-Za-z0-9]+");
  words.push_back("");
  std::vector<fs::path> folders;
  for (const std::string& word : words)
    for (const fs::path& base : {root / "images", file.parent_path() / "images", file.parent_path(), root})
      if (fs::is_directory(base / word)) folders.push_back(base / word);
  return folders;
}

}  // namespace

std::vector<LabelFile> find_label_files(const fs::path& root, const std::string& ending) {
  std::vector<LabelFile> files;
  auto look = [&](const fs::path& path) {
    if (path.extension() == ending && path.filename().string()[0] != '.')
      files.push_back({path, part_of(path.lexically_relative(root)), folders_of(path, root)});
  };
  for (const auto& entry : fs::directory_iterator(root)) {
    look(entry.path());
    if (!entry.is_directory()) continue;
    for (const auto& inner : fs::directory_iterator(entry)) look(inner.path());
  }
  std::sort(files.begin(), files.end(), [](const LabelFile& a, const LabelFile& b) { return a.path < b.path; });
  return files;
}

Entry labelled_picture(const LabelFile& file, const std::string& name) {
  Entry entry;
  const auto holds = [&](const fs::path& folder) { return fs::exists(folder / name); };
  const auto folder = std::find_if(file.folders.begin(), file.folders.end(), holds);
  entry.picture = ((folder == file.folders.end() ? file.folders.front() : *folder) / name).lexically_normal();
  entry.where = file.path.string() + " (" + name + ")";
  fs::path inside = fs::path(name).parent_path();
  const std::string part = inside.empty() ? "" : part_of_name(*inside.begin());
  entry.given = file.part.empty() ? part : file.part;
  if (!part.empty()) inside = inside.lexically_relative(*inside.begin());
  entry.sequence = inside.empty() || inside == "." ? fs::path(name).replace_extension().string() : inside.string();
  entry.left_out = "whose label file and folder name no part";
  return entry;
}

std::string given_by_names(const std::vector<Entry>& entries) {
  const bool given = std::any_of(entries.begin(), entries.end(), [](const Entry& entry) { return !entry.given.empty(); });
  return given ? "names of label files and folders" : "";
}

}  // namespace duet::data
