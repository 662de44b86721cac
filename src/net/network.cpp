#include "net/network.h"

#include "base/fields.h"

namespace duet::net {
namespace {

constexpr int kMaxChannels = 1 << 16;

// Appends nodes that each read the one before.
struct Chain {
  Graph graph;
  int last() const { return static_cast<int>(graph.nodes.size()) - 1; }
  void add(std::string name, std::string kind, std::map<std::string, double> attributes) {
    add(std::move(name), std::move(kind), std::move(attributes), {last()});
  }
  void add(std::string name, std::string kind, std::map<std::string, double> attributes, std::vector<int> inputs) {
    graph.nodes.push_back({std::move(name), std::move(kind), std::move(inputs), std::move(attributes)});
  }
};

void add_compute(Chain& chain, const Bundle& bundle, size_t index, int channels, const std::string& name) {
  const ComputeLayer& layer = bundle.layers[index];
  std::map<std::string, double> attributes{{"kernel", layer.kernel}, {"bias", bundle.norm ? 0 : 1}};
  if (!layer.depthwise) attributes["channels"] = channels;
  chain.add(name, layer.depthwise ? "dwconv" : "conv", attributes);
  if (bundle.norm) chain.add(name + ".bn", "norm", {});
  if (bundle.relu) chain.add(name + ".act", "act", {{"clip", bundle.clip}});
}

Network paper_network(const std::string& name, std::vector<Replication> replications) {
  Network network;
  network.name = name;
  network.bundle = {{{true, 3}, {false, 1}}, true, true, 0, Pool::max};
  network.replications = std::move(replications);
  return network;
}

// Table 2 of the paper. A and B differ in their widths alone, which are no part of a Network.
const std::vector<Network>& paper_networks() {
  static const std::vector<Replication> a{{48, true}, {96, true}, {192, true}, {384, false}};
  static const std::vector<Replication> c{{48, true}, {96, true}, {192, true}, {384, false}, {512, false}};
  static const std::vector<Network> networks{paper_network("dnn-a", a), paper_network("dnn-b", a), paper_network("dnn-c", c)};
  return networks;
}

Replication replication_from_json(const Json& json, const std::string& where) {
  base::only_keys(json, {"channels", "downsample"}, where);
  return {static_cast<int>(base::int_field(json, "channels", 1, kMaxChannels, where)),
          json.contains("downsample") && base::bool_field(json, "downsample", where)};
}

Anchor anchor_from_json(const Json& json, const std::string& where) {
  if (!json.is_array() || json.size() != 2 || !json[0].is_number() || !json[1].is_number())
    throw Error("found " + json.dump().substr(0, 60), where, "an anchor is [width, height] in 0..1 of the picture");
  return {json[0].get<double>(), json[1].get<double>()};
}

Bypass bypass_from_json(const Json& json, const std::string& where) {
  base::only_keys(json, {"from", "to"}, where);
  return {static_cast<int>(base::int_field(json, "from", 0, kMaxChannels, where)),
          static_cast<int>(base::int_field(json, "to", 0, kMaxChannels, where))};
}

// `map`: what replication `from` makes before its pooling.
void validate_bypass(const Network& network, const Shape& map, const std::string& where) {
  const Bypass& bypass = *network.bypass;
  const int count = static_cast<int>(network.replications.size());
  const auto pools = [&](int i) { return network.replications[static_cast<size_t>(i)].downsample; };
  if (bypass.from >= bypass.to || bypass.to > count)
    throw Error("goes from " + std::to_string(bypass.from) + " to " + std::to_string(bypass.to), where,
                "'from' is a replication, counted from 0, 'to' a later one or, as " + std::to_string(count) + ", the head");
  if (!pools(bypass.from))
    throw Error("begins at a replication that does not down-sample", where, "set its downsample, or begin at another one");
  for (int i = bypass.from + 1; i < bypass.to; ++i)
    if (pools(i))
      throw Error("goes around replication " + std::to_string(i) + ", which down-samples, too", where,
                  "only the first one that it goes around may");
  if (map.height % 2 || map.width % 2)
    throw Error("begins at a map of " + std::to_string(map.height) + " x " + std::to_string(map.width) + " pixels", where,
                "its height and width must be even: choose a picture size that stays even down to there");
}

Bundle bundle_from_json(const Json& json, const std::string& where) {
  try {
    return parse_bundle(base::text_field(json, "bundle", where));
  } catch (const Error& error) {
    if (error.where == where) throw;
    throw Error(error.problem, where + ": " + error.where, error.hint);
  }
}

}  // namespace

Json to_json(const Network& network) {
  Json replications = Json::array(), anchors = Json::array();
  for (const Replication& r : network.replications)
    replications.push_back({{"channels", r.channels}, {"downsample", r.downsample}});
  for (const Anchor& a : network.anchors) anchors.push_back(Json::array({a.width, a.height}));
  Json json{{"name", network.name},
            {"input", {network.input.channels, network.input.height, network.input.width}},
            {"bundle", name(network.bundle)},
            {"replications", replications},
            {"anchors", anchors}};
  if (network.bypass) json["bypass"] = {{"from", network.bypass->from}, {"to", network.bypass->to}};
  return json;
}

Network network_from_json(const Json& json, const std::string& where) {
  base::only_keys(json, {"name", "input", "bundle", "replications", "bypass", "anchors"}, where);
  Network network;
  if (json.contains("name")) network.name = base::text_field(json, "name", where);
  if (json.contains("input")) network.input = shape_from_json(json, "input", where);
  network.bundle = bundle_from_json(json, where);
  for (const Json& entry : base::array_field(json, "replications", -1, where))
    network.replications.push_back(
        replication_from_json(entry, where + ": replications[" + std::to_string(network.replications.size()) + "]"));
  if (json.contains("bypass")) network.bypass = bypass_from_json(json["bypass"], where + ": bypass");
  if (json.contains("anchors")) {
    network.anchors.clear();
    for (const Json& entry : base::array_field(json, "anchors", -1, where))
      network.anchors.push_back(anchor_from_json(entry, where + ": anchors[" + std::to_string(network.anchors.size()) + "]"));
  }
  validate(network, where);
  return network;
}

void validate(const Network& network, const std::string& where) {
  if (network.replications.empty()) throw Error("has no replications", where, "a network repeats its Bundle at least once");
  if (network.anchors.empty()) throw Error("has no anchors", where, "the head needs at least one [width, height]");
  for (const Anchor& anchor : network.anchors)
    if (!(anchor.width > 0 && anchor.width <= 1 && anchor.height > 0 && anchor.height <= 1))
      throw Error("an anchor is [" + std::to_string(anchor.width) + ", " + std::to_string(anchor.height) + "]", where,
                  "anchors are in 0..1 of the picture's width and height");
  Shape shape = network.input, bypassed;
  for (size_t i = 0; i < network.replications.size(); ++i) {
    const std::string here = where + ": replications[" + std::to_string(i) + "]";
    const Replication& replication = network.replications[i];
    if (replication.channels < 1) throw Error("has no channels", here, "at least 1");
    if (network.bypass && network.bypass->from == static_cast<int>(i)) bypassed = shape;
    if (!replication.downsample) continue;
    if (network.bundle.pool == Pool::none)
      throw Error("down-samples, but the Bundle '" + name(network.bundle) + "' has no pooling", here,
                  "add max or avg to the Bundle, or set downsample to false");
    shape.height /= 2, shape.width /= 2;
    if (shape.height < 1 || shape.width < 1)
      throw Error("pools the map away", here, "fewer replications may down-sample a picture of this size");
  }
  if (network.bypass) validate_bypass(network, bypassed, where + ": bypass");
}

Graph to_graph(const Network& network) {
  Chain chain;
  chain.graph.input = network.input;
  chain.graph.nodes.push_back({"input", "input", {}, {}});
  int reordered = 0;
  const auto join = [&](size_t reader) {
    if (network.bypass && network.bypass->to == static_cast<int>(reader))
      chain.add("bypass", "concat", {}, {reordered, chain.last()});
  };
  for (size_t i = 0; i < network.replications.size(); ++i) {
    join(i);
    const std::string prefix = "b" + std::to_string(i);
    for (size_t j = 0; j < network.bundle.layers.size(); ++j)
      add_compute(chain, network.bundle, j, network.replications[i].channels, prefix + ".l" + std::to_string(j));
    const int map = chain.last();
    if (network.bypass && network.bypass->from == static_cast<int>(i)) {
      chain.add("bypass.reorder", "reorder", {});
      reordered = chain.last();
    }
    if (network.replications[i].downsample)
      chain.add(prefix + ".pool", "pool", {{"average", network.bundle.pool == Pool::average ? 1 : 0}}, {map});
  }
  join(network.replications.size());
  chain.add("head", "conv", {{"kernel", 1}, {"channels", static_cast<double>(network.head_channels())}, {"bias", 1}});
  return chain.graph;
}

Shape grid(const Network& network) {
  Shape shape{network.head_channels(), network.input.height, network.input.width};
  for (const Replication& replication : network.replications)
    if (replication.downsample) shape.height /= 2, shape.width /= 2;
  return shape;
}

const Network* find_known(const std::string& name) {
  for (const Network& network : paper_networks())
    if (network.name == name) return &network;
  return nullptr;
}

std::vector<std::string> known_networks() {
  std::vector<std::string> names;
  for (const Network& network : paper_networks()) names.push_back(network.name);
  return names;
}

}  // namespace duet::net
