#include <array>
#include <cmath>
#include <mutex>

#include "base/parallel.h"
#include "quant/float_run.h"
#include "quant/quantize.h"

namespace duet::quant {
namespace {

// Magnitudes of a map's values. Its width doubles as larger ones come, always by merging pairs of bins, so that histograms of
// different pictures can be added in any order with the same result.
class Histogram {
 public:
  void add(double magnitude, int64_t times = 1) {
    if (magnitude == 0) return;  // zero is always exact
    largest_ = std::max(largest_, magnitude);
    while (magnitude >= limit_) widen();
    counts_[static_cast<size_t>(magnitude / limit_ * kBins)] += times;
  }

  void add(const Histogram& other) {
    while (limit_ < other.limit_) widen();
    const size_t ratio = static_cast<size_t>(limit_ / other.limit_);
    for (size_t i = 0; i < kBins; ++i) counts_[i / ratio] += other.counts_[i];
    largest_ = std::max(largest_, other.largest_);
  }

  double largest() const { return largest_; }

  // Sum of squared errors when integers 0..levels stand for 0..max. Below half a step a value becomes 0.
  double error(double max, int levels) const {
    const double step = max / levels;
    double sum = 0;
    for (size_t i = 0; i < kBins; ++i) {
      const double x = (static_cast<double>(i) + 0.5) * limit_ / kBins;
      const double off = x > max ? (x - max) * (x - max) : x < step / 2 ? x * x : step * step / 12;
      sum += off * static_cast<double>(counts_[i]);
    }
    return sum;
  }

 private:
  static constexpr size_t kBins = 2048;

  void widen() {
    for (size_t i = 0; i < kBins; ++i) {
      const int64_t count = counts_[i];
      counts_[i] = 0;
      counts_[i / 2] += count;
    }
    limit_ *= 2;
  }

  std::array<int64_t, kBins> counts_{};
  double limit_ = 0x1p-20, largest_ = 0;
};

// The range with the least error, from the largest value seen downward.
double best_range(const Histogram& histogram, int levels) {
  double best = histogram.largest(), least = histogram.error(best, levels);
  for (double max = best * 0.98; max > histogram.largest() * 0.05; max *= 0.98)
    if (const double error = histogram.error(max, levels); error < least) least = error, best = max;
  return best;
}

// From this width on a step is so small that room for what calibration did not see is worth a bit.
constexpr int kRoomyBits = 12;

double range_of(const FoldedLayer& layer, const Histogram& histogram, int bits) {
  if (histogram.largest() == 0) return layer.clip > 0 ? layer.clip : 1;  // a map of zeros: any range will do
  const double range =
      bits >= kRoomyBits ? 2 * histogram.largest() : best_range(histogram, fixed::feature_range(bits, !layer.relu).hi);
  return layer.clip > 0 ? std::min(range, layer.clip) : range;
}

}  // namespace

Ranges calibrate(const net::Network& network, const Tensors& tensors, const Pictures& pictures, size_t count,
                 const QuantizeOptions& options, int threads, const Progress& progress) {
  DUET_CHECK(count > 0, "calibration needs a picture");
  const net::Graph graph = to_graph(network);
  const std::vector<FoldedLayer> layers = fold(network, tensors);
  const std::vector<Widths> widths = layer_widths(network, options);
  std::vector<Histogram> all(layers.size());
  std::mutex mutex;
  const auto one = [&](int i) {
    std::vector<Histogram> own(layers.size());
    run_float(graph, tensors, pictures(i), [&](size_t node, const FloatMap& map) {
      for (size_t l = 0; l < layers.size(); ++l)
        if (layers[l].map_node == node)
          for (float value : map.values) own[l].add(std::abs(value));
    });
    const std::lock_guard lock(mutex);
    for (size_t l = 0; l < layers.size(); ++l) all[l].add(own[l]);
  };
  base::parallel_for(static_cast<int>(count), one, progress, threads);
  Ranges ranges;
  for (size_t l = 0; l < layers.size(); ++l) ranges.max[layers[l].node] = range_of(layers[l], all[l], widths[l].feature_bits);
  return ranges;
}

}  // namespace duet::quant
