#include "cli/parts.h"

#include <fmt/core.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/files.h"
#include "cli/verb.h"
#include "data/pack_dataset.h"

namespace duet::cli {
namespace fs = std::filesystem;

fs::path packed_part(const data::Dataset& dataset, const std::string& part, const net::Network& network, const fs::path& folder) {
  const auto& items = part == "train" ? dataset.train : part == "validation" ? dataset.validation : dataset.test;
  if (items.empty())
    throw Error("the " + part + " part is empty", dataset.root.string(),
                "give more pictures, or another --split or --validation");
  const net::Shape& input = network.input;
  const fs::path path = folder / fmt::format("{}-{}x{}-{}.pack", part, input.width, input.height, dataset.hash.substr(0, 12));
  if (!fs::exists(path))
    data::pack_dataset(items, input.height, input.width, path, {dataset.hash, part}, progress_bar("packing " + part));
  return path;
}

void check_not_itself(const std::string& picture, const std::string& out) {
  std::error_code absent;
  if (!out.empty() && std::filesystem::equivalent(picture, out, absent))
    throw Error("is the picture itself, which would be overwritten", out, "give another --out");
}

net::Network find_network(const std::string& name) {
  if (const net::Network* known = net::find_known(name)) return *known;
  fs::path path(name);
  if (fs::is_directory(path)) path /= "network.json";
  if (!fs::exists(path)) {
    const std::string near = base::nearest(name, net::known_networks());
    throw Error(
        "no such network", name,
        near.empty() ? "give a network's JSON file or one of the known names, such as dnn-a" : "did you mean " + near + "?");
  }
  return net::network_from_json(base::read_json(path), path.string());
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "duet-XXXXXX").string();
  if (!mkdtemp(pattern.data()))
    throw Error("no temporary folder can be made", fs::temp_directory_path().string(), "set TMPDIR to a folder with space");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace duet::cli
