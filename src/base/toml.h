#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"

namespace duet::base {

/// A TOML file as JSON (dates become text). Throws Error naming the file, and line and column of a syntax error.
Json read_toml(const std::filesystem::path& path);
/// The same from text; `where` names it in messages.
Json parse_toml(const std::string& text, const std::string& where);

/// A table of settings read strictly: a key nobody knows is an Error that names the nearest right one, as are a missing key and
/// a value of the wrong type. `known` lists every key the table may have; `where` is the file, plus the table's name.
class Settings {
 public:
  Settings(const Json& table, std::string where, std::vector<std::string> known);
  bool has(const std::string& key) const;
  std::string text(const std::string& key) const;
  double number(const std::string& key) const;  ///< integers are numbers too
  int64_t integer(const std::string& key) const;
  bool flag(const std::string& key) const;
  std::string text(const std::string& key, const std::string& otherwise) const { return has(key) ? text(key) : otherwise; }
  double number(const std::string& key, double otherwise) const { return has(key) ? number(key) : otherwise; }
  int64_t integer(const std::string& key, int64_t otherwise) const { return has(key) ? integer(key) : otherwise; }
  bool flag(const std::string& key, bool otherwise) const { return has(key) ? flag(key) : otherwise; }
  std::vector<double> numbers(const std::string& key) const;
  std::vector<std::string> texts(const std::string& key) const;
  /// A table inside this one; `optional`: an empty one where it is absent.
  Settings table(const std::string& key, std::vector<std::string> known, bool optional = false) const;
  /// An Error about `key`: what is wrong with its value and what to do.
  [[noreturn]] void wrong(const std::string& key, const std::string& what, const std::string& hint) const;

 private:
  const Json& value(const std::string& key) const;
  Json table_;
  std::string where_;
  std::vector<std::string> known_;
};

}  // namespace duet::base
