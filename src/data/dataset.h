#pragma once
// Labelled pictures on disk, one object a picture. Formats, splits and what is refused: docs/data.md.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "net/box.h"

namespace duet::data {

/// One picture with its object.
struct Item {
  std::filesystem::path path;  ///< of the picture (JPEG or PNG)
  net::Box box;                ///< 0..1 of the picture's width and height, x0 < x1, y0 < y1
  int width = 0, height = 0;   ///< of the picture, pixels
  std::string sequence;        ///< frames of one scene share it; a picture without a scene is its own
  std::string label;           ///< class of the object; "" when the data set names none
};

/// A data set split into disjoint parts. Items stand in a fixed order (that of their paths) whatever the file system does.
struct Dataset {
  std::filesystem::path root;
  std::string reader;  ///< name of the layout: "contest", "voc", "yolo", "coco" or "csv"
  std::string split;   ///< how the parts were made, in words for a report
  std::vector<Item> train, validation, test;
  std::string hash;  ///< SHA-256 over every part's names, boxes, sequences and file bytes: equal hash, equal data set and split
  std::vector<std::string> notes;  ///< what a person should know: pictures left out and why
};

struct ReadOptions {
  /// "auto" (recognised by looking), or one of the layouts.
  std::string format = "auto";
  /// "auto": as given where the data set says so, else by sequence, else by seed. "given": throws Error where none is.
  /// "sequence": whole sequences go to one part, by seed. "seed": single pictures by seed (frames of one scene land in both
  /// parts; scores are then too good).
  std::string split = "auto";
  /// Column of a CSV file that holds the given split; "" is "split", or the names of files and folders.
  std::string column;
  /// The class to learn: objects of others count for nothing, and pictures without it are left out and counted in `notes`. "":
  /// every object counts.
  std::string wanted_class;
  /// What becomes of a picture with several objects (of the wanted class): "refuse" (an Error, so that `skip_bad` leaves it out)
  /// or "largest" (by the area of its box; the first of equals).
  std::string several = "refuse";
  double validation =
      0.1;            ///< share of the training scenes (whole sequences where there are enough) held out for choices, 0..0.5
  double test = 0.2;  ///< share of the test part when the split is made here
  uint64_t seed = 1;
  /// Pictures with a broken or missing label, or none, or several objects where these are refused, are left out and counted in
  /// `notes` instead of ending in an Error.
  bool skip_bad = false;
  Progress progress;  ///< may be empty
};

/// Reads names, boxes and picture headers, splits and hashes; pixels are decoded later. Throws Error naming the file and what to
/// do.
Dataset read_dataset(const std::filesystem::path& root, const ReadOptions& options = {});

}  // namespace duet::data
