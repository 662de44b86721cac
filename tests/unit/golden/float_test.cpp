// How well the integers follow the float network they were made from, layer by layer, on DNN-A with random weights.
#include <gtest/gtest.h>

#include <cmath>

#include "golden/golden.h"
#include "quant/float_run.h"
#include "quant/quantize.h"
#include "support/naive.h"

namespace duet::golden {
namespace {

// A picture with structure: soft blobs of colour, since white noise averages out in depth-wise layers.
std::vector<uint8_t> blobs(const net::Shape& shape, Rng& rng) {
  std::vector<double> sums(shape.size(), 96);
  for (int n = 0; n < 60; ++n) {
    const double cy = rng.uniform(0, shape.height), cx = rng.uniform(0, shape.width), radius = rng.uniform(2, 40),
                 level = rng.uniform(-150, 150);
    const int channel = static_cast<int>(rng.below(shape.channels));
    for (int y = 0; y < shape.height; ++y)
      for (int x = 0; x < shape.width; ++x)
        sums[(int64_t{channel} * shape.height + y) * shape.width + x] +=
            level * std::exp(-((y - cy) * (y - cy) + (x - cx) * (x - cx)) / (radius * radius));
  }
  std::vector<uint8_t> picture;
  for (double s : sums) picture.push_back(static_cast<uint8_t>(std::clamp(s, 0.0, 255.0)));
  return picture;
}

struct Ratio {
  double signal = 0, noise = 0;
  double decibel() const { return 10 * std::log10(signal / noise); }
};

std::map<std::string, Ratio> ratios(const net::Network& network, const quant::Tensors& tensors, const quant::QuantizedNetwork& q,
                                    const std::vector<uint8_t>& picture) {
  const net::Graph graph = to_graph(network);
  std::map<std::string, size_t> layer_of_map;  // float node -> layer whose integers stand for it
  const auto folded = quant::fold(network, tensors);
  for (size_t l = 0; l < folded.size(); ++l) layer_of_map[graph.nodes[folded[l].map_node].name] = l;
  std::map<std::string, std::vector<float>> real;
  quant::run_float(graph, tensors, picture, [&](size_t node, const quant::FloatMap& map) {
    if (auto l = layer_of_map.find(graph.nodes[node].name); l != layer_of_map.end()) real[folded[l->second].node] = map.values;
  });
  std::map<std::string, Ratio> result;
  Runner(q).run(picture, [&](const net::Node& node, const layer::IntMap& map) {
    if (!real.count(node.name)) return;
    const auto layer = std::find_if(q.layers.begin(), q.layers.end(), [&](const auto& l) { return l.node == node.name; });
    Ratio& ratio = result[node.name];
    for (size_t i = 0; i < map.values.size(); ++i) {
      const double want = real[node.name][i], off = want - map.values[i] * layer->output_scale;
      ratio.signal += want * want, ratio.noise += off * off;
    }
  });
  return result;
}

TEST(Golden, FollowsTheFloatNetworkLayerByLayer) {
  Rng rng(21);
  const net::Network& network = *net::find_known("dnn-a");
  const quant::Tensors tensors = quant::random_tensors(to_graph(network), rng);
  std::vector<std::vector<uint8_t>> pictures;
  for (int i = 0; i < 3; ++i) pictures.push_back(blobs(network.input, rng));
  struct Case {
    int weight_bits, feature_bits;
    double least;  // decibel at the head, well under what was measured, well above what a mistake leaves
  };
  for (const Case& c : {Case{16, 16, 66}, Case{8, 8, 25}, Case{4, 4, 5}}) {
    const auto q = quant::quantize_network(network, tensors, [&](size_t i) { return std::span<const uint8_t>(pictures[i]); }, 2,
                                           {.weight_bits = c.weight_bits, .feature_bits = c.feature_bits});
    const auto all = ratios(network, tensors, q, pictures.back());  // a picture that calibration did not see
    std::string line = "W" + std::to_string(c.weight_bits) + "F" + std::to_string(c.feature_bits) + " signal to noise, dB:";
    for (const quant::QuantizedLayer& layer : q.layers) {
      char text[64];
      snprintf(text, sizeof text, " %s %.1f", layer.node.c_str(), all.at(layer.node).decibel());
      line += text;
    }
    puts(line.c_str());
    EXPECT_GT(all.at("head").decibel(), c.least) << line;
  }
}

}  // namespace
}  // namespace duet::golden
