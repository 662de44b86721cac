#include "data/dataset.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>

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

// The largest, when a picture has several: one object a picture is what the network's head finds.
const Object& largest(const std::vector<Object>& objects, const Entry& entry) {
  if (objects.empty())
    throw Error("names no object", entry.label.string(),
                "label one, or remove picture and label; `--skip-bad` leaves such pictures out");
  auto area = [](const Object& o) { return (o.x1 - o.x0) * (o.y1 - o.y0); };
  return *std::max_element(objects.begin(), objects.end(), [&](const Object& a, const Object& b) { return area(a) < area(b); });
}

net::Box checked_box(const Object& o, const Size& size, const fs::path& label) {
  const bool inside = o.x0 >= -kSlack && o.y0 >= -kSlack && o.x1 <= size.width + kSlack && o.y1 <= size.height + kSlack;
  const double x0 = std::max(o.x0, 0.0), y0 = std::max(o.y0, 0.0);
  const double x1 = std::min(o.x1, double(size.width)), y1 = std::min(o.y1, double(size.height));
  if (!inside || x0 >= x1 || y0 >= y1)
    throw Error(fmt::format("{} ({:g}, {:g}) to ({:g}, {:g}) {} {}x{} picture", "box", o.x0, o.y0, o.x1, o.y1,
                            inside ? "is empty in the" : "lies outside of its", size.width, size.height),
                label.string(), "mend the label; `--skip-bad` leaves such pictures out");
  return {x0 / size.width, y0 / size.height, x1 / size.width, y1 / size.height};
}

struct Loaded {
  std::optional<Item> item;
  std::string sha256, problem;
  size_t objects = 0;
};

Loaded load(const Entry& entry, FactsCache& cache) {
  const FileFacts facts = cache.facts(entry.picture);
  const auto objects = entry.objects(facts.size);
  const Object& object = largest(objects, entry);
  Loaded loaded;
  loaded.item = {entry.picture, checked_box(object, facts.size, entry.label), facts.size.width, facts.size.height, entry.sequence,
                 object.label};
  loaded.sha256 = facts.sha256, loaded.objects = objects.size();
  return loaded;
}

std::vector<Loaded> load_all(const Listing& listing, const fs::path& root, const ReadOptions& options) {
  std::vector<Loaded> loaded(listing.entries.size());
  FactsCache cache(root);
  auto work = [&](int i) {
    const auto index = static_cast<size_t>(i);
    try {
      loaded[index] = load(listing.entries[index], cache);
    } catch (const Error& error) {
      if (!options.skip_bad) throw;
      loaded[index].problem = error.what();
    }
  };
  base::parallel_for(static_cast<int>(loaded.size()), work, options.progress);
  cache.save();
  return loaded;
}

void note_what_was_special(const std::vector<Loaded>& loaded, Dataset& dataset) {
  size_t several = 0, bad = 0;
  std::string first;
  for (const Loaded& l : loaded) {
    several += l.objects > 1;
    if (!l.problem.empty() && !bad++) first = l.problem;
  }
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

Dataset read_checked(const fs::path& root, const ReadOptions& options) {
  if (!fs::exists(root)) throw Error("no such folder", root.string(), "check the path of the data set");
  if (!fs::is_directory(root)) throw Error("is not a folder", root.string(), "name the folder that holds the data set");
  const Reader& reader = choose_reader(root, options.format);
  const Listing listing = reader.list(root, options);
  if (listing.entries.empty())
    throw Error("an empty data set: no picture found", root.string(), "expected " + reader.layout + " (docs/data.md)");
  const auto loaded = load_all(listing, root, options);
  Dataset dataset;
  dataset.root = root, dataset.reader = reader.name, dataset.notes = listing.notes;
  note_what_was_special(loaded, dataset);
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
