#pragma once
// One reader is one file: list_<name>.cpp defines a Reader, named once in readers() of reader.cpp. dataset.cpp does the rest:
// headers, hashing, the choice of class and object, the check against the picture, the split.

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
  std::filesystem::path picture;
  std::string where;  ///< the label, for messages: its file, and the place in it where it labels more than this picture
  std::string sequence;
  std::string given;     ///< "train", "validation", "test" or "" where the data set does not say
  std::string left_out;  ///< why, where the data set gives parts and this picture none: "pictures ..."
  std::function<std::vector<Object>(const Size& picture)> objects;
};

struct Listing {
  std::vector<Entry> entries;
  std::string given_by;  ///< what says which part an entry belongs to, in words; "" when nothing does
};

struct Reader {
  std::string name;
  std::string layout;  ///< one line for messages
  bool has_columns;    ///< a column of a table may give the split
  bool (*recognises)(const std::filesystem::path& root);
  /// `column`: ReadOptions::column, "" unless has_columns.
  Listing (*list)(const std::filesystem::path& root, const std::string& column);
};

/// Every reader, in the order in which they are asked whether they recognise a folder.
const std::vector<Reader>& readers();
extern const Reader kContestReader, kVocReader, kYoloReader, kCocoReader, kCsvReader;

// Shared by the readers.

/// True for .jpg, .jpeg, .png in any case, hidden files aside.
bool is_picture(const std::filesystem::path& path);
/// "train" for train and training, "validation" for val, valid and validation, "test" for test and testing, in any case; else "".
std::string part_of_name(const std::string& word);
/// Sets the part by what stands in a split column; `column` names it in messages.
void give_part(Entry& entry, const std::string& cell, const std::string& column);
/// Without outer blanks, tabs and line ends.
std::string trim(const std::string& text);
/// The bytes of a text file without its byte order mark.
std::string read_text(const std::filesystem::path& path);
/// Its lines, trimmed (LF or CRLF).
std::vector<std::string> read_lines(const std::filesystem::path& path);
/// A finite number with a decimal point. Throws Error naming `what` and `where`.
double parse_number(const std::string& text, const std::string& what, const std::string& where);
/// Throws Error when a label was made for a picture of another size. Zero is what some labelling tools write: then the picture's
/// own size counts.
void check_size(int width, int height, const Size& picture, const std::string& where);
/// Objects of a VOC-like XML file, its tags in any order; `base` is what its first pixel is called (0 or 1). Throws Error for a
/// broken file or one made for a picture of another size.
std::vector<Object> read_voc_xml(const std::filesystem::path& path, const Size& picture, int base);

}  // namespace duet::data
