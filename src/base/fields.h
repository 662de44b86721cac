#pragma once
// Reading a JSON object strictly: a misspelt key, a missing one or a wrong type is an Error that names where, the key and what
// was expected.

#include <initializer_list>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace duet::base {

/// Throws Error unless `json` is an object whose keys are all in `known` (the nearest right key is the hint).
void only_keys(const Json& json, const std::vector<std::string>& known, const std::string& where);

/// The value of a key that must be there.
const Json& field(const Json& object, const std::string& key, const std::string& where);

/// An integer within [lo, hi].
int64_t int_field(const Json& object, const std::string& key, int64_t lo, int64_t hi, const std::string& where);
double number_field(const Json& object, const std::string& key, const std::string& where);
std::string text_field(const Json& object, const std::string& key, const std::string& where);
bool bool_field(const Json& object, const std::string& key, const std::string& where);
/// An array; of exactly `size` elements unless `size` is negative.
const Json& array_field(const Json& object, const std::string& key, int size, const std::string& where);

}  // namespace duet::base
