#include <cmath>

#include "base/rng.h"
#include "quant/scale.h"
#include "train/core/loader.h"
#include "train/core/trainer.h"

namespace duet::train::core {
namespace {

constexpr int kBins = 2048;

// How often each magnitude occurred, in bins up to `limit`.
struct Histogram {
  double limit = 0;
  std::vector<double> counts = std::vector<double>(kBins, 0.0);

  void add(const at::Tensor& values) {
    const at::Tensor magnitude = values.abs().flatten().to(at::kCPU);
    const double largest = magnitude.max().item<double>();
    if (largest > limit) widen(largest);
    if (limit <= 0) return;
    const at::Tensor h = at::histc(magnitude, kBins, 0, limit).to(at::kDouble);
    for (int i = 0; i < kBins; ++i) counts[static_cast<size_t>(i)] += h.data_ptr<double>()[i];
  }

  void widen(double new_limit) {
    std::vector<double> wider(kBins, 0.0);
    for (int i = 0; i < kBins; ++i) {
      const double middle = (i + 0.5) * limit / kBins;
      wider[static_cast<size_t>(std::min(kBins - 1, static_cast<int>(middle / new_limit * kBins)))] +=
          counts[static_cast<size_t>(i)];
    }
    counts = wider, limit = new_limit;
  }

  // The range whose rounding and saturation errors together are least, for `levels` steps up to it.
  double best_range(double levels) const {
    double best = limit, least = -1;
    for (int tried = 100; tried >= 10; --tried) {
      const double range = limit * tried / 100, step = range / levels;
      double error = 0;
      for (int i = 1; i < kBins; ++i) {  // the bin at zero is exact whatever the scale
        const double middle = (i + 0.5) * limit / kBins, over = middle - range;
        error += counts[static_cast<size_t>(i)] * (over > 0 ? over * over : step * step / 12);
      }
      if (least < 0 || error < least) least = error, best = range;
    }
    return best;
  }
};

double range_of(const Model& model, size_t i, const Histogram& seen, int feature_bits) {
  const Model::Step& step = model.steps()[i];
  const double clip = step.relu >= 0 ? model.plan().ops[static_cast<size_t>(step.relu)].clip : 0;
  const bool head = i + 1 == model.steps().size();
  const double most = clip > 0 ? clip
                      : head   ? 2 * seen.limit
                               : seen.best_range(fixed::feature_range(feature_bits, step.relu < 0).hi);
  return most > 0 ? most : 1;  // a map that is zero on every picture
}

// Maps that are put side by side have one scale: the largest of them.
void share(const Model& model, std::vector<double>& most) {
  for (const Model::Step& step : model.steps()) {
    if (step.inputs.size() < 2) continue;
    std::vector<size_t> sources;
    double largest = 0;
    for (int input : step.inputs) {
      auto source = static_cast<size_t>(input);
      while (model.steps()[source].convolution < 0) source = static_cast<size_t>(model.steps()[source].inputs[0]);
      sources.push_back(source);
      largest = std::max(largest, most[source]);
    }
    for (size_t source : sources) most[source] = largest;
  }
}

// Numbers the scales that are learned: of every map but the head's and those whose range is a ReLU's clip. Maps that are put side
// by side have one.
void number_learned(const Model& model, std::vector<StepQuant>& quant) {
  const auto source = [&](int step) {
    while (model.steps()[static_cast<size_t>(step)].convolution < 0) step = model.steps()[static_cast<size_t>(step)].inputs[0];
    return static_cast<size_t>(step);
  };
  int count = 0;
  for (size_t i = 0; i + 1 < quant.size(); ++i) {
    const Model::Step& step = model.steps()[i];
    if (step.convolution < 0) continue;
    const bool clipped = step.relu >= 0 && model.plan().ops[static_cast<size_t>(step.relu)].clip > 0;
    quant[i].learned = clipped ? -1 : count++;
  }
  for (size_t i = 0; i < quant.size(); ++i) {
    const Model::Step& step = model.steps()[i];
    if (step.convolution >= 0) continue;
    for (int input : step.inputs) quant[source(input)].learned = quant[source(step.inputs[0])].learned;
    quant[i].learned = quant[source(step.inputs[0])].learned;
  }
}

// The magnitudes of every step's map on random pictures.
std::vector<Histogram> observed(const Model& model, const data::Pack& pack, int pictures, uint64_t seed) {
  std::vector<Histogram> seen(model.steps().size());
  Rng rng(seed ^ 0xCA11B);
  const int count = std::min(pictures, pack.count());
  for (int i = 0; i < count; ++i) {
    const int picture = static_cast<int>(rng.below(static_cast<uint64_t>(pack.count())));
    model.observe(pictures_to_tensor(pack.pixels(picture), 1, pack.height(), pack.width()),
                  [&](size_t step, const at::Tensor& activation) { seen[step].add(activation); });
  }
  return seen;
}

}  // namespace

std::vector<double> level_ranges(const Model& model, const data::Pack& pack, const std::vector<Rounding>& roundings,
                                 uint64_t seed) {
  const std::vector<Histogram> seen = observed(model, pack, QuantizeOptions{}.calibration_pictures, seed);
  std::vector<double> ranges(seen.size(), 0);
  size_t convolution = 0;
  for (size_t i = 0; i < seen.size(); ++i) {
    if (model.steps()[i].convolution < 0) continue;
    const int levels = roundings.at(convolution++).feature_levels;
    if (levels > 0 && seen[i].limit > 0) ranges[i] = seen[i].best_range(levels - 1);
  }
  return ranges;
}

std::vector<StepQuant> calibrate(const Model& model, const data::Pack& pack, const QuantizeOptions& options, uint64_t seed) {
  const size_t steps = model.steps().size();
  const std::vector<Histogram> seen = observed(model, pack, options.calibration_pictures, seed);
  size_t convolution = 0;
  std::vector<double> most(steps);  // where the integers of each step's output end
  for (size_t i = 0; i < steps; ++i)
    if (model.steps()[i].convolution >= 0) most[i] = range_of(model, i, seen[i], options.widths.at(convolution++).feature_bits);
  share(model, most);
  convolution = 0;
  std::vector<StepQuant> out(steps);
  for (size_t i = 0; i < steps; ++i) {
    const Model::Step& step = model.steps()[i];
    const int input = step.inputs[0];
    StepQuant& q = out[i];
    if (step.convolution < 0) {
      q = out[static_cast<size_t>(input)];
      continue;
    }
    const bool is_signed = step.relu < 0;
    const quant::Widths widths = options.widths.at(convolution++);
    const fixed::Range range = fixed::feature_range(widths.feature_bits, is_signed);
    q.weight_bits = widths.weight_bits;
    q.max = most[i];
    q.out_scale = quant::feature_scale(most[i], widths.feature_bits, is_signed);
    q.lo = range.lo, q.hi = range.hi;
    q.in_scale = input < 0 ? quant::kPictureScale : out[static_cast<size_t>(input)].out_scale;
  }
  if (options.learn_ranges) number_learned(model, out);
  return out;
}

}  // namespace duet::train::core
