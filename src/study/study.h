#pragma once
// A study repeats one of the paper's observations with duet's own parts. To add one: a file in this folder that defines its
// function, and one line in registry.cpp. docs/reproduction.md holds what full runs gave.

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
};

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

/// What a study found. Everything slow in it is an evaluation, so that a study that was stopped goes on where it was.
struct Findings {
  std::vector<Plot> plots;
  Table table;
  std::vector<std::string> notes;  ///< a sentence each: how it was measured, what it does not show
  Json points = Json::array();     ///< every point with all its figures
};

struct Study {
  const char *name, *figure, *title;  ///< of the verb; of the paper; what is asked
  Findings (*run)(const Settings& settings, const flow::World& world);
};

/// Every study, in the order of the paper.
const std::vector<Study>& studies();
/// Throws Error naming the nearest where there is none of this name.
const Study& find_study(const std::string& name);

/// Leaves in `folder`, for a study that took `seconds`: name.svg (of each plot), name.html, name.json, and name.md, the table for
/// docs/. `command` is shown beside them. Throws Error where gnuplot fails.
void write(const Study& study, const Settings& settings, const Findings& findings, double seconds, const std::string& command,
           const std::filesystem::path& folder);

}  // namespace duet::study
