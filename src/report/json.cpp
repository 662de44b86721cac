#include <set>
#include <type_traits>

#include "base/error.h"
#include "base/files.h"
#include "report/fields.h"
#include "report/report.h"

namespace duet::report {
namespace {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
constexpr bool kPlain = std::is_arithmetic_v<T> || std::is_same_v<T, std::string>;

struct Writer {
  Json json = Json::object();

  template <class T>
  static Json value(T& x) {
    if constexpr (kPlain<T>) {
      return x;
    } else if constexpr (IsVector<T>::value) {
      Json list = Json::array();
      for (auto& item : x) list.push_back(value(item));
      return list;
    } else {
      Writer inner;
      fields(inner, x);
      return inner.json;
    }
  }
  template <class T>
  void operator()(const char* key, T& x) {
    if constexpr (IsOptional<T>::value) {
      if (x) json[key] = value(*x);
    } else {
      json[key] = value(x);
    }
  }
};

struct Reader {
  const Json& json;
  std::string where;
  std::set<std::string> known{};

  template <class T>
  static void read(const Json& json, T& x, const std::string& where) {
    if constexpr (kPlain<T>) {
      try {
        x = json.get<T>();
      } catch (const Json::exception&) {
        throw Error("has a value of the wrong type: " + json.dump().substr(0, 60), where,
                    "write the report again with `duet run`");
      }
    } else if constexpr (IsVector<T>::value) {
      if (!json.is_array()) throw Error("must be a list", where, "write the report again with `duet run`");
      x.clear();
      for (size_t i = 0; i < json.size(); ++i) read(json[i], x.emplace_back(), where + "[" + std::to_string(i) + "]");
    } else if constexpr (IsOptional<T>::value) {
      read(json, x.emplace(), where);
    } else {
      if (!json.is_object()) throw Error("must be an object", where, "write the report again with `duet run`");
      Reader inner{json, where};
      fields(inner, x);
      inner.refuse_unknown_keys();
    }
  }
  template <class T>
  void operator()(const char* key, T& x) {
    known.insert(key);
    if (auto found = json.find(key); found != json.end() && !found->is_null()) read(*found, x, where + ": " + key);
  }
  void refuse_unknown_keys() const {
    for (const auto& [key, value] : json.items()) {
      if (known.count(key)) continue;
      const std::string near = base::nearest(key, known);
      throw Error("unknown key \"" + key + "\"", where, near.empty() ? "remove it" : "did you mean \"" + near + "\"?");
    }
  }
};

}  // namespace

Json to_json(const Report& report) {
  Report copy = report;  // `fields` serves writing and reading, so it takes its struct by reference
  return Writer::value(copy);
}

Report from_json(const Json& json, const std::string& where) {
  Report report;
  Reader::read(json, report, where);
  return report;
}

void save(const Report& report, const std::filesystem::path& directory) {
  base::write_json(directory / "report.json", to_json(report));
}

Report load(const std::filesystem::path& directory) {
  const auto file = directory / "report.json";
  if (!std::filesystem::is_directory(directory))
    throw Error("no such directory", directory.string(), "name the directory that `duet run --out` wrote");
  if (!std::filesystem::exists(file))
    throw Error("holds no report.json", directory.string(), "it is no run directory, or `duet run` has not got that far yet");
  return from_json(base::read_json(file), file.string());
}

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) text += i + k <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

}  // namespace duet::report
