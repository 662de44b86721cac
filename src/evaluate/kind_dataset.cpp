// {"kind": "dataset", "pictures", "seed"}: composes the default data set in `data/`.
#include "base/fields.h"
#include "data/default_set.h"
#include "evaluate/kinds.h"

namespace duet::evaluate {

Json run_dataset(const Json& spec, const std::filesystem::path& folder, const Progress& progress) {
  data::ComposeOptions options;
  options.count = static_cast<int>(base::int_field(spec, "pictures", 1, 10'000'000, "dataset"));
  options.seed = static_cast<uint64_t>(base::int_field(spec, "seed", 0, INT64_MAX, "dataset"));
  const auto made = data::make_default_set(folder / "data", options, progress);
  return {{"recipe", made.recipe}};
}

}  // namespace duet::evaluate
