#include "base/fields.h"

#include <algorithm>

namespace duet::base {
namespace {

[[noreturn]] void wrong(const std::string& key, const std::string& expected, const Json& got, const std::string& where) {
  throw Error("'" + key + "' is " + got.dump().substr(0, 60), where, "it must be " + expected);
}

}  // namespace

void only_keys(const Json& json, const std::vector<std::string>& known, const std::string& where) {
  if (!json.is_object()) throw Error("found " + json.dump().substr(0, 60), where, "an object {...} must stand here");
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string near = nearest(key, known);
    std::string all;
    for (const std::string& word : known) all += (all.empty() ? "" : ", ") + word;
    throw Error("unknown key '" + key + "'", where, near.empty() ? "known keys: " + all : "did you mean '" + near + "'?");
  }
}

const Json& field(const Json& object, const std::string& key, const std::string& where) {
  if (!object.is_object()) throw Error("found " + object.dump().substr(0, 60), where, "an object {...} must stand here");
  const auto found = object.find(key);
  if (found == object.end()) throw Error("key '" + key + "' is missing", where, "add it");
  return *found;
}

int64_t int_field(const Json& object, const std::string& key, int64_t lo, int64_t hi, const std::string& where) {
  const Json& value = field(object, key, where);
  if (!value.is_number_integer() || value.get<int64_t>() < lo || value.get<int64_t>() > hi)
    wrong(key, "a whole number from " + std::to_string(lo) + " to " + std::to_string(hi), value, where);
  return value.get<int64_t>();
}

double number_field(const Json& object, const std::string& key, const std::string& where) {
  const Json& value = field(object, key, where);
  if (!value.is_number()) wrong(key, "a number", value, where);
  return value.get<double>();
}

std::string text_field(const Json& object, const std::string& key, const std::string& where) {
  const Json& value = field(object, key, where);
  if (!value.is_string()) wrong(key, "a text in quotes", value, where);
  return value.get<std::string>();
}

bool bool_field(const Json& object, const std::string& key, const std::string& where) {
  const Json& value = field(object, key, where);
  if (!value.is_boolean()) wrong(key, "true or false", value, where);
  return value.get<bool>();
}

const Json& array_field(const Json& object, const std::string& key, int size, const std::string& where) {
  const Json& value = field(object, key, where);
  if (!value.is_array() || (size >= 0 && value.size() != static_cast<size_t>(size)))
    wrong(key, size < 0 ? "a list" : "a list of " + std::to_string(size), value, where);
  return value;
}

}  // namespace duet::base
