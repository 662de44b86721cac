#pragma once
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"

namespace duet::data {

/// An item and the part that the data set gives it to ("" when it does not say).
struct GivenItem {
  Item item;
  std::string given;
};

/// Puts every item into one part of `dataset` and says how in `dataset.split`. Items keep their order. Throws Error when a part
/// that is needed would be empty. `given_by`: what the data set's own split comes from, "" when it has none.
void split_items(std::vector<GivenItem> items, const std::string& given_by, const ReadOptions& options, Dataset& dataset);

/// Takes about `share` of the items, whole sequences at a time, in an order drawn by `seed`: {rest, taken}. At least one sequence
/// is taken and one left where there are two; where there is one, single items are drawn.
std::pair<std::vector<Item>, std::vector<Item>> take_sequences(const std::vector<Item>& items, double share, uint64_t seed);

}  // namespace duet::data
