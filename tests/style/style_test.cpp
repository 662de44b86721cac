// What a review should never have to say: format, the direction of includes, and what the project may contain.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "base/files.h"
#include "base/process.h"

namespace duet {
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = DUET_SOURCE_DIR;

// Tracked files, or new ones that git does not ignore.
std::vector<fs::path> project_files() {
  base::ProcessOptions options;
  options.directory = kRoot;
  const auto listed = base::run_process({"git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"}, options);
  EXPECT_EQ(listed.exit_code, 0) << listed.output;
  std::vector<fs::path> files;
  std::istringstream lines(listed.output);
  for (std::string line; std::getline(lines, line);)
    if (fs::exists(kRoot / line)) files.emplace_back(line);
  return files;
}

bool is_cpp(const fs::path& file) { return file.extension() == ".cpp" || file.extension() == ".h"; }

std::map<std::string, std::set<std::string>> declared_rooms() {
  std::map<std::string, std::set<std::string>> rooms;
  std::istringstream lines(DUET_ROOMS);
  for (std::string line; std::getline(lines, line, '|');) {
    std::istringstream words(line);
    std::string room, other;
    words >> room;
    while (words >> other) rooms[room].insert(other);
    rooms[room].insert(room);
  }
  return rooms;
}

TEST(Style, IncludesPointDownward) {
  const auto rooms = declared_rooms();
  ASSERT_GE(rooms.size(), 5u);
  const std::regex include("#include \"([a-z]+)/[^\"]*\"");
  for (const fs::path& file : project_files()) {
    if (*file.begin() != "src" || !is_cpp(file)) continue;
    const std::string room = *std::next(file.begin());
    const auto allowed = rooms.find(room);
    if (allowed == rooms.end()) continue;  // cli may include every room
    const std::string text = base::read_file(kRoot / file);
    for (std::sregex_iterator i(text.begin(), text.end(), include), end; i != end; ++i)
      EXPECT_TRUE(allowed->second.count((*i)[1]))
          << file << " includes " << (*i)[0] << ", which src/CMakeLists.txt does not allow";
  }
}

TEST(Style, OnlyOneRoomSeesLibtorch) {
  for (const fs::path& file : project_files()) {
    if (*file.begin() != "src" || *std::next(file.begin()) == "train") continue;
    EXPECT_EQ(base::read_file(kRoot / file).find("#include <torch/"), std::string::npos) << file;
  }
}

TEST(Style, FormatIsClangFormats) {
  std::vector<std::string> command{"clang-format-14", "--dry-run", "-Werror"};
  for (const fs::path& file : project_files())
    if (is_cpp(file)) command.push_back((kRoot / file).string());
  const auto result = base::run_process(command);
  EXPECT_EQ(result.exit_code, 0) << "run `make format`\n" << result.output.substr(0, 4000);
}

TEST(Style, FilesStayReadable) {
  for (const fs::path& file : project_files()) {
    if (!is_cpp(file) && file.extension() != ".sv") continue;
    const std::string text = base::read_file(kRoot / file);
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 500) << file << " is too long: split it";
  }
}

// The comment at a file's beginning, in lower case.
std::string head(const fs::path& file) {
  std::istringstream lines(base::read_file(kRoot / file));
  std::string text;
  for (std::string line; std::getline(lines, line) && line.starts_with("//");) text += line + '\n';
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

TEST(Style, ModulesTellTheirTimingAndTwin) {
  int modules = 0;
  for (const fs::path& file : project_files()) {
    if (*file.begin() != "rtl" || file.extension() != ".sv") continue;
    ++modules;
    const std::string text = head(file);
    const auto tells = [&](const char* word) { return text.find(word) != std::string::npos; };
    EXPECT_TRUE(tells("combinational") || tells("latency")) << file << " begins with a comment that tells no latency";
    EXPECT_TRUE(tells("combinational") || tells("throughput")) << file << " begins with a comment that tells no throughput";
    EXPECT_TRUE(tells("twin")) << file << " begins with a comment that names no twin (\"none\" is one)";
  }
  EXPECT_GT(modules, 0);
}

TEST(Style, NamesNoMachine) {
  const std::regex path("(^|[^a-zA-Z0-9_.])/(work|home|root)/[a-zA-Z.]");
  for (const fs::path& file : project_files()) {
    static const std::set<std::string> kBinary{".png", ".jpg", ".safetensors", ".pack"};
    if (kBinary.count(file.extension())) continue;
    EXPECT_FALSE(std::regex_search(base::read_file(kRoot / file), path)) << file << " names a path of one machine";
  }
}

}  // namespace
}  // namespace duet
