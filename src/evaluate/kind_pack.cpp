// {"kind": "pack", "data": {"path", "hash", reading options...}, "height", "width"}: train.pack, validation.pack and test.pack of
// a data set, and names.json with the pictures' names in the order of the packs.
#include "base/fields.h"
#include "base/files.h"
#include "data/pack_dataset.h"
#include "evaluate/data_options.h"
#include "evaluate/kinds.h"

namespace duet::evaluate {
namespace fs = std::filesystem;

Json read_options_to_json(const data::ReadOptions& options) {
  return {{"format", options.format}, {"class", options.wanted_class}, {"several", options.several},
          {"split", options.split},   {"column", options.column},      {"validation", options.validation},
          {"test", options.test},     {"seed", options.seed},          {"skip_bad", options.skip_bad}};
}

data::ReadOptions read_options_from_json(const Json& json) {
  const std::string where = "pack";
  data::ReadOptions options;
  options.format = base::text_field(json, "format", where);
  options.wanted_class = base::text_field(json, "class", where);
  options.several = base::text_field(json, "several", where);
  options.split = base::text_field(json, "split", where);
  options.column = base::text_field(json, "column", where);
  options.validation = base::number_field(json, "validation", where);
  options.test = base::number_field(json, "test", where);
  options.seed = static_cast<uint64_t>(base::int_field(json, "seed", 0, INT64_MAX, where));
  options.skip_bad = base::bool_field(json, "skip_bad", where);
  return options;
}

Json run_pack(const Json& spec, const fs::path& folder, const Progress& progress) {
  const Json& source = base::field(spec, "data", "pack");
  const fs::path root = base::text_field(source, "path", "pack");
  const auto set = data::read_dataset(root, read_options_from_json(source));
  if (set.hash != base::text_field(source, "hash", "pack"))
    throw Error("the data set has changed since the specification was written", root.string(), "run the flow again");
  const auto height = static_cast<int>(base::int_field(spec, "height", 1, 4096, "pack"));
  const auto width = static_cast<int>(base::int_field(spec, "width", 1, 4096, "pack"));
  const size_t total = set.train.size() + set.validation.size() + set.test.size();
  size_t before = 0;
  Json names = Json::object(), counts = Json::object();
  const auto part = [&](const std::vector<data::Item>& items, const std::string& name) {
    const fs::path file = folder / (name + ".pack");
    if (!fs::exists(file))
      data::pack_dataset(items, height, width, file, {set.hash, name}, [&](double done, double, const std::string&) {
        progress(static_cast<double>(before) + done, static_cast<double>(total), name);
      });
    before += items.size();
    counts[name] = items.size();
    for (const auto& item : items) names[name].push_back(fs::relative(item.path, root).string());
  };
  part(set.train, "train");
  part(set.validation, "validation");
  part(set.test, "test");
  base::write_json(folder / "names.json", names);
  return counts;
}

}  // namespace duet::evaluate
