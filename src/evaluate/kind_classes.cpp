// {"kind": "classes", "data": {"path", "hash"}, "height", "width", "most", "seed"}: train.pack, validation.pack and test.pack of
// pictures of classes (data/classes.h).
#include "base/error.h"
#include "base/fields.h"
#include "data/classes.h"
#include "evaluate/kinds.h"

namespace duet::evaluate {
namespace fs = std::filesystem;

Json run_classes(const Json& spec, const fs::path& folder, const Progress& progress) {
  const std::string where = "classes";
  const Json& source = base::field(spec, "data", where);
  const fs::path root = base::text_field(source, "path", where);
  if (data::class_data_hash(root) != base::text_field(source, "hash", where))
    throw Error("the pictures have changed since the specification was written", root.string(), "run the study again");
  const auto packs =
      data::pack_classes(root, static_cast<int>(base::int_field(spec, "height", 1, 4096, where)),
                         static_cast<int>(base::int_field(spec, "width", 1, 4096, where)),
                         static_cast<int>(base::int_field(spec, "most", 0, INT32_MAX, where)),
                         static_cast<uint64_t>(base::int_field(spec, "seed", 0, INT64_MAX, where)), folder, progress);
  return {{"names", packs.names}, {"train", packs.train}, {"validation", packs.validation}, {"test", packs.test}};
}

}  // namespace duet::evaluate
