#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "base/error.h"
#include "cli/data_options.h"
#include "data/default_set.h"
#include "data/image.h"
#include "data/pack_dataset.h"
#include "data/sheet.h"

namespace duet::cli {
namespace {

struct Arguments {
  std::string folder, out, part = "train";
  data::ReadOptions read;
  int count = 30, columns = 5, width = 320;
  int pack_height = 160, pack_width = 320, threads = 0;
  data::ComposeOptions compose;
  bool json = false;
};
using Shared = std::shared_ptr<Arguments>;

const std::vector<data::Item>& part_of(const data::Dataset& dataset, const std::string& part) {
  return part == "train" ? dataset.train : part == "validation" ? dataset.validation : dataset.test;
}

void add_part_option(CLI::App* verb, std::string& part) {
  verb->add_option("--part", part, "train, validation or test")
      ->check(CLI::IsMember({"train", "validation", "test"}))
      ->capture_default_str();
}

Json describe(const std::vector<data::Item>& items) {
  std::set<std::string> sequences;
  std::map<std::string, int> classes;
  std::vector<double> areas;
  for (const data::Item& item : items) {
    sequences.insert(item.sequence);
    ++classes[item.label];
    areas.push_back((item.box.x1 - item.box.x0) * (item.box.y1 - item.box.y0));
  }
  std::sort(areas.begin(), areas.end());
  auto at = [&](double share) {
    return areas.empty() ? 0.0 : areas[static_cast<size_t>(share * static_cast<double>(areas.size() - 1))];
  };
  return {{"pictures", items.size()},
          {"sequences", sequences.size()},
          {"classes", classes},
          {"box_area", {{"smallest", at(0)}, {"median", at(0.5)}, {"largest", at(1)}}}};
}

Json describe(const data::Dataset& dataset) {
  return {{"folder", dataset.root.string()},  {"format", dataset.reader},
          {"split", dataset.split},           {"hash", dataset.hash},
          {"train", describe(dataset.train)}, {"validation", describe(dataset.validation)},
          {"test", describe(dataset.test)},   {"notes", dataset.notes}};
}

void print_info(const data::Dataset& dataset) {
  const Json all = describe(dataset);
  print(fmt::format("{}: {} layout, {}", dataset.root.string(), dataset.reader, dataset.split));
  print(fmt::format("{:<11} {:>9} {:>10} {:>8}   {}", "part", "pictures", "sequences", "classes",
                    "box area: smallest, median, largest"));
  std::map<std::string, int> classes;
  for (const char* part : {"train", "validation", "test"}) {
    const Json& p = all[part];
    for (const auto& [name, count] : p["classes"].items()) classes[name] += count.get<int>();
    const Json& area = p["box_area"];
    print(fmt::format("{:<11} {:>9} {:>10} {:>8}   {:.3f} %, {:.3f} %, {:.2f} %", part, p["pictures"].get<int>(),
                      p["sequences"].get<int>(), p["classes"].size(), 100 * area["smallest"].get<double>(),
                      100 * area["median"].get<double>(), 100 * area["largest"].get<double>()));
  }
  std::string text;
  for (const auto& [name, count] : classes) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count);
  print("classes: " + text);
  print("hash " + dataset.hash);
}

void run_info(const Arguments& a) {
  const data::Dataset dataset = read_and_say(a.folder, a.read);
  a.json ? print_json(describe(dataset)) : print_info(dataset);
}

void run_show(const Arguments& a) {
  const data::Dataset dataset = read_and_say(a.folder, a.read);
  const auto items = data::spread(part_of(dataset, a.part), a.count);
  if (items.empty()) throw Error("the " + a.part + " part is empty", a.folder, "choose another part");
  data::write_image(a.out, data::contact_sheet(items, a.columns, a.width));
  if (a.json) return print_json({{"out", a.out}, {"pictures", items.size()}, {"part", a.part}});
  print(fmt::format("{}: {} pictures of the {} part", a.out, items.size(), a.part));
}

void run_pack(const Arguments& a) {
  const data::Dataset dataset = read_and_say(a.folder, a.read);
  const auto& items = part_of(dataset, a.part);
  data::pack_dataset(items, a.pack_height, a.pack_width, a.out, {dataset.hash, a.part}, progress_bar("packing"), a.threads);
  if (a.json) return print_json({{"out", a.out}, {"pictures", items.size()}, {"part", a.part}, {"hash", dataset.hash}});
  print(fmt::format("{}: {} pictures of the {} part, {}x{}", a.out, items.size(), a.part, a.pack_width, a.pack_height));
}

void run_make(const Arguments& a) {
  const data::MadeSet made = data::make_default_set(a.out, a.compose, progress_bar("composing"), {}, a.threads);
  if (a.json) return print_json({{"folder", made.folder.string()}, {"recipe", made.recipe}, {"reused", made.reused}});
  print(fmt::format("{}: {}", made.folder.string(), made.reused ? "complete already" : "made"));
}

void add_make(CLI::App& data, Shared a) {
  CLI::App* verb = add_verb(
      data, "make", "Compose the default data set: photo cut-outs over landscapes", "duet data make --out build/data/default",
      [a] { run_make(*a); }, true);
  a->out = "build/data/default";
  verb->add_option("--out", a->out, "The folder to make; reused when it is complete")->capture_default_str();
  verb->add_option("--count", a->compose.count, "Training pictures; validation has a tenth, test three twentieths of it")
      ->capture_default_str();
  verb->add_option("--seed", a->compose.seed, "Same seed, same bytes")->capture_default_str();
  verb->add_option("--threads", a->threads, "0: one per core")->check(CLI::Range(0, 1024))->capture_default_str();
  add_json_flag(verb, a->json);
}

void add_info(CLI::App& data, Shared a) {
  CLI::App* verb = add_verb(data, "info", "Count what a data set holds and how it is split", "duet data info ~/pictures",
                            [a] { run_info(*a); });
  verb->add_option("folder", a->folder, "The data set")->required();
  add_read_options(verb, a->read);
  add_json_flag(verb, a->json);
}

void add_show(CLI::App& data, Shared a) {
  CLI::App* verb = add_verb(data, "show", "Draw a contact sheet with boxes", "duet data show ~/pictures --out sheet.png",
                            [a] { run_show(*a); });
  verb->add_option("folder", a->folder, "The data set")->required();
  verb->add_option("--out", a->out, "The picture to write (.png or .jpg)")->required();
  verb->add_option("--count", a->count, "Pictures on the sheet, spread over the part")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb->add_option("--columns", a->columns, "Pictures in a row")->check(CLI::Range(1, 50))->capture_default_str();
  verb->add_option("--width", a->width, "Width of one picture on the sheet")->check(CLI::Range(32, 2000))->capture_default_str();
  add_part_option(verb, a->part);
  add_read_options(verb, a->read);
  add_json_flag(verb, a->json);
}

void add_pack(CLI::App& data, Shared a) {
  CLI::App* verb =
      add_verb(data, "pack", "Bring one part to a network's size, in one file",
               "duet data pack ~/pictures --part test --height 160 --width 320 --out test.pack", [a] { run_pack(*a); });
  verb->add_option("folder", a->folder, "The data set")->required();
  verb->add_option("--out", a->out, "The pack to write; <out>.json beside it names the pictures")->required();
  verb->add_option("--height", a->pack_height, "Height in pixels")->check(CLI::Range(1, 4096))->capture_default_str();
  verb->add_option("--width", a->pack_width, "Width in pixels")->check(CLI::Range(1, 4096))->capture_default_str();
  verb->add_option("--threads", a->threads, "0: one per core")->check(CLI::Range(0, 1024))->capture_default_str();
  add_part_option(verb, a->part);
  add_read_options(verb, a->read);
  add_json_flag(verb, a->json);
}

}  // namespace

void add_read_options(CLI::App* verb, data::ReadOptions& o) {
  verb->add_option("--format", o.format, "auto, contest, voc, yolo, coco or csv (docs/data.md)")->capture_default_str();
  verb->add_option("--class", o.wanted_class, "The one class to learn; without it, every object counts");
  verb->add_option("--several", o.several, "Several objects in a picture: refuse, or take the largest")->capture_default_str();
  verb->add_option("--split", o.split, "auto, given, sequence or seed")->capture_default_str();
  verb->add_option("--column", o.column, "Column of a CSV file that gives the split");
  verb->add_option("--validation", o.validation, "Share of the training part held out for choices")->capture_default_str();
  verb->add_option("--split-seed", o.seed, "Seed of the splits made here")->capture_default_str();
  verb->add_flag("--skip-bad", o.skip_bad, "Leave out pictures with broken, missing or empty labels and count them");
}

data::Dataset read_and_say(const std::string& folder, data::ReadOptions options) {
  options.progress = progress_bar("reading " + folder);
  data::Dataset dataset = data::read_dataset(folder, options);
  for (const std::string& note : dataset.notes) say("note: " + note);
  return dataset;
}

void add_data(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  CLI::App* data = app.add_subcommand("data", "Make, look at and pack data sets");
  data->footer("Example:\n  duet data show ~/pictures --out sheet.png");
  add_make(*data, a);
  add_info(*data, a);
  add_show(*data, a);
  add_pack(*data, a);
  data->allow_extras();  // a misspelt word is answered below, with the right one
  data->callback([data] {
    if (!data->get_subcommands().empty()) return;
    const auto words = data->remaining();
    const std::string near =
        words.empty() ? "" : base::nearest(words[0], std::vector<std::string>{"make", "info", "show", "pack"});
    throw Error(words.empty() ? "called with no arguments" : "unknown word \"" + words[0] + "\"", "duet data",
                near.empty() ? "say make, info, show or pack; see `duet data --help`" : "did you mean `duet data " + near + "`?");
  });
}

}  // namespace duet::cli
