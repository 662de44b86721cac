#include "net/bundle.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"

namespace duet::net {
namespace {

struct Word {
  std::string text;
  ComputeLayer layer;
};

// The computing part of the layer pool, in the order of all_bundles().
const std::vector<Word>& layer_words() {
  static const std::vector<Word> words{{"conv1", {false, 1}}, {"conv3", {false, 3}}, {"conv5", {false, 5}},
                                       {"dw3", {true, 3}},    {"dw5", {true, 5}},    {"dw7", {true, 7}}};
  return words;
}

struct Activation {
  std::string text;
  bool relu;
  double clip;
};

const std::vector<Activation>& activations() {
  static const std::vector<Activation> all{{"", false, 0}, {"relu", true, 0}, {"relu4", true, 4}, {"relu8", true, 8}};
  return all;
}

const std::vector<std::pair<std::string, Pool>>& pools() {
  static const std::vector<std::pair<std::string, Pool>> all{{"", Pool::none}, {"max", Pool::max}, {"avg", Pool::average}};
  return all;
}

bool has_dense(const std::vector<ComputeLayer>& layers) {
  return std::any_of(layers.begin(), layers.end(), [](const ComputeLayer& layer) { return !layer.depthwise; });
}

std::string word(const ComputeLayer& layer) {
  for (const Word& known : layer_words())
    if (known.layer == layer) return known.text;
  return (layer.depthwise ? "dw" : "conv") + std::to_string(layer.kernel);
}

std::vector<std::string> all_words() {
  std::vector<std::string> words{"bn"};
  for (const Word& known : layer_words()) words.push_back(known.text);
  for (const Activation& known : activations()) words.push_back(known.text);
  for (const auto& known : pools()) words.push_back(known.first);
  return words;
}

// Sets the part of the Bundle that a word names; false for an unknown word.
bool set_part(const std::string& text, Bundle& bundle) {
  if (text.empty()) return false;
  for (const Word& known : layer_words())
    if (known.text == text) return bundle.layers.push_back(known.layer), true;
  for (const Activation& known : activations())
    if (known.text == text) return bundle.relu = known.relu, bundle.clip = known.clip, true;
  for (const auto& [known, pool] : pools())
    if (known == text) return bundle.pool = pool, true;
  if (text == "bn") return bundle.norm = true;
  return false;
}

}  // namespace

std::string name(const Bundle& bundle) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() || part.empty() ? "" : "-") + part; };
  for (const ComputeLayer& layer : bundle.layers) add(word(layer));
  if (bundle.norm) add("bn");
  for (const Activation& known : activations())
    if (known.relu == bundle.relu && known.clip == bundle.clip) add(known.text);
  for (const auto& [known, pool] : pools())
    if (pool == bundle.pool) add(known);
  return text;
}

Bundle parse_bundle(const std::string& text) {
  const std::string where = "Bundle '" + text + "'";
  Bundle bundle{{}, false, false, 0, Pool::none};
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, '-');) {
    if (set_part(part, bundle)) continue;
    const std::string near = base::nearest(part, all_words());
    throw Error(
        "'" + part + "' is not in the layer pool", where,
        near.empty() ? "parts: conv1 conv3 conv5 dw3 dw5 dw7, bn, relu relu4 relu8, max avg" : "did you mean '" + near + "'?");
  }
  if (bundle.layers.empty() || bundle.layers.size() > 2)
    throw Error("has " + std::to_string(bundle.layers.size()) + " computing layers", where,
                "a Bundle has one or two, as in dw3-conv1-bn-relu-max");
  if (!has_dense(bundle.layers))
    throw Error("cannot change the number of channels", where, "one layer must be conv1, conv3 or conv5");
  if (name(bundle) != text) throw Error("parts are repeated or out of order", where, "write '" + name(bundle) + "'");
  return bundle;
}

int expanding_layer(const Bundle& bundle) {
  for (size_t i = 0; i < bundle.layers.size(); ++i)
    if (!bundle.layers[i].depthwise) return static_cast<int>(i);
  DUET_CHECK(false, "a Bundle without a dense convolution: " + name(bundle));
  return -1;
}

Bundle draw_bundle(Rng& rng) {
  Bundle bundle;
  do {
    bundle.layers.clear();
    for (int64_t n = rng.between(1, 2); n > 0; --n) bundle.layers.push_back(rng.pick(layer_words()).layer);
  } while (!has_dense(bundle.layers));
  bundle.norm = rng.below(2) == 1;
  const Activation& activation = rng.pick(activations());
  bundle.relu = activation.relu;
  bundle.clip = activation.clip;
  bundle.pool = rng.pick(pools()).second;
  return bundle;
}

std::vector<Bundle> all_bundles() {
  std::vector<std::vector<ComputeLayer>> skeletons;
  for (const Word& first : layer_words()) skeletons.push_back({first.layer});
  for (const Word& first : layer_words())
    for (const Word& second : layer_words()) skeletons.push_back({first.layer, second.layer});
  std::vector<Bundle> all;
  for (const auto& layers : skeletons)
    if (has_dense(layers))
      for (bool norm : {true, false})
        for (const Activation& activation : activations())
          for (const auto& pool : pools()) all.push_back({layers, norm, activation.relu, activation.clip, pool.second});
  return all;
}

}  // namespace duet::net
