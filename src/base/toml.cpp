#include "base/toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "base/files.h"

namespace duet::base {
namespace {

// toml++ keeps the keys of a table sorted, so equal files give equal bytes.
Json convert(const toml::node& node) {
  if (auto table = node.as_table()) {
    Json object = Json::object();
    for (const auto& [key, value] : *table) object[std::string(key.str())] = convert(value);
    return object;
  }
  if (auto array = node.as_array()) {
    Json list = Json::array();
    for (const auto& value : *array) list.push_back(convert(value));
    return list;
  }
  if (auto text = node.as_string()) return text->get();
  if (auto integer = node.as_integer()) return integer->get();
  if (auto number = node.as_floating_point()) return number->get();
  if (auto flag = node.as_boolean()) return flag->get();
  std::ostringstream date;
  if (auto day = node.as_date())
    date << day->get();
  else if (auto time = node.as_time())
    date << time->get();
  else if (auto moment = node.as_date_time())
    date << moment->get();
  return date.str();
}

std::string list(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

Json parse_toml(const std::string& text, const std::string& where) {
  try {
    return convert(toml::parse(text, where));
  } catch (const toml::parse_error& e) {
    const auto at = e.source().begin;
    throw Error(std::string(e.description()), where + ":" + std::to_string(at.line) + ":" + std::to_string(at.column),
                "correct the TOML there");
  }
}

Json read_toml(const std::filesystem::path& path) { return parse_toml(read_file(path), path.string()); }

Settings::Settings(const Json& table, std::string where, std::vector<std::string> known)
    : table_(table), where_(std::move(where)), known_(std::move(known)) {
  if (!table_.is_object()) throw Error("is not a table", where_, "write it as [name] with key = value lines");
  for (const auto& [key, value] : table_.items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::string near = nearest(key, known_);
    throw Error("unknown key '" + key + "'", where_,
                near.empty() ? "known keys: " + list(known_) : "did you mean '" + near + "'?");
  }
}

bool Settings::has(const std::string& key) const {
  DUET_CHECK(std::find(known_.begin(), known_.end(), key) != known_.end(), key);
  return table_.contains(key);
}

const Json& Settings::value(const std::string& key) const {
  if (!has(key)) throw Error("missing key '" + key + "'", where_, "add it");
  return table_[key];
}

void Settings::wrong(const std::string& key, const std::string& what, const std::string& hint) const {
  throw Error("'" + key + "' " + what, where_, hint);
}

std::string Settings::text(const std::string& key) const {
  const Json& found = value(key);
  if (!found.is_string()) wrong(key, "is " + found.dump() + ", not text", "put it in quotes");
  return found.get<std::string>();
}

double Settings::number(const std::string& key) const {
  const Json& found = value(key);
  if (!found.is_number()) wrong(key, "is " + found.dump() + ", not a number", "write a number without quotes");
  return found.get<double>();
}

int64_t Settings::integer(const std::string& key) const {
  const Json& found = value(key);
  if (!found.is_number_integer())
    wrong(key, "is " + found.dump() + ", not a whole number", "write a whole number without quotes");
  return found.get<int64_t>();
}

bool Settings::flag(const std::string& key) const {
  const Json& found = value(key);
  if (!found.is_boolean()) wrong(key, "is " + found.dump() + ", not true or false", "write true or false without quotes");
  return found.get<bool>();
}

std::vector<double> Settings::numbers(const std::string& key) const {
  const Json& found = value(key);
  const bool right = found.is_array() && std::all_of(found.begin(), found.end(), [](const Json& j) { return j.is_number(); });
  if (!right) wrong(key, "is " + found.dump() + ", not a list of numbers", "write it as [1, 2]");
  return found.get<std::vector<double>>();
}

std::vector<std::string> Settings::texts(const std::string& key) const {
  const Json& found = value(key);
  const bool right = found.is_array() && std::all_of(found.begin(), found.end(), [](const Json& j) { return j.is_string(); });
  if (!right) wrong(key, "is " + found.dump() + ", not a list of texts", "write it as [\"a\", \"b\"]");
  return found.get<std::vector<std::string>>();
}

Settings Settings::table(const std::string& key, std::vector<std::string> known, bool optional) const {
  const std::string where = where_ + " [" + key + "]";
  if (optional && !has(key)) return Settings(Json::object(), where, std::move(known));
  return Settings(value(key), where, std::move(known));
}

}  // namespace duet::base
