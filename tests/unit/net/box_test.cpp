#include "net/box.h"

#include <gtest/gtest.h>

#include <cmath>

namespace duet::net {
namespace {

Network small() {
  Network network;
  network.input = {3, 8, 12};
  network.bundle = parse_bundle("conv1-max");
  network.replications = {{4, true}};
  network.anchors = {{0.1, 0.2}, {0.4, 0.3}};
  return network;
}

TEST(Box, IouOfKnownPairs) {
  EXPECT_DOUBLE_EQ(iou({0, 0, 1, 1}, {0, 0, 1, 1}), 1);
  EXPECT_DOUBLE_EQ(iou({0, 0, 0.5, 1}, {0.25, 0, 0.75, 1}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(iou({0, 0, 0.5, 0.5}, {0.5, 0.5, 1, 1}), 0);
  EXPECT_DOUBLE_EQ(iou({0, 0, 0, 0}, {0, 0, 0, 0}), 0);
}

TEST(Box, DecodesTheSurestCell) {
  const Network network = small();  // grid 4 x 6
  std::vector<float> head(10 * 24, -1.0f);
  const int pixel = 2 * 6 + 5;
  const float t[5] = {0, 0, std::log(2.0f), 9, 3};  // th is clamped to 4
  for (int k = 0; k < 5; ++k) head[(5 + k) * 24 + pixel] = t[k];
  for (int k = 0; k < 4; ++k) head[k * 24] = head[(5 + k) * 24 + 20] = 50;  // large values that are no confidence
  const Detection found = decode(std::span<const float>(head), network);
  EXPECT_EQ(found.anchor, 1);
  EXPECT_EQ(found.row, 2);
  EXPECT_EQ(found.column, 5);
  EXPECT_NEAR(found.box.x0, 5.5 / 6 - 0.4, 1e-6);
  EXPECT_EQ(found.box.x1, 1);  // cut at the edge
  EXPECT_EQ(found.box.y0, 0);
  EXPECT_NEAR(found.confidence, 1 / (1 + 47 * std::exp(-4)), 1e-6);
  const double values[4] = {t[0], t[1], t[2], t[3]};
  const Box uncut = decode_cell(values, network, 1, 2, 5);
  EXPECT_NEAR(uncut.y1 - uncut.y0, 0.3 * std::exp(4), 1e-6);
}

TEST(Box, IntegersDecodeAsTheirRealValues) {
  const Network network = small();
  Rng rng(7);
  std::vector<int32_t> head(10 * 24);
  std::vector<float> real(head.size());
  for (size_t i = 0; i < head.size(); ++i) head[i] = static_cast<int32_t>(rng.between(-900, 900)), real[i] = head[i] / 256.0f;
  EXPECT_EQ(decode(std::span<const int32_t>(head), network, 1.0 / 256).box, decode(std::span<const float>(real), network).box);
}

}  // namespace
}  // namespace duet::net
