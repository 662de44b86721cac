#include "train/core/trainer.h"

#include <ATen/Parallel.h>
#include <malloc.h>

#include <chrono>
#include <cmath>
#include <mutex>
#include <numbers>

#include "train/core/checkpoint.h"
#include "train/core/loader.h"
#include "train/core/loss.h"

namespace duet::train::core {
namespace {

constexpr int64_t kPlainShare = 10;  // one of so many steps, the last ones, is without augmentation
constexpr double kBeta1 = 0.9, kBeta2 = 0.99, kAdamEpsilon = 1e-8, kMomentum = 0.9, kGradientNorm = 10;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// The decay from the peak (x = 0) to 1 % of it (x = 1).
double cosine(double x) { return 0.01 + 0.99 * 0.5 * (1 + std::cos(std::numbers::pi * x)); }

// Warm-up in a line, then this training's part of the cosine.
double rate_at(int64_t step, int64_t steps, const TrainOptions& options) {
  const double done = static_cast<double>(step), warm = std::max(1.0, options.warmup * static_cast<double>(steps));
  if (done < warm) return options.learning_rate * cosine(options.cosine_begin) * (done + 1) / warm;
  const double part = (done - warm) / std::max(1.0, static_cast<double>(steps) - warm);
  return options.learning_rate * cosine(options.cosine_begin + (options.cosine_end - options.cosine_begin) * part);
}

std::vector<float> to_vector(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.detach().to(at::kCPU).contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

void from_vector(at::Tensor tensor, const std::vector<float>& values) {
  tensor.copy_(at::from_blob(const_cast<float*>(values.data()), {static_cast<int64_t>(values.size())}));
}

// One training: the model, its average, the optimiser's moments.
class Training {
 public:
  Training(const Plan& plan, const TrainOptions& options, const std::vector<StepQuant>& quant, const Callback& callback)
      : options_(options),
        quant_(quant),
        callback_(callback),
        pack_(options.train_pack),
        validation_(options.validation_pack),
        model_(plan, device()),
        average_(plan, device()),
        per_epoch_(steps_per_epoch(pack_.count(), options.samples_per_epoch, options.batch)),
        steps_(per_epoch_ * options.epochs) {
    first_ = at::zeros_like(model_.gradient());
    second_ = at::zeros_like(model_.gradient());
    mask_ = model_.decay_mask();
    int learned = 0;
    for (const StepQuant& step : quant_) learned = std::max(learned, step.learned + 1);
    if (learned > 0) {
      factors_ = at::zeros({learned}, model_.state().options());
      factors_average_ = factors_.clone(), factors_first_ = factors_.clone(), factors_second_ = factors_.clone();
      factors_.set_requires_grad(true);
    }
    if (options_.admm > 0) {
      rounded_mask_ = quant_.empty() ? model_.rounded_mask(options_.roundings) : mask_;
      multiplier_ = at::zeros_like(rounded_mask_);
      unrounded_weights_ = options_.roundings;
      for (Rounding& rounding : unrounded_weights_) rounding.weight_levels = 0;
      unrounded_quant_ = quant_;
      for (StepQuant& step : unrounded_quant_) step.weight_bits = 0;
    }
    // Ten bits of a product do not hold rounded weights and maps.
    at::globalContext().setAllowTF32CuDNN(quant_.empty());
  }

  TrainResult run(const Weights& start) {
    resume_or_start(start);
    if (options_.epochs == 0) return result();
    Loader loader(pack_, {options_.batch, 0, options_.augment, model_.plan().classes > 0, options_.seed, progress_.step,
                          steps_ - progress_.step, plain_from()});
    double mark = now(), saved = mark;
    Batch batch;
    while (progress_.step < steps_ && stopped_.empty()) {
      batch = loader.next(std::move(batch));
      const double loss = train_step(batch);
      if (!std::isfinite(loss)) {
        stopped_ = "the loss stopped being a number at step " + std::to_string(progress_.step) +
                   ": use a lower learning_rate than " + std::to_string(options_.learning_rate);
        break;
      }
      progress_.epoch_loss += loss;
      ++progress_.step;
      const bool epoch_ends = progress_.step % per_epoch_ == 0;
      if (epoch_ends) end_epoch(mark);
      if (epoch_ends || now() - saved > options_.checkpoint_seconds) {
        count_time(mark);
        checkpoint();
        saved = now();
      }
      report(loss);
    }
    count_time(mark);
    return result();
  }

 private:
  // A network sees from the blur of an enlarged picture how much wider its box was made, and takes a sharp one for a shrunken
  // one. So the last steps of a training show pictures as they will come; of one that another goes on with, none.
  int64_t plain_from() const { return options_.cosine_end < 1 ? steps_ : steps_ - steps_ / kPlainShare; }

  void count_time(double& mark) {
    const double t = now();
    progress_.seconds += t - mark, progress_.epoch_seconds += t - mark;
    mark = t;
  }

  void resume_or_start(const Weights& start) {
    at::NoGradGuard guard;
    if (!options_.folder.empty() && load_checkpoint(progress_, options_.fingerprint, checkpoint_path()) &&
        static_cast<int64_t>(progress_.state.size()) == model_.state().numel()) {
      from_vector(model_.state(), progress_.state);
      from_vector(average_.state(), progress_.average);
      from_vector(first_, progress_.first);
      from_vector(second_, progress_.second);
      ranges_ = progress_.scales;
      if (factors_.defined()) {
        from_vector(factors_, progress_.factors), from_vector(factors_average_, progress_.factors_average);
        from_vector(factors_first_, progress_.factors_first), from_vector(factors_second_, progress_.factors_second);
      }
      if (options_.admm > 0) {
        target_ = at::empty_like(multiplier_);
        from_vector(target_, progress_.target);
        from_vector(multiplier_, progress_.multiplier);
      }
      return;
    }
    progress_ = {};
    progress_.fingerprint = options_.fingerprint;
    model_.load(start);
    average_.load(start);
    if (!options_.roundings.empty())
      progress_.scales = options_.batch_ranges ? std::vector<double>(model_.steps().size(), 0)
                                               : level_ranges(model_, pack_, options_.roundings, options_.seed);
    ranges_ = progress_.scales;
    if (options_.admm > 0) target_ = nearest_rounded(model_.parameters());
    if (quant_.empty() && options_.epochs > 0) return;
    progress_.best_iou = progress_.iou_start = validate();
    keep_best();
  }

  void keep_best() {
    progress_.best = to_vector(average_.state());
    if (factors_.defined()) progress_.factors_best = to_vector(factors_average_);
  }

  std::string checkpoint_path() const { return options_.folder + "/checkpoint.bin"; }

  void checkpoint() {
    if (options_.folder.empty()) return;
    progress_.state = to_vector(model_.state());
    progress_.average = to_vector(average_.state());
    progress_.first = to_vector(first_);
    progress_.second = to_vector(second_);
    if (options_.admm > 0) progress_.target = to_vector(target_), progress_.multiplier = to_vector(multiplier_);
    if (factors_.defined()) {
      progress_.factors = to_vector(factors_), progress_.factors_average = to_vector(factors_average_);
      progress_.factors_first = to_vector(factors_first_), progress_.factors_second = to_vector(factors_second_);
    }
    save_checkpoint(progress_, checkpoint_path());
  }

  at::Tensor forward(const Model& model, const at::Tensor& x, bool training) const {
    const bool drawn = training && options_.admm > 0;
    if (!quant_.empty())
      return model.forward_quantised(x, drawn ? unrounded_quant_ : quant_, &model == &model_ ? factors_ : factors_average_);
    if (options_.roundings.empty()) return model.forward(x, training);
    return model.forward_rounded(x, training, drawn ? unrounded_weights_ : options_.roundings, ranges_);
  }

  double train_step(const Batch& batch) {
    const at::Tensor x = at::from_blob(const_cast<float*>(batch.pixels.data()), {batch.count, pack_.height(), pack_.width(), 3})
                             .to(model_.state().device());
    model_.gradient().zero_();
    if (factors_.defined()) factors_.mutable_grad() = at::Tensor();
    const at::Tensor head = forward(model_, x, true);
    const at::Tensor loss =
        model_.plan().classes > 0 ? class_loss(head, batch.classes) : box_loss(head, batch.boxes, model_.plan());
    const double value = loss.item<double>();
    if (!std::isfinite(value)) return value;
    loss.backward();
    at::NoGradGuard guard;
    return update(rate_at(progress_.step, steps_, options_)) ? value : std::nan("");
  }

  // False, and nothing changed, where the gradient is no number.
  bool update(double rate) {
    at::Tensor parameters = model_.parameters();
    at::Tensor& gradient = model_.gradient();
    const double norm = gradient.norm().item<double>();
    if (!std::isfinite(norm)) return false;
    if (options_.admm > 0) gradient.add_((parameters - target_ + multiplier_) * rounded_mask_, options_.admm);
    if (norm > kGradientNorm) gradient.mul_(kGradientNorm / norm);
    if (options_.weight_decay > 0) parameters.sub_(parameters * mask_, rate * options_.weight_decay);
    if (options_.sgd) {
      first_.mul_(kMomentum).add_(gradient);
      parameters.add_(gradient + kMomentum * first_, -rate);
    } else {
      adam(parameters, gradient, first_, second_, rate);
    }
    if (factors_.defined()) adam(factors_, factors_.grad(), factors_first_, factors_second_, rate);
    // The average forgets its start faster while it is young.
    const double t = static_cast<double>(progress_.step) + 1, keep = std::min(options_.ema, (1 + t) / (10 + t));
    if (options_.ema > 0)
      average_.state().lerp_(model_.state(), 1 - keep);
    else
      average_.state().copy_(model_.state());
    if (factors_.defined()) factors_average_.lerp_(factors_, options_.ema > 0 ? 1 - keep : 1);
    return true;
  }

  void adam(at::Tensor parameters, const at::Tensor& gradient, at::Tensor& first, at::Tensor& second, double rate) const {
    const double t = static_cast<double>(progress_.step) + 1;
    first.lerp_(gradient, 1 - kBeta1);
    second.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
    const double correct1 = 1 - std::pow(kBeta1, t), correct2 = 1 - std::pow(kBeta2, t);
    parameters.addcdiv_(first, (second / correct2).sqrt_().add_(kAdamEpsilon), -rate / correct1);
  }

  double validate() const { return score(validation_); }

  // Mean IoU or accuracy of the average.
  double score(const data::Pack& pack) const {
    at::NoGradGuard guard;
    const int64_t picture = static_cast<int64_t>(pack.picture_bytes());
    double total = 0;
    std::vector<float> pixels;
    for (int begin = 0; begin < pack.count(); begin += options_.batch) {
      const int count = std::min(options_.batch, pack.count() - begin);
      pixels.resize(static_cast<size_t>(picture * count));
      std::vector<std::array<float, 4>> boxes(static_cast<size_t>(count));
      std::vector<int64_t> classes;
      for (int i = 0; i < count; ++i) {
        read_plain(pack, begin + i, pixels.data() + picture * i, boxes[static_cast<size_t>(i)]);
        classes.push_back(pack.sequence(begin + i));
      }
      const at::Tensor x = at::from_blob(pixels.data(), {count, pack.height(), pack.width(), 3}).to(model_.state().device());
      const at::Tensor head = forward(average_, x, false);
      if (model_.plan().classes > 0) {
        total += static_cast<double>(right_classes(head, classes));
        continue;
      }
      const std::vector<Found> found = decode(head, model_.plan());
      for (size_t i = 0; i < found.size(); ++i) total += iou(found[i], boxes[i]);
    }
    return pack.count() > 0 ? total / pack.count() : 0;
  }

  at::Tensor nearest_rounded(const at::Tensor& flat) const {
    return quant_.empty() ? model_.rounded(flat, options_.roundings) : model_.rounded(flat, model_.scaled(quant_, factors_));
  }

  // The rounded weights nearest to those learnt and their multipliers, then the multipliers by what is left between the two.
  void choose_targets() {
    at::NoGradGuard guard;
    target_ = nearest_rounded(model_.parameters() + multiplier_);
    multiplier_ += (model_.parameters() - target_) * rounded_mask_;
  }

  void end_epoch(double& mark) {
    const int epoch = static_cast<int>(progress_.step / per_epoch_);
    if (options_.admm > 0) choose_targets();
    const double score = validate();
    if (score > progress_.best_iou || progress_.best.empty()) {
      progress_.best_iou = score, progress_.best_epoch = epoch;
      at::NoGradGuard guard;
      keep_best();
    }
    count_time(mark);
    progress_.curve.push_back({epoch, progress_.epoch_loss / static_cast<double>(per_epoch_), score, progress_.epoch_seconds,
                               rate_at(progress_.step - 1, steps_, options_)});
    progress_.epoch_loss = progress_.epoch_seconds = 0;
  }

  void report(double loss) const {
    if (!callback_) return;
    char note[96];
    if (progress_.curve.empty())
      std::snprintf(note, sizeof note, "loss %.3f", loss);
    else
      std::snprintf(note, sizeof note, "loss %.3f, %s %.3f after epoch %d", loss, model_.plan().classes > 0 ? "accuracy" : "IoU",
                    progress_.curve.back().iou_validation, progress_.curve.back().epoch);
    callback_(static_cast<double>(progress_.step), static_cast<double>(steps_), note);
  }

  TrainResult result() {
    at::NoGradGuard guard;
    TrainResult out;
    if (progress_.best.empty()) keep_best();
    from_vector(average_.state(), progress_.best);
    if (factors_.defined()) from_vector(factors_average_, progress_.factors_best);
    out.weights = average_.save();
    if (!options_.test_pack.empty()) out.score_test = score(data::Pack(options_.test_pack));
    const std::vector<StepQuant> scaled = model_.scaled(quant_, factors_average_);
    for (size_t i = 0; i < scaled.size(); ++i)
      if (model_.steps()[i].convolution >= 0) out.feature_max.push_back(scaled[i].max);
    out.iou_validation = std::max(0.0, progress_.best_iou), out.iou_start = progress_.iou_start;
    out.best_epoch = static_cast<int>(progress_.best_epoch);
    out.samples = progress_.step * options_.batch;
    out.seconds = progress_.seconds, out.stopped = stopped_, out.curve = progress_.curve;
    return out;
  }

  TrainOptions options_;
  std::vector<StepQuant> quant_;
  std::vector<double> ranges_;  // of rounded maps
  Callback callback_;
  data::Pack pack_, validation_;
  Model model_, average_;
  int64_t per_epoch_, steps_;
  at::Tensor first_, second_, mask_;
  std::vector<Rounding> unrounded_weights_;                                // of ADMM, in the place of options_.roundings
  std::vector<StepQuant> unrounded_quant_;                                 // and of quant_
  at::Tensor factors_, factors_average_, factors_first_, factors_second_;  // learned, of quant_'s scales; undefined: none
  at::Tensor target_, multiplier_, rounded_mask_;                          // of ADMM: rounded weights, scaled multipliers
  Checkpoint progress_;
  std::string stopped_;
};

}  // namespace

at::Device device() { return at::hasCUDA() ? at::Device(at::kCUDA) : at::Device(at::kCPU); }

void prepare(int threads) {
  at::set_num_threads(std::max(1, threads));
  static std::once_flag once;
  std::call_once(once, [] {
    at::globalContext().setFlushDenormal(true);
    // Feature maps are tens of megabytes: given back and fetched anew each time, their page faults cost a third of a step.
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 64 << 20);
  });
}

at::Tensor pictures_to_tensor(const uint8_t* planar, int count, int height, int width) {
  const at::Tensor bytes = at::from_blob(const_cast<uint8_t*>(planar), {count, 3, height, width}, at::kByte);
  return bytes.permute({0, 2, 3, 1}).to(at::kFloat).mul_(1.0 / 256).contiguous().to(device());
}

TrainResult run_training(const Plan& plan, const Weights& start, const TrainOptions& options, const std::vector<StepQuant>& quant,
                         const Callback& callback) {
  return Training(plan, options, quant, callback).run(start);
}

}  // namespace duet::train::core
