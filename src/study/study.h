#pragma once
// A study repeats one of the paper's observations with duet's own parts. To add one: a file in this folder that defines a Study,
// its name in studies.h and in registry.cpp. docs/reproduction.md holds what full runs gave.

#include <filesystem>
#include <string>
#include <vector>

#include "flow/steps.h"
#include "study/plot.h"

namespace duet::study {

struct Settings {
  bool small = false;  ///< a few points in minutes, for tests and a first look; the figures in docs/ are of full runs
  uint64_t seed = 1;
  std::filesystem::path data;  ///< labelled pictures; empty: what needs some is left out, and a note says so
  std::string column;          ///< of the pictures' table that gives the split (data::ReadOptions)
};

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

/// What a study measured. Everything slow is an evaluation, so that a study that was stopped goes on where it was.
struct Measured {
  Json points = Json::array();     ///< every point with all its figures, its seed among them where it depends on one
  std::vector<std::string> notes;  ///< a sentence each: how it was measured, what went wrong
};

/// How points are shown, of one run or of several together.
struct Figure {
  std::vector<Plot> plots;
  Table table;
  std::vector<std::string> notes;  ///< what the points say, in words
};

struct Study {
  const char *name, *figure, *title;  ///< of the verb; of the paper; what is asked
  Measured (*measure)(const Settings& settings, const flow::World& world);
  Figure (*present)(const Json& points);
};

/// The user's pictures in place of composed ones, where there are some.
void use_pictures(const Settings& settings, flow::Config& config);
/// Throws Error where there are none.
void require_pictures(const Settings& settings);

/// Every study, in the order of the paper.
const std::vector<const Study*>& studies();
/// Throws Error naming the nearest where there is none of this name.
const Study& find_study(const std::string& name);

/// One run of a study, as its JSON file keeps it.
struct Run {
  std::string command, machine;
  uint64_t seed = 1;
  bool small = false;
  double seconds = 0;
  Measured measured;
};
/// This machine's processor, in words.
std::string machine();
/// Throws Error where the file is not of a run of this study.
Run read_run(const Study& study, const std::filesystem::path& file);

/// Leaves in `folder` name.json (of the first run, the one that was made now), name.svg of each plot, name.html, and name.md, the
/// table for docs/, of all runs' points together. Throws Error where gnuplot fails.
Figure write(const Study& study, const std::vector<Run>& runs, const std::filesystem::path& folder);

}  // namespace duet::study
