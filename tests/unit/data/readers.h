#pragma once
// What tests of the readers share: little pictures, labels, and what an Error says.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "base/error.h"
#include "data/dataset.h"
#include "data/image.h"
#include "support/folder.h"

namespace duet::data {

namespace fs = std::filesystem;

inline void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// A grey picture whose bytes depend on `value`, 100 x 50.
inline void picture(const fs::path& path, int value = 0) {
  Image image(100, 50);
  std::fill(image.rgb.begin(), image.rgb.end(), static_cast<uint8_t>(value));
  fs::create_directories(path.parent_path());
  write_image(path, image);
}

inline std::string object(const std::string& name, int x0, int y0, int x1, int y1) {
  return "<object><name>" + name + "</name><bndbox><xmin>" + std::to_string(x0) + "</xmin><ymin>" + std::to_string(y0) +
         "</ymin><xmax>" + std::to_string(x1) + "</xmax><ymax>" + std::to_string(y1) + "</ymax></bndbox></object>";
}

inline std::string xml(const std::string& objects) { return "<annotation>" + objects + "</annotation>"; }

/// The problem that `work` ends in; its place must have `where` in it, and a hint must stand there.
inline std::string problem(const std::function<void()>& work, const std::string& where) {
  try {
    work();
  } catch (const Error& e) {
    EXPECT_NE(e.where.find(where), std::string::npos) << e.what();
    EXPECT_NE(e.hint, "") << e.what();
    return e.problem;
  }
  ADD_FAILURE() << "no error";
  return "";
}

// Tests share the cache of file facts with nobody.
struct Readers : ::testing::Test {
  test::Folder folder, cache;
  fs::path root = folder / "set";
  Readers() { ::setenv("XDG_CACHE_HOME", cache.path().c_str(), 1); }
  ~Readers() override { ::unsetenv("XDG_CACHE_HOME"); }
  Dataset read(const ReadOptions& options = {}) const { return read_dataset(root, options); }
};

}  // namespace duet::data
