#pragma once
// One reader is one file: list_<name>.cpp defines a Reader, named once in readers() of reader.cpp. dataset.cpp does the rest:
// headers, hashing, the choice of one object, the check against the picture, the split.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/image.h"

namespace duet::data {

/// An object as a label file names it.
struct Object {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;  ///< pixels, x1 and y1 one past the last
  std::string label;
};

/// A picture that a reader found. Its label is read later, when the picture's size is known.
struct Entry {
  std::filesystem::path picture, label;  ///< label: the file to name in messages
  std::string sequence;
  std::string given;  ///< "train", "validation", "test" or "" where the data set does not say
  std::function<std::vector<Object>(const Size& picture)> objects;
};

struct Listing {
  std::vector<Entry> entries;
  std::string given_by;            ///< what says which part an entry belongs to, in words; "" when nothing does
  std::vector<std::string> notes;  ///< what was left out and why
};

struct Reader {
  std::string name;
  std::string layout;  ///< one line for messages
  bool (*recognises)(const std::filesystem::path& root);
  Listing (*list)(const std::filesystem::path& root, const ReadOptions& options);
};

/// Every reader, in the order in which they are asked whether they recognise a folder.
const std::vector<Reader>& readers();
extern const Reader kContestReader, kVocReader, kYoloReader;

// Shared by the readers.

/// True for .jpg, .jpeg, .png in any case, hidden files aside.
bool is_picture(const std::filesystem::path& path);
/// "train" for train and training, "validation" for val, valid and validation, "test" for test and testing, in any case; else "".
std::string part_of_name(const std::string& word);
/// Lines of a text file without line ends (LF or CRLF), byte order mark and outer blanks.
std::vector<std::string> read_lines(const std::filesystem::path& path);
/// A finite number with a decimal point. Throws Error naming `what` and `where`.
double parse_number(const std::string& text, const std::string& what, const std::string& where);
/// Objects of a VOC-like XML file, its tags in any order; `base` is what its first pixel is called (0 or 1). Throws Error for a
/// broken file or one made for a picture of another size.
std::vector<Object> read_voc_xml(const std::filesystem::path& path, const Size& picture, int base);

}  // namespace duet::data
