#include "data/split.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/rng.h"

namespace duet::data {
namespace {

constexpr uint64_t kTestStream = 1, kValidationStream = 2;

using Parts = std::pair<std::vector<Item>, std::vector<Item>>;  // rest, taken

Parts take_if(const std::vector<Item>& items, const std::vector<bool>& taken) {
  Parts parts;
  for (size_t i = 0; i < items.size(); ++i) (taken[i] ? parts.second : parts.first).push_back(items[i]);
  return parts;
}

Parts take_single(const std::vector<Item>& items, double share, uint64_t seed) {
  std::vector<size_t> order(items.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  Rng(seed).shuffle(order);
  const size_t most = items.empty() ? 0 : items.size() - 1;
  const size_t count =
      std::min(most, std::max<size_t>(share > 0, static_cast<size_t>(share * static_cast<double>(items.size()) + 0.5)));
  std::vector<bool> taken(items.size());
  for (size_t i = 0; i < count; ++i) taken[order[i]] = true;
  return take_if(items, taken);
}

size_t count_sequences(const std::vector<Item>& items) {
  std::set<std::string> names;
  for (const Item& item : items) names.insert(item.sequence);
  return names.size();
}

void need(const std::vector<Item>& part, const char* name, const Dataset& dataset) {
  if (part.empty())
    throw Error(std::string("has no picture for the ") + name + " part", dataset.root.string(),
                "add pictures, or choose another split (given, sequence, seed)");
}

void split_given(std::vector<GivenItem>& items, const std::string& given_by, Dataset& dataset) {
  auto has = [&](const char* part) {
    return std::any_of(items.begin(), items.end(), [&](const GivenItem& i) { return i.given == part; });
  };
  const bool test = has("test");
  for (GivenItem& i : items) {
    if (i.given == "train")
      dataset.train.push_back(std::move(i.item));
    else if (i.given == "validation" && test)
      dataset.validation.push_back(std::move(i.item));
    else
      dataset.test.push_back(std::move(i.item));
  }
  dataset.split = "given by " + given_by;
  if (!test && !dataset.test.empty()) dataset.split += " (no test part: the validation part is used as it)";
}

// "auto" becomes what is done.
std::string decide(const std::vector<GivenItem>& items, const std::string& given_by, const ReadOptions& options,
                   const Dataset& dataset) {
  bool train = false, test = false, shared = false;
  std::set<std::string> names;
  for (const GivenItem& i : items) {
    train |= i.given == "train";
    test |= i.given == "test" || i.given == "validation";
    shared |= !names.insert(i.item.sequence).second;
  }
  const bool given = train && test;
  if (options.split == "auto") return given ? "given" : shared && names.size() >= 3 ? "sequence" : "seed";
  if (options.split == "given" && !given)
    throw Error(given_by.empty() ? "gives no split" : "gives no split: one of its parts is empty (" + given_by + ")",
                dataset.root.string(), "use folders train/ and test/ (docs/data.md), or split by sequence or seed");
  return options.split;
}

// Scenes that are trained and tested alike: then validation must ask the same of a network, frames it has not seen of scenes
// that it has.
bool shares_sequences(const Dataset& dataset) {
  std::set<std::string> names;
  for (const Item& item : dataset.train) names.insert(item.sequence);
  return std::any_of(dataset.test.begin(), dataset.test.end(), [&](const Item& i) { return names.count(i.sequence) > 0; });
}

void take_validation(Dataset& dataset, const ReadOptions& options) {
  if (!dataset.validation.empty() || options.validation <= 0) return;
  const size_t before = dataset.train.size();
  if (before < 2) return;
  const auto take = shares_sequences(dataset) ? take_single : take_sequences;
  std::tie(dataset.train, dataset.validation) =
      take(dataset.train, options.validation, Rng(options.seed).fork(kValidationStream).bits());
  dataset.split +=
      fmt::format("; validation: {} of {} training pictures, {}", dataset.validation.size(), before,
                  count_sequences(dataset.train) + count_sequences(dataset.validation) < before ? "whole sequences" : "by seed");
}

}  // namespace

Parts take_sequences(const std::vector<Item>& items, double share, uint64_t seed) {
  std::map<std::string, size_t> sizes;
  for (const Item& item : items) ++sizes[item.sequence];
  if (sizes.size() < 2) return take_single(items, share, seed);
  std::vector<std::string> names;
  for (const auto& [name, size] : sizes) names.push_back(name);
  Rng(seed).shuffle(names);
  const double wanted = share * static_cast<double>(items.size());
  std::set<std::string> chosen;
  double count = 0;
  for (const std::string& name : names) {  // a sequence that would overshoot by more than it helps is passed over
    const double size = static_cast<double>(sizes[name]);
    if (count + size / 2 > wanted || chosen.size() + 1 == sizes.size()) continue;
    chosen.insert(name), count += size;
  }
  if (chosen.empty() && share > 0)
    chosen.insert(
        *std::min_element(names.begin(), names.end(), [&](const auto& a, const auto& b) { return sizes[a] < sizes[b]; }));
  std::vector<bool> taken;
  for (const Item& item : items) taken.push_back(chosen.count(item.sequence) > 0);
  return take_if(items, taken);
}

void split_items(std::vector<GivenItem> items, const std::string& given_by, const ReadOptions& options, Dataset& dataset) {
  if (items.size() == 1)
    throw Error("is the only picture to learn from in " + dataset.root.string(), items[0].item.path.string(),
                "a network learns from some pictures and is judged on others: add labelled pictures, hundreds at least");
  const std::string how = decide(items, given_by, options, dataset);
  if (how == "given") {
    split_given(items, given_by, dataset);
  } else {
    std::vector<Item> all;
    for (GivenItem& i : items) all.push_back(std::move(i.item));
    const uint64_t seed = Rng(options.seed).fork(kTestStream).bits();
    std::tie(dataset.train, dataset.test) =
        how == "sequence" ? take_sequences(all, options.test, seed) : take_single(all, options.test, seed);
    dataset.split = fmt::format("{} with seed {}", how == "sequence" ? "by sequence" : "single pictures", options.seed);
  }
  take_validation(dataset, options);
  need(dataset.train, "training", dataset);
  need(dataset.test, "test", dataset);
}

}  // namespace duet::data
