#include <fmt/core.h>

#include <cmath>
#include <map>
#include <memory>

#include "base/error.h"
#include "base/files.h"
#include "golden/golden.h"
#include "train/plan.h"
#include "train/train.h"

namespace duet::train {
namespace fs = std::filesystem;
namespace {

constexpr int kGroup = 8;  // pictures that libtorch takes at once

quant::QuantizedNetwork load_integers(const fs::path& folder) {
  if (!is_quantized(folder))
    throw Error("no quantised network here: quantized.json is missing", folder.string(), "make one with `duet quantize`");
  return quant::load_quantized(folder / "quantized");
}

net::Network load_network(const fs::path& folder) {
  const fs::path file = folder / "network.json";
  if (!fs::exists(file) || !fs::exists(folder / "weights.safetensors"))
    throw Error("no trained network here: network.json or weights.safetensors is missing", folder.string(),
                "give a folder that `duet train` made");
  return net::network_from_json(base::read_json(file), file.string());
}

std::vector<core::IntegerLayer> integer_layers(const quant::QuantizedNetwork& network) {
  std::vector<core::IntegerLayer> layers;
  for (const quant::QuantizedLayer& layer : network.layers) {
    core::IntegerLayer out;
    out.node = layer.node, out.weights = layer.parameters.weights;
    out.lo = layer.parameters.output.lo, out.hi = layer.parameters.output.hi;
    for (const fixed::Requant& q : layer.parameters.requant) {
      out.bias.push_back(q.bias);
      out.multiplier.push_back(q.multiplier), out.shift.push_back(q.shift);
    }
    layers.push_back(std::move(out));
  }
  return layers;
}

template <class T>
Scored scored(std::span<const T> head, const net::Network& network, double scale) {
  const net::Detection found = net::decode(head, network, scale);
  Scored out;
  out.predicted = found.box, out.confidence = found.confidence;
  return out;
}

using Picture = std::function<const uint8_t*(int)>;
using Done = std::function<void(int, const Scored&)>;

// A network of any runner, loaded once.
class AnyNetwork {
 public:
  AnyNetwork(const fs::path& folder, Runner runner) : runner_(runner) {
    if (runner == Runner::floating) {
      network_ = load_network(folder);
      weights_ = to_weights(quant::load_safetensors(folder / "weights.safetensors"));
      plan_ = make_plan(network_);
      return;
    }
    const quant::QuantizedNetwork integers = load_integers(folder);
    network_ = integers.network;
    scale_ = integers.layers.back().output_scale;
    if (runner == Runner::golden) {
      golden_ = std::make_unique<golden::Runner>(integers);
    } else {
      layers_ = integer_layers(integers);
      plan_ = make_plan(network_);
    }
  }

  const net::Network& network() const { return network_; }

  void run(int count, const Picture& picture, int threads, const Done& done) const {
    const size_t bytes = static_cast<size_t>(network_.input.size());
    if (golden_)
      golden::run_batch(
          *golden_, static_cast<size_t>(count),
          [&](size_t i) { return std::span<const uint8_t>(picture(static_cast<int>(i)), bytes); }, threads,
          [&](size_t i, const layer::IntMap& head) {
            done(static_cast<int>(i), scored(std::span<const int32_t>(head.values), network_, scale_));
          });
    else
      run_torch(count, picture, threads, done);
  }

 private:
  void run_torch(int count, const Picture& picture, int threads, const Done& done) const {
    const size_t bytes = static_cast<size_t>(network_.input.size()), head = static_cast<size_t>(net::grid(network_).size());
    for (int begin = 0; begin < count; begin += kGroup) {
      const int group = std::min(kGroup, count - begin);
      std::vector<uint8_t> pictures;
      for (int i = begin; i < begin + group; ++i) pictures.insert(pictures.end(), picture(i), picture(i) + bytes);
      const auto each = [&](const auto& maps) {
        for (int i = 0; i < group; ++i)
          done(begin + i, scored(std::span(maps).subspan(head * static_cast<size_t>(i), head), network_, scale_));
      };
      if (runner_ == Runner::floating)
        each(library_core().forward(plan_, weights_, pictures.data(), group, threads));
      else
        each(library_core().simulate(plan_, layers_, pictures.data(), group, threads, {}));
    }
  }

  Runner runner_;
  net::Network network_;
  core::Plan plan_;
  core::Weights weights_;
  std::vector<core::IntegerLayer> layers_;
  std::unique_ptr<golden::Runner> golden_;
  double scale_ = 1;
};

Json box_json(const net::Box& box) { return {box.x0, box.y0, box.x1, box.y1}; }

}  // namespace

std::vector<Scored> score(const fs::path& network_folder, const fs::path& pack_path, Runner runner, int threads,
                          const Progress& progress) {
  const AnyNetwork network(network_folder, runner);
  const data::Pack pack = open_pack(pack_path, network.network());
  std::vector<Scored> out(static_cast<size_t>(pack.count()));
  int finished = 0;
  network.run(
      pack.count(), [&](int i) { return pack.pixels(i); }, threads,
      [&](int i, const Scored& found) {
        Scored& own = out[static_cast<size_t>(i)];
        own = found;
        const data::PackBox b = pack.box(i);
        own.truth = {b[0], b[1], b[2], b[3]};
        own.iou = net::iou(own.predicted, own.truth);
        if (progress) progress(++finished, pack.count(), "");
      });
  return out;
}

Scored detect(const fs::path& network_folder, const std::vector<uint8_t>& picture, Runner runner) {
  const AnyNetwork network(network_folder, runner);
  DUET_CHECK(static_cast<int64_t>(picture.size()) == network.network().input.size(), "picture size");
  Scored out;
  network.run(
      1, [&](int) { return picture.data(); }, 1, [&](int, const Scored& found) { out = found; });
  return out;
}

MapsCompared compare_maps(const fs::path& network_folder, const fs::path& pack_path, int threads, const Progress& progress) {
  const quant::QuantizedNetwork integers = load_integers(network_folder);
  const data::Pack pack = open_pack(pack_path, integers.network);
  const golden::Runner golden(integers);
  const core::Plan plan = make_plan(integers.network);
  const std::vector<core::IntegerLayer> layers = integer_layers(integers);
  MapsCompared result;
  for (int i = 0; i < pack.count(); ++i) {
    std::map<std::string, std::vector<int32_t>> maps;
    library_core().simulate(plan, layers, pack.pixels(i), 1, threads,
                            [&](const std::string& name, const std::vector<int32_t>& values) { maps[name] = values; });
    golden.run({pack.pixels(i), pack.picture_bytes()}, [&](const net::Node& node, const layer::IntMap& map) {
      if (node.name == "input") return;
      const std::vector<int32_t>& other = maps[node.name];
      DUET_CHECK(other.size() == map.values.size(), node.name);
      int64_t differ = 0;
      for (size_t v = 0; v < other.size(); ++v) differ += other[v] != map.values[v];
      if (differ && result.first.empty()) result.first = fmt::format("picture {}, map {}", i, node.name);
      ++result.maps, result.values += static_cast<int64_t>(other.size()), result.differ += differ;
    });
    if (progress) progress(i + 1, pack.count(), "");
  }
  return result;
}

Json to_json(const std::vector<Scored>& scored) {
  double total = 0;
  int64_t half = 0;
  Json boxes = Json::array();
  for (const Scored& s : scored) {
    total += s.iou, half += s.iou >= 0.5;
    boxes.push_back(
        {{"predicted", box_json(s.predicted)}, {"truth", box_json(s.truth)}, {"iou", s.iou}, {"confidence", s.confidence}});
  }
  const double count = scored.empty() ? 1 : static_cast<double>(scored.size());
  return {{"iou", total / count}, {"share_50", static_cast<double>(half) / count}, {"images", scored.size()}, {"boxes", boxes}};
}

}  // namespace duet::train
