#pragma once
// One alias for the JSON library. Keys stay in the order they were written, so equal values give equal bytes.

#include <nlohmann/json.hpp>

namespace duet {
using Json = nlohmann::ordered_json;
}
