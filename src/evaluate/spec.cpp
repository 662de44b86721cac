#include "evaluate/spec.h"

#include "base/error.h"
#include "base/files.h"

namespace duet::evaluate {
namespace {

// nlohmann::json sorts its keys.
nlohmann::json without_paths(const Json& value) {
  if (value.is_object()) {
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [name, member] : value.items())
      if (name != "path") object[name] = without_paths(member);
    return object;
  }
  if (value.is_array()) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& member : value) list.push_back(without_paths(member));
    return list;
  }
  return nlohmann::json(value);
}

}  // namespace

std::string canonical(const Json& spec) { return without_paths(spec).dump(); }
std::string key(const Json& spec) { return base::sha256(canonical(spec)); }

Json file_reference(const std::filesystem::path& path) {
  return {{"sha256", base::sha256(base::read_file(path))}, {"path", std::filesystem::absolute(path).string()}};
}

std::filesystem::path checked_path(const Json& reference, const std::string& where) {
  if (!reference.is_object() || !reference.contains("path") || !reference.contains("sha256"))
    throw Error("an input file is {\"sha256\", \"path\"}", where, "write the specification again");
  const std::filesystem::path path = reference["path"].get<std::string>();
  if (base::sha256(base::read_file(path)) != reference["sha256"].get<std::string>())
    throw Error("the file has changed since the specification was written", path.string(), "run the flow again");
  return path;
}

}  // namespace duet::evaluate
