#include "data/split.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <set>

namespace duet::data {
namespace {

// `frames` pictures of each sequence.
void add(std::vector<GivenItem>& items, const std::string& part, const std::vector<std::string>& sequences, int frames) {
  for (const std::string& sequence : sequences)
    for (int i = 0; i < frames; ++i) {
      Item item;
      item.sequence = sequence, item.path = fmt::format("{}/{}/{}.jpg", part, sequence, i);
      items.push_back({item, part});
    }
}

std::set<std::string> sequences(const std::vector<Item>& items) {
  std::set<std::string> names;
  for (const Item& item : items) names.insert(item.sequence);
  return names;
}

TEST(Validation, IsDrawnAsTheGivenTestPartIs) {
  const std::vector<std::string> trained{"a", "b", "c", "d", "e"};
  std::vector<GivenItem> apart, shared;
  add(apart, "train", trained, 20), add(apart, "test", {"f", "g"}, 20);
  add(shared, "train", trained, 20), add(shared, "test", trained, 5);
  ReadOptions options;
  options.validation = 0.2;
  Dataset by_sequence, by_picture;
  split_items(apart, "folders", options, by_sequence);
  split_items(shared, "a column", options, by_picture);
  EXPECT_EQ(by_sequence.validation.size(), 20u);
  EXPECT_EQ(sequences(by_sequence.validation).size(), 1u);
  EXPECT_EQ(sequences(by_sequence.train).size(), 4u);
  EXPECT_EQ(by_picture.validation.size(), 20u);
  EXPECT_EQ(sequences(by_picture.train).size(), 5u);  // a test sequence that is never trained would say something else
  EXPECT_GT(sequences(by_picture.validation).size(), 2u);
}

}  // namespace
}  // namespace duet::data
