#include "layer/layer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "net/network.h"

namespace duet::layer {
namespace {

using net::Node;
using net::Shape;

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

}  // namespace
}  // namespace duet::layer
