#include "layer/layer.h"

// One line a kind: its name, which is also that of its file.
#define DUET_LAYER_KINDS(KIND) \
  KIND(conv)                   \
  KIND(dwconv)                 \
  KIND(pool)                   \
  KIND(norm)                   \
  KIND(act)                    \
  KIND(concat)                 \
  KIND(reorder)

namespace duet::layer {

#define DUET_DECLARE(NAME) std::unique_ptr<LayerKind> make_##NAME();
DUET_LAYER_KINDS(DUET_DECLARE)
#undef DUET_DECLARE

namespace {

const std::vector<std::unique_ptr<LayerKind>>& registry() {
  static const auto kinds = [] {
    std::vector<std::unique_ptr<LayerKind>> list;
#define DUET_MAKE(NAME) list.push_back(make_##NAME());
    DUET_LAYER_KINDS(DUET_MAKE)
#undef DUET_MAKE
    return list;
  }();
  return kinds;
}

}  // namespace

const LayerKind* find_kind(const std::string& name) {
  for (const auto& kind : registry())
    if (kind->name() == name) return kind.get();
  return nullptr;
}

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const auto& kind : registry()) names.push_back(kind->name());
  return names;
}

}  // namespace duet::layer
