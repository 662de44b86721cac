#include "data/dataset.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/parallel.h"
#include "data/file_facts.h"
#include "data/reader.h"
#include "data/split.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

constexpr double kSlack = 1;  // pixels a box may stick out of its picture: labelling tools round

template <class Values>
void check_choice(const std::string& value, const Values& values, const std::string& what) {
  if (std::find(values.begin(), values.end(), value) != values.end()) return;
  const std::string near = base::nearest(value, values);
  std::string all;
  for (const std::string& v : values) all += (all.empty() ? "" : ", ") + v;
  throw Error("unknown " + what + " \"" + value + "\"", "data set",
              near.empty() ? "choose one of " + all : "did you mean \"" + near + "\"?");
}

void check_options(const ReadOptions& options) {
  std::vector<std::string> formats{"auto"};
  for (const Reader& reader : readers()) formats.push_back(reader.name);
  check_choice(options.format, formats, "format");
  check_choice(options.split, std::vector<std::string>{"auto", "given", "sequence", "seed"}, "split");
  check_choice(options.several, std::vector<std::string>{"refuse", "largest"}, "way with several objects");
  if (!(options.validation >= 0 && options.validation <= 0.5))
    throw Error("the validation share must be 0 to 0.5", "data set", "0.1 is usual");
  if (!(options.test > 0 && options.test <= 0.9))
    throw Error("the test share must be above 0 and at most 0.9", "data set", "0.2 is usual");
}

const Reader& choose_reader(const fs::path& root, const std::string& format) {
  for (const Reader& reader : readers())
    if (format == "auto" ? reader.recognises(root) : format == reader.name) return reader;
  std::string layouts;
  for (const Reader& reader : readers()) layouts += (layouts.empty() ? " " : "; ") + reader.name + ": " + reader.layout;
  throw Error("no data set is recognised here", root.string(), "known layouts (docs/data.md):" + layouts);
}

// One object a picture is what the network's head finds.
const Object& the_one(const std::vector<Object>& objects, const Entry& entry, const ReadOptions& options) {
  if (objects.empty())
    throw Error("names no object", entry.where, "label one, or remove picture and label; `--skip-bad` leaves such pictures out");
  if (objects.size() > 1 && options.several == "refuse")
    throw Error(fmt::format("names {} objects{}, but duet finds one a picture", objects.size(),
                            options.wanted_class.empty() ? "" : " of class " + options.wanted_class),
                entry.where,
                "`--several largest` takes the largest, `--class NAME` one class only (in TOML: several, class); `--skip-bad` "
                "leaves such pictures out");
  auto area = [](const Object& o) { return (o.x1 - o.x0) * (o.y1 - o.y0); };
  return *std::max_element(objects.begin(), objects.end(), [&](const Object& a, const Object& b) { return area(a) < area(b); });
}

net::Box checked_box(const Object& o, const Size& size, const std::string& where) {
  const bool inside = o.x0 >= -kSlack && o.y0 >= -kSlack && o.x1 <= size.width + kSlack && o.y1 <= size.height + kSlack;
  const double x0 = std::max(o.x0, 0.0), y0 = std::max(o.y0, 0.0);
  const double x1 = std::min(o.x1, double(size.width)), y1 = std::min(o.y1, double(size.height));
  if (!inside || x0 >= x1 || y0 >= y1)
    throw Error(fmt::format("{} ({:g}, {:g}) to ({:g}, {:g}) {} {}x{} picture", "box", o.x0, o.y0, o.x1, o.y1,
                            inside ? "is empty in the" : "lies outside of its", size.width, size.height),
                where, "mend the label; `--skip-bad` leaves such pictures out");
  return {x0 / size.width, y0 / size.height, x1 / size.width, y1 / size.height};
}

struct Loaded {
  std::optional<Item> item;  // nothing for a picture with a problem or without the wanted class
  std::string sha256, problem;
  std::set<std::string> classes;  // of all its objects
  size_t objects = 0;             // of the wanted class
};

Loaded load(const Entry& entry, FactsCache& cache, const ReadOptions& options) {
  const FileFacts facts = cache.facts(entry.picture);
  auto objects = entry.objects(facts.size);
  Loaded loaded;
  for (const Object& object : objects) loaded.classes.insert(object.label);
  if (!options.wanted_class.empty()) {
    if (loaded.classes.count(""))
      throw Error("has an object without a class", entry.where, "name its class in the label, or do not choose one by `--class`");
    std::erase_if(objects, [&](const Object& object) { return object.label != options.wanted_class; });
    if (objects.empty()) return loaded;
  }
  const Object& object = the_one(objects, entry, options);
  loaded.item = {entry.picture, checked_box(object, facts.size, entry.where), facts.size.width, facts.size.height, entry.sequence,
                 object.label};
  loaded.sha256 = facts.sha256, loaded.objects = objects.size();
  return loaded;
}

std::vector<Loaded> load_all(const std::vector<Entry>& entries, const fs::path& root, const ReadOptions& options) {
  std::vector<Loaded> loaded(entries.size());
  FactsCache cache(root);
  auto work = [&](int i) {
    const auto index = static_cast<size_t>(i);
    try {
      loaded[index] = load(entries[index], cache, options);
    } catch (const Error& error) {
      if (!options.skip_bad) throw;
      loaded[index].problem = error.what();
    }
  };
  base::parallel_for(static_cast<int>(loaded.size()), work, options.progress);
  cache.save();
  return loaded;
}

void check_class(const std::vector<Loaded>& loaded, const std::string& wanted, const fs::path& root) {
  std::set<std::string> all;
  for (const Loaded& l : loaded) all.insert(l.classes.begin(), l.classes.end());
  if (wanted.empty() || all.empty() || all.count(wanted)) return;
  const std::string near = base::nearest(wanted, all);
  constexpr size_t kShown = 10;
  const std::vector<std::string> some(all.begin(), std::next(all.begin(), static_cast<ptrdiff_t>(std::min(kShown, all.size()))));
  throw Error("has no object of class \"" + wanted + "\"", root.string(),
              near.empty() ? fmt::format("its classes: {}{}", fmt::join(some, ", "), all.size() > kShown ? ", ..." : "")
                           : "did you mean \"" + near + "\"?");
}

void note_what_was_special(const std::vector<Loaded>& loaded, const std::string& wanted, Dataset& dataset) {
  size_t several = 0, bad = 0, without = 0;
  std::string first;
  for (const Loaded& l : loaded) {
    several += l.objects > 1;
    without += !l.item && l.problem.empty();
    if (!l.problem.empty() && !bad++) first = l.problem;
  }
  if (without) dataset.notes.push_back(fmt::format("left out {} pictures without an object of class {}", without, wanted));
  if (several) dataset.notes.push_back(fmt::format("{} pictures have several objects: the largest is used", several));
  if (bad) dataset.notes.push_back(fmt::format("left out {} bad pictures, the first because: {}", bad, first));
}

// Everything that can change what a network learns or scores, in a fixed order; nothing of where the folder lies.
std::string content_hash(const Dataset& dataset, const std::map<fs::path, std::string>& sha256) {
  std::string text = "duet data set 1\n";
  for (const auto& [name, part] :
       {std::pair{"train", &dataset.train}, std::pair{"validation", &dataset.validation}, std::pair{"test", &dataset.test}})
    for (const Item& item : *part)
      text += fmt::format("{}\t{}\t{}\t{}\t{:a} {:a} {:a} {:a}\t{}\n", name, item.path.lexically_relative(dataset.root).string(),
                          item.sequence, item.label, item.box.x0, item.box.y0, item.box.x1, item.box.y1, sha256.at(item.path));
  return base::sha256(text);
}

// Where the data set gives parts, pictures that it puts into none are left out.
void keep_pictures_of_parts(Listing& listing, std::vector<std::string>& notes) {
  if (listing.given_by.empty()) return;
  std::map<std::string, int> left_out;
  for (const Entry& entry : listing.entries)
    if (entry.given.empty()) ++left_out[entry.left_out];
  for (const auto& [why, count] : left_out) notes.push_back(fmt::format("left out {} pictures {}", count, why));
  std::erase_if(listing.entries, [](const Entry& entry) { return entry.given.empty(); });
}

// In the order of their paths. One label a picture: else a picture could stand in two parts.
void sort_pictures(std::vector<Entry>& entries) {
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.picture < b.picture; });
  const auto same = [](const Entry& a, const Entry& b) { return a.picture == b.picture; };
  if (const auto twice = std::adjacent_find(entries.begin(), entries.end(), same); twice != entries.end())
    throw Error("labels " + twice->picture.string() + ", as " + std::next(twice)->where + " does", twice->where,
                "keep one of the two");
}

// What the reader finds, without what lies in no part; sets the data set's reader and notes.
Listing list_pictures(const ReadOptions& options, Dataset& dataset) {
  const std::string where = dataset.root.string();
  const Reader& reader = choose_reader(dataset.root, options.format);
  if (!reader.has_columns && !options.column.empty())
    throw Error("a split column was asked for, but the layout " + reader.name + " has none", where, "leave the column out");
  Listing listing = reader.list(dataset.root, options.column);
  if (listing.entries.empty())
    throw Error("an empty data set: no picture found", where, "expected " + reader.layout + " (docs/data.md)");
  dataset.reader = reader.name;
  keep_pictures_of_parts(listing, dataset.notes);
  sort_pictures(listing.entries);
  return listing;
}

Dataset read_checked(const fs::path& root, const ReadOptions& options) {
  if (!fs::exists(root)) throw Error("no such folder", root.string(), "check the path of the data set");
  if (!fs::is_directory(root)) throw Error("is not a folder", root.string(), "name the folder that holds the data set");
  Dataset dataset;
  dataset.root = root;
  const Listing listing = list_pictures(options, dataset);
  const auto loaded = load_all(listing.entries, root, options);
  check_class(loaded, options.wanted_class, root);
  note_what_was_special(loaded, options.wanted_class, dataset);
  std::vector<GivenItem> items;
  std::map<fs::path, std::string> sha256;
  for (size_t i = 0; i < loaded.size(); ++i) {
    if (!loaded[i].item) continue;
    items.push_back({*loaded[i].item, listing.entries[i].given});
    sha256[loaded[i].item->path] = loaded[i].sha256;
  }
  if (items.empty()) throw Error("an empty data set: every picture was left out", root.string(), dataset.notes.back());
  split_items(std::move(items), listing.given_by, options, dataset);
  dataset.hash = content_hash(dataset, sha256);
  return dataset;
}

}  // namespace

Dataset read_dataset(const fs::path& root, const ReadOptions& options) {
  check_options(options);
  try {
    return read_checked(root.lexically_normal(), options);
  } catch (const fs::filesystem_error& error) {
    throw Error(error.code().message(), error.path1().string(), "check the folder and its permissions");
  }
}

}  // namespace duet::data
