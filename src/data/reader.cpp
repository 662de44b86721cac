#include "data/reader.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <pugixml.hpp>

#include "base/error.h"
#include "base/files.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

const char* const kMendLabel = "mend or remove the label; `--skip-bad` leaves such pictures out";

std::string place(const fs::path& path, const std::string& bytes, ptrdiff_t offset) {
  return path.string() + ":" + std::to_string(1 + std::count(bytes.begin(), bytes.begin() + offset, '\n'));
}

double number_in(const pugi::xml_node& node, const char* tag, const std::string& where) {
  const pugi::xml_node child = node.child(tag);
  if (!child) throw Error(std::string("has no <") + tag + ">", where, kMendLabel);
  return parse_number(child.child_value(), std::string("<") + tag + ">", where);
}

}  // namespace

const std::vector<Reader>& readers() {
  static const std::vector<Reader> all{kVocReader, kYoloReader, kCocoReader, kContestReader, kCsvReader};
  return all;
}

bool is_picture(const fs::path& path) {
  const std::string name = path.filename(), ending = lower(path.extension());
  return name[0] != '.' && (ending == ".jpg" || ending == ".jpeg" || ending == ".png");
}

std::string part_of_name(const std::string& word) {
  const std::string name = lower(word);
  if (name == "train" || name == "training") return "train";
  if (name == "val" || name == "valid" || name == "validation") return "validation";
  if (name == "test" || name == "testing") return "test";
  return "";
}

void give_part(Entry& entry, const std::string& cell, const std::string& column) {
  entry.given = part_of_name(cell);
  entry.left_out = "with \"" + cell + "\" in " + column;
}

std::string trim(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r\n"), end = text.find_last_not_of(" \t\r\n");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

std::string read_text(const fs::path& path) {
  std::string bytes = base::read_file(path);
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.erase(0, 3);
  return bytes;
}

std::vector<std::string> read_lines(const fs::path& path) {
  const std::string bytes = read_text(path);
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < bytes.size();) {
    const size_t end = std::min(bytes.find('\n', begin), bytes.size());
    lines.push_back(trim(bytes.substr(begin, end - begin)));
    begin = end + 1;
  }
  return lines;
}

double parse_number(const std::string& text, const std::string& what, const std::string& where) {
  const std::string word = trim(text);
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value))
    throw Error(what + " is \"" + word + "\", which is not a number", where,
                word.find(',') != std::string::npos ? "write numbers with a decimal point" : kMendLabel);
  return value;
}

void check_size(int width, int height, const Size& picture, const std::string& where) {
  if (width <= 0 || height <= 0 || Size{width, height} == picture) return;
  throw Error("labels a picture of " + std::to_string(width) + "x" + std::to_string(height) + " pixels, but the picture has " +
                  std::to_string(picture.width) + "x" + std::to_string(picture.height),
              where, "scale the picture and its label together");
}

std::vector<Object> read_voc_xml(const fs::path& path, const Size& picture, int base) {
  const std::string bytes = base::read_file(path);
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(bytes.data(), bytes.size());
  if (!result)
    throw Error(std::string("broken XML (") + result.description() + ")", place(path, bytes, result.offset), kMendLabel);
  const pugi::xml_node root = document.document_element();
  const pugi::xml_node size = root.child("size");
  check_size(size.child("width").text().as_int(), size.child("height").text().as_int(), picture, path.string());
  std::vector<Object> objects;
  for (const pugi::xml_node& node : root.children("object")) {
    const std::string where = place(path, bytes, node.offset_debug());
    const pugi::xml_node box = node.child("bndbox");
    if (!box) throw Error("an <object> without <bndbox>", where, kMendLabel);
    objects.push_back({number_in(box, "xmin", where) - base, number_in(box, "ymin", where) - base, number_in(box, "xmax", where),
                       number_in(box, "ymax", where), trim(node.child_value("name"))});
  }
  return objects;
}

}  // namespace duet::data
