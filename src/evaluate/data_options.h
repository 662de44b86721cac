#pragma once
#include "base/json.h"
#include "data/dataset.h"

namespace duet::evaluate {

/// How a data set is read, as it stands in the specification of its packs.
Json read_options_to_json(const data::ReadOptions& options);
data::ReadOptions read_options_from_json(const Json& json);

}  // namespace duet::evaluate
