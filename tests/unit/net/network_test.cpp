#include "net/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace duet::net {
namespace {

std::string message_of(const std::string& text) {
  try {
    network_from_json(Json::parse(text), "network.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::vector<std::string> node_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.name);
  return names;
}

TEST(Network, EveryDrawnOneIsReadBackFromItsJson) {
  Rng rng(1);
  for (int i = 0; i < 300; ++i) {
    Network network;
    network.name = "n" + std::to_string(i);
    network.bundle = draw_bundle(rng);
    for (int64_t n = rng.between(1, 5); n > 0; --n)
      network.replications.push_back(
          {static_cast<int>(rng.between(1, 512)), network.bundle.pool != Pool::none && rng.chance(0.5)});
    network.anchors = {{rng.uniform(0.01, 1), rng.uniform(0.01, 1)}};
    if (network.bundle.pool != Pool::none && rng.chance(0.3)) {
      network.input = {3, 64, 96};
      network.replications.front().downsample = true;
      network.bypass = Bypass{0, 1};
    }
    const Json json = Json::parse(to_json(network).dump());
    EXPECT_EQ(network_from_json(json, "test"), network);
    const Graph graph = to_graph(network);
    EXPECT_EQ(to_json(graph_from_json(Json::parse(to_json(graph).dump()), "test")), to_json(graph));
  }
}

TEST(Network, GraphOfDnnAHasTheDocumentedNames) {
  const Network* a = find_known("dnn-a");
  ASSERT_NE(a, nullptr);
  const auto names = node_names(to_graph(*a));
  EXPECT_THAT(std::vector<std::string>(names.begin(), names.begin() + 8),
              testing::ElementsAre("input", "b0.l0", "b0.l0.bn", "b0.l0.act", "b0.l1", "b0.l1.bn", "b0.l1.act", "b0.pool"));
  EXPECT_EQ(names.back(), "head");
  EXPECT_EQ(names.size(), 1u + 4 * 6 + 3 + 1);
  EXPECT_EQ(grid(*a), (Shape{10, 20, 45}));
  EXPECT_EQ(find_known("dnn-x"), nullptr);
  EXPECT_THAT(known_networks(), testing::ElementsAre("dnn-a", "dnn-b", "dnn-c"));
}

TEST(Network, ABypassIsReorderedBeforeThePoolingAndJoinedWhereItEnds) {
  Network network = *find_known("dnn-a");
  network.bypass = Bypass{2, 4};
  validate(network, "test");
  const Graph graph = to_graph(network);
  const auto names = node_names(graph);
  EXPECT_THAT(std::vector<std::string>(names.end() - 11, names.end()),
              testing::ElementsAre("b2.l1.act", "bypass.reorder", "b2.pool", "b3.l0", "b3.l0.bn", "b3.l0.act", "b3.l1",
                                   "b3.l1.bn", "b3.l1.act", "bypass", "head"));
  const auto inputs = [&](const char* node) { return graph.nodes[static_cast<size_t>(find_node(graph, node))].inputs; };
  EXPECT_EQ(inputs("bypass.reorder"), inputs("b2.pool"));
  EXPECT_THAT(inputs("bypass"), testing::ElementsAre(find_node(graph, "bypass.reorder"), find_node(graph, "b3.l1.act")));
}

TEST(Network, BiasStandsWhereNoBatchNormFollows) {
  Network network = *find_known("dnn-a");
  EXPECT_EQ(to_graph(network).nodes[1].attribute("bias", -1), 0);
  EXPECT_EQ(to_graph(network).nodes.back().attribute("bias", -1), 1);
  network.bundle.norm = false;
  EXPECT_EQ(to_graph(network).nodes[1].attribute("bias", -1), 1);
}

TEST(Network, BadJsonNamesPlaceKeyAndRemedy) {
  EXPECT_THAT(message_of(R"({"bundel": "conv1", "replications": []})"), testing::HasSubstr("did you mean 'bundle'"));
  EXPECT_THAT(message_of(R"({"bundle": "conv1-max"})"), testing::HasSubstr("'replications' is missing"));
  EXPECT_THAT(message_of(R"({"bundle": "conv4-max", "replications": []})"), testing::HasSubstr("did you mean 'conv"));
  EXPECT_THAT(message_of(R"({"bundle": "conv1-max", "replications": []})"), testing::HasSubstr("no replications"));
  EXPECT_THAT(message_of(R"({"bundle": "conv1-max", "replications": [{"channels": 0}]})"), testing::HasSubstr("replications[0]"));
  EXPECT_THAT(message_of(R"({"bundle": "conv1-max", "replications": [{"channels": "8"}]})"), testing::HasSubstr("whole number"));
  EXPECT_THAT(message_of(R"({"bundle": "conv1", "replications": [{"channels": 8, "downsample": true}]})"),
              testing::HasSubstr("has no pooling"));
  EXPECT_THAT(message_of(R"({"bundle": "conv1-max", "input": [3, 1, 8], "replications": [{"channels": 8, "downsample": true}]})"),
              testing::HasSubstr("pools the map away"));
  EXPECT_THAT(message_of(R"({"bundle": "conv1-max", "replications": [{"channels": 8}], "anchors": [[0.1]]})"),
              testing::HasSubstr("anchors[0]"));
  EXPECT_THAT(message_of(R"({"bundle": "conv1-max", "replications": [{"channels": 8}], "anchors": [[2, 0.1]]})"),
              testing::HasSubstr("0..1"));
  const auto bypass = [](const std::string& from_to, const std::string& rows = "16") {
    return message_of(R"({"bundle": "conv1-max", "input": [3, )" + rows + R"(, 16], "bypass": )" + from_to + R"(, "replications":
      [{"channels": 8, "downsample": true}, {"channels": 8, "downsample": true}, {"channels": 8}]})");
  };
  EXPECT_EQ(bypass(R"({"from": 1, "to": 3})"), "");
  EXPECT_THAT(bypass(R"({"from": 1, "to": 4})"), testing::HasSubstr("as 3, the head"));
  EXPECT_THAT(bypass(R"({"from": 1, "to": 1})"), testing::HasSubstr("from 1 to 1"));
  EXPECT_THAT(bypass(R"({"from": 2, "to": 3})"), testing::HasSubstr("does not down-sample"));
  EXPECT_THAT(bypass(R"({"from": 0, "to": 2})"), testing::HasSubstr("replication 1, which down-samples, too"));
  EXPECT_THAT(bypass(R"({"from": 1, "to": 2})", "18"), testing::HasSubstr("9 x 8 pixels"));
  EXPECT_THAT(bypass(R"({"form": 1, "to": 2})"), testing::HasSubstr("did you mean 'from'"));
  EXPECT_THAT(message_of("[]"), testing::HasSubstr("network.json"));
}

TEST(Graph, BadJsonIsRefused) {
  const auto refused = [](const std::string& nodes) {
    EXPECT_THROW(graph_from_json(Json::parse(R"({"input": [3, 8, 8], "nodes": )" + nodes + "}"), "g.json"), Error) << nodes;
  };
  const std::string input = R"({"name": "input", "kind": "input", "inputs": []})";
  refused("[]");
  refused("[" + input + "]");
  refused("[" + input + R"(, {"name": "a", "kind": "pool", "inputs": [1]}])");
  refused("[" + input + R"(, {"name": "a", "kind": "pool", "inputs": []}])");
  refused("[" + input + R"(, {"name": "input", "kind": "pool", "inputs": [0]}])");
  refused("[" + input + R"(, {"name": "", "kind": "pool", "inputs": [0]}])");
  refused("[" + input + R"(, {"name": "a", "kind": "input", "inputs": [0]}])");
  refused("[" + input + R"(, {"name": "a", "kind": "pool", "inputs": [0], "attributes": {"k": "x"}}])");
  EXPECT_THROW(graph_from_json(Json::parse(R"({"input": [3, 8], "nodes": []})"), "g.json"), Error);
}

}  // namespace
}  // namespace duet::net
