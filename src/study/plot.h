#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace duet::study {

struct Point {
  double x = 0, y = 0;
  double size = 0;    ///< bubbles: their area, in a unit of the plot's own
  std::string label;  ///< bubbles: beside them
};

enum class Mark { line, dots, bubbles };

struct Series {
  std::string title;
  Mark mark = Mark::line;
  std::vector<Point> points;
};

struct Plot {
  std::string name;  ///< of its file, without ending
  std::string title, x, y;
  std::vector<Series> series;
};

/// Draws `folder`/<name>.svg with gnuplot and leaves its script beside it, for another look. Throws Error where gnuplot is
/// missing or fails.
void draw(const Plot& plot, const std::filesystem::path& folder);

}  // namespace duet::study
