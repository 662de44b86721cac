#include "layer/layer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "net/network.h"

namespace duet::layer {
namespace {

using net::Node;
using net::Shape;

IntMap map_of(Shape shape, std::vector<int32_t> values) { return {shape, std::move(values)}; }

IntMap run(const Node& node, const IntParameters& parameters, const std::vector<IntMap>& inputs) {
  std::vector<const IntMap*> pointers;
  for (const IntMap& input : inputs) pointers.push_back(&input);
  return kind_of(node).run(node, parameters, pointers);
}

std::string message_of(const net::Graph& graph) {
  try {
    shapes(graph);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

net::Graph graph_of(Shape input, std::vector<Node> nodes) {
  nodes.insert(nodes.begin(), Node{"input", "input", {}, {}});
  return {input, nodes};
}

// Table 2 of the paper: MACs a frame and parameters.
TEST(Layer, WorkOfThePapersNetworks) {
  const Work a = total_work(to_graph(*net::find_known("dnn-a")));
  const Work c = total_work(to_graph(*net::find_known("dnn-c")));
  EXPECT_NEAR(a.macs / 1e6, 223.3, 0.05);
  EXPECT_NEAR(a.weights / 1e3, 103.8, 0.05);
  EXPECT_NEAR(c.macs / 1e6, 404.5, 0.05);
  EXPECT_NEAR(c.weights / 1e3, 305.1, 0.05);
}

TEST(Layer, ChannelsOfABundleFollowItsFirstDenseConvolution) {
  for (const auto& [bundle, expected] : std::map<std::string, std::vector<int>>{
           {"dw3-conv1", {3, 3, 16, 5}}, {"conv1-dw3", {3, 16, 16, 5}}, {"conv3-conv1", {3, 16, 16, 5}}}) {
    net::Network network;
    network.bundle = net::parse_bundle(bundle);
    network.replications = {{16, false}};
    network.anchors = {{0.1, 0.1}};
    std::vector<int> channels;
    for (const Shape& shape : shapes(to_graph(network))) channels.push_back(shape.channels);
    EXPECT_EQ(channels, expected) << bundle;
  }
}

TEST(Layer, ShapesThatDoNotFitAreRefused) {
  const auto conv = [](std::map<std::string, double> attributes) { return Node{"a", "conv", {0}, attributes}; };
  EXPECT_THAT(message_of(graph_of({3, 4, 4}, {{"a", "convv", {0}, {}}})), testing::HasSubstr("did you mean 'conv'"));
  EXPECT_THAT(message_of(graph_of({3, 4, 4}, {{"a", "zzzzzzzz", {0}, {}}})), testing::HasSubstr("kinds: conv, dwconv"));
  EXPECT_THAT(message_of(graph_of({3, 4, 4}, {conv({{"kernel", 3}, {"chanels", 4}})})),
              testing::HasSubstr("did you mean 'channels'"));
  EXPECT_THAT(message_of(graph_of({3, 4, 4}, {conv({{"kernel", 3}})})), testing::HasSubstr("'channels' is missing"));
  EXPECT_THAT(message_of(graph_of({3, 4, 4}, {conv({{"kernel", 2}, {"channels", 4}})})), testing::HasSubstr("even"));
  EXPECT_THAT(message_of(graph_of({3, 4, 4}, {conv({{"kernel", 1}, {"channels", 4.5}})})), testing::HasSubstr("whole number"));
  EXPECT_THAT(message_of(graph_of({3, 1, 4}, {{"a", "pool", {0}, {}}})), testing::HasSubstr("less than 2x2"));
  EXPECT_THAT(message_of(graph_of({3, 4, 4}, {{"a", "pool", {0, 0}, {}}})), testing::HasSubstr("exactly one"));
  EXPECT_THAT(message_of(graph_of({3, 4, 4}, {{"a", "pool", {0}, {}}, {"b", "concat", {0, 1}, {}}})),
              testing::HasSubstr("differ in height or width"));
}

TEST(Conv, ByHand) {
  const Node node{"a", "conv", {0}, {{"kernel", 3}, {"channels", 1}}};
  // A 2x2 map, so that each output sees all four pixels and five zeros of padding.
  const IntMap in = map_of({1, 2, 2}, {1, 2, 3, 4});
  IntParameters p{{1, 2, 3, 4, 5, 6, 7, 8, 9}, {{10, 128, 7}}, {-1000, 1000}};
  const IntMap out = run(node, p, {in});
  EXPECT_EQ(out.values, (std::vector<int32_t>{1 * 5 + 2 * 6 + 3 * 8 + 4 * 9 + 10, 1 * 4 + 2 * 5 + 3 * 7 + 4 * 8 + 10,
                                              1 * 2 + 2 * 3 + 3 * 5 + 4 * 6 + 10, 1 * 1 + 2 * 2 + 3 * 4 + 4 * 5 + 10}));
  p.output = {0, 40};
  EXPECT_EQ(run(node, p, {in}).values, (std::vector<int32_t>{40, 40, 40, 40}));
  p.output = {-1000, 1000};
  p.requant[0] = {-76, 64, 7};  // the sum is 77, so half of 1: the tie goes up
  EXPECT_EQ(run(node, p, {in}).values[0], 1);
  p.requant[0] = {-78, 64, 7};  // half of -1 goes up too, to 0
  EXPECT_EQ(run(node, p, {in}).values[0], 0);
}

TEST(DwConv, FiltersEachChannelByItself) {
  const Node node{"a", "dwconv", {0}, {{"kernel", 3}}};
  const IntMap in = map_of({2, 1, 3}, {1, 2, 3, 10, 20, 30});
  const IntParameters p{{0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0}, {{0, 128, 7}, {5, 128, 7}}, {-100, 100}};
  EXPECT_EQ(run(node, p, {in}).values, (std::vector<int32_t>{8, 14, 8, -5, -15, -25}));
}

TEST(Pool, DropsTheOddEdgeAndRoundsTheAverageUp) {
  const IntMap in = map_of({1, 3, 5}, {1, 2, 3, 4, 99, 5, 7, -3, -4, 99, 99, 99, 99, 99, 99});
  EXPECT_EQ(run({"a", "pool", {0}, {}}, {}, {in}).values, (std::vector<int32_t>{7, 4}));
  EXPECT_EQ(run({"a", "pool", {0}, {{"average", 1}}}, {}, {in}).values, (std::vector<int32_t>{4, 0}));
  const IntMap ties = map_of({1, 2, 4}, {1, 0, -1, 0, 1, 0, -1, 0});  // sums 2 and -2: one half up, minus one half up
  EXPECT_EQ(run({"a", "pool", {0}, {{"average", 1}}}, {}, {ties}).values, (std::vector<int32_t>{1, 0}));
}

TEST(Concat, PutsChannelsOneAfterAnother) {
  const IntMap a = map_of({1, 1, 2}, {1, 2}), b = map_of({2, 1, 2}, {3, 4, 5, 6});
  const IntMap out = run({"a", "concat", {0, 1}, {}}, {}, {a, b});
  EXPECT_EQ(out.shape, (Shape{3, 1, 2}));
  EXPECT_EQ(out.values, (std::vector<int32_t>{1, 2, 3, 4, 5, 6}));
}

}  // namespace
}  // namespace duet::layer
