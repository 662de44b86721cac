#include "data/default_set.h"

#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

constexpr int kRecipeVersion = 2;  // raise it when composing changes what comes out
const char* const kRecipeFile = "recipe.json";

// Photos of nature without an object of their own that a box could rightly surround: wide views and close-ups, shared out among
// the parts each on their own.
struct Landscape {
  const char *file, *name, *view;
};
constexpr Landscape kLandscapes[] = {
    {"Bridge_by_Sander_Klootwijk.jpg", "bridge", "wide"},
    {"aitzgorri_by_Aitzol_Berasategi.jpg", "aitzgorri", "wide"},
    {"life_by_Aitzol_Berasategi.jpg", "brook", "wide"},
    {"picosdeeuropa_by_Aitzol_Berasategi.jpg", "picosdeeuropa", "wide"},
    {"seeding_by_Clements_Engelhardt.jpg", "seeding", "close"},
    {"sunset_by_Aitzol_Berasategi.jpg", "sunset", "wide"},
    {"mate/nature/Blinds.jpg", "blinds", "close"},
    {"mate/nature/Dune.jpg", "dune", "wide"},
    {"mate/nature/FreshFlower.jpg", "freshflower", "close"},
    {"mate/nature/Garden.jpg", "garden", "close"},
    {"mate/nature/GreenMeadow.jpg", "meadow", "wide"},
    {"mate/nature/RainDrops.jpg", "raindrops", "close"},
    {"mate/nature/Storm.jpg", "storm", "wide"},
    {"mate/nature/TwoWings.jpg", "twowings", "close"},
    {"mate/nature/Wood.jpg", "wood", "close"},
    {"mate/nature/YellowFlower.jpg", "yellowflower", "close"},
};

struct Kind {
  const char *folder, *label;
};
constexpr Kind kKinds[] = {{"animals", "animal"}, {"military", "military"}, {"people", "person"}, {"vehicles", "vehicle"}};

// Drawings among the photos, cut-outs with holes, and second photos of one object (a mirrored copy is the same object too).
const std::set<std::string> kUnsuitable{"bee",     "echidna",         "eye",        "hedgehog", "sedan_police",
                                        "lobster", "final-roll-call", "fireman200b"};

bool suits(const fs::path& file) {
  for (const fs::path& part : file)
    if (part == "cartoon" || part == "body_parts") return false;
  const std::string stem = file.stem();
  return file.extension() == ".png" && !stem.ends_with("_mirror") && !kUnsuitable.count(stem);
}

std::vector<Source> find_cutouts(const fs::path& stamps) {
  std::map<std::string, Source> found;  // by name: one file stands in two folders
  for (const Kind& kind : kKinds) {
    if (!fs::is_directory(stamps / kind.folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(stamps / kind.folder))
      if (entry.is_regular_file() && suits(entry.path().lexically_relative(stamps)))
        found.emplace(entry.path().stem(), Source{entry.path(), entry.path().stem(), kind.label});
  }
  std::vector<Source> cutouts;
  for (auto& [name, source] : found) cutouts.push_back(std::move(source));
  return cutouts;
}

// Names and sizes of the files stand for their content: a new version of a package makes a new data set.
std::string source_hash(const Sources& sources) {
  std::string text;
  for (const auto* list : {&sources.cutouts, &sources.landscapes})
    for (const Source& source : *list) text += fmt::format("{} {} {}\n", source.name, source.label, fs::file_size(source.path));
  return base::sha256(text);
}

Json options_json(const ComposeOptions& o) {
  return {{"version", kRecipeVersion}, {"count", o.count}, {"seed", o.seed}, {"width", o.width}, {"height", o.height}};
}

// The recipe a finished set was made by; null when `folder` holds none.
Json recipe_in(const fs::path& folder) {
  if (!fs::exists(folder / kRecipeFile)) return nullptr;
  try {
    return base::read_json(folder / kRecipeFile);
  } catch (const Error&) {
    return nullptr;
  }
}

// Parts of runs that were killed: their process is gone.
void remove_leftovers(const fs::path& folder) {
  const fs::path parent = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
  const std::string prefix = folder.filename().string() + ".part.";
  if (!fs::is_directory(parent)) return;
  for (const auto& entry : fs::directory_iterator(parent)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(prefix)) continue;
    const pid_t owner = static_cast<pid_t>(std::atol(name.c_str() + prefix.size()));
    if (owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path());
  }
}

void put_in_place(const fs::path& part, const fs::path& folder) {
  const fs::path old = part.string() + ".old";
  if (fs::exists(folder)) fs::rename(folder, old);
  fs::rename(part, folder);
  fs::remove_all(old);
}

MadeSet make_checked(const fs::path& folder, const ComposeOptions& options, const Progress& progress, const DefaultPlaces& places,
                     int threads) {
  const Json wanted = options_json(options), present = recipe_in(folder);
  const bool same_options = present.is_object() && present.value("options", Json()) == wanted;
  Sources sources;
  try {
    sources = default_sources(places);
  } catch (const Error&) {
    if (same_options) return {folder, present.value("recipe", ""), true};
    throw;
  }
  const std::string recipe = base::sha256(wanted.dump() + source_hash(sources));
  if (same_options && present.value("recipe", "") == recipe) return {folder, recipe, true};
  if (present.is_null() && fs::exists(folder) && !fs::is_empty(folder))
    throw Error("holds something else than a default data set", folder.string(), "name another folder, or empty this one");
  remove_leftovers(folder);
  const fs::path part = folder.string() + ".part." + std::to_string(::getpid());
  try {
    fs::create_directories(part);
    compose_dataset(sources, options, part, progress, threads);
    base::write_json(part / kRecipeFile, {{"recipe", recipe}, {"options", wanted}, {"sources", source_hash(sources)}});
    put_in_place(part, folder);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(part, ignored);
    throw;
  }
  return {folder, recipe, false};
}

}  // namespace

Sources default_sources(const DefaultPlaces& places) {
  Sources sources;
  sources.cutouts = find_cutouts(places.stamps);
  bool lomiri = true, mate = true;
  for (const Landscape& landscape : kLandscapes) {
    const fs::path path = places.backgrounds / landscape.file;
    if (fs::exists(path))
      sources.landscapes.push_back({path, landscape.name, landscape.view});
    else
      (std::string(landscape.file).starts_with("mate/") ? mate : lomiri) = false;
  }
  std::string missing;
  if (sources.cutouts.size() < 50) missing += " tuxpaint-stamps-default";
  if (!lomiri) missing += " lomiri-wallpapers-16.04";
  if (!mate) missing += " mate-backgrounds";
  if (!missing.empty())
    throw Error("the default data set is composed of pictures that are not installed:" + missing,
                places.stamps.parent_path().string(), "sudo apt-get install" + missing + "   (or give your own pictures)");
  return sources;
}

MadeSet make_default_set(const fs::path& folder, const ComposeOptions& options, const Progress& progress,
                         const DefaultPlaces& places, int threads) {
  if (options.count < 1 || options.count > 1000000)
    throw Error("the number of pictures must be 1 to 1000000", "data set", "2000 is usual");
  try {
    return make_checked(folder.lexically_normal(), options, progress, places, threads);
  } catch (const fs::filesystem_error& error) {
    throw Error(error.code().message(), error.path1().string(), "check the folder, its permissions and the space on its disk");
  }
}

}  // namespace duet::data
