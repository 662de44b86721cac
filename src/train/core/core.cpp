#include "train/core/core.h"

#include <torch/version.h>

#include "train/core/simulate.h"
#include "train/core/trainer.h"

namespace duet::train::core {
namespace {

class TorchCore final : public Core {
 public:
  std::string version() const override { return TORCH_VERSION; }
  bool cuda() const override { return at::hasCUDA(); }
  bool mkldnn() const override { return at::hasMKLDNN(); }

  Weights random_weights(const Plan& plan, uint64_t seed) const override { return core::random_weights(plan, seed); }

  TrainResult train(const Plan& plan, const Weights& start, const TrainOptions& options,
                    const Callback& callback) const override {
    prepare(options.threads);
    return run_training(plan, start, options, {}, callback);
  }

  TrainResult fine_tune(const Plan& plan, const Weights& start, const TrainOptions& options, const QuantizeOptions& quantize,
                        const Callback& callback) const override {
    prepare(options.threads);
    Model model(plan, device());
    model.load(start);
    const std::vector<StepQuant> quant = calibrate(model, data::Pack(options.train_pack), quantize, options.seed);
    return run_training(plan, start, options, quant, callback);
  }

  std::vector<float> forward(const Plan& plan, const Weights& weights, const uint8_t* pictures, int count,
                             int threads) const override {
    prepare(threads);
    at::NoGradGuard guard;
    Model model(plan, device());
    model.load(weights);
    const at::Tensor head = model.forward(pictures_to_tensor(pictures, count, plan.height, plan.width), false)
                                .permute({0, 3, 1, 2})
                                .contiguous()
                                .to(at::kCPU);
    return {head.data_ptr<float>(), head.data_ptr<float>() + head.numel()};
  }

  std::vector<int32_t> simulate(const Plan& plan, const std::vector<IntegerLayer>& layers, const uint8_t* pictures, int count,
                                int threads, const VisitMap& visit) const override {
    prepare(threads);
    return simulate_integers(plan, layers, pictures, count, visit);
  }
};

}  // namespace
}  // namespace duet::train::core

extern "C" const duet::train::core::Core* duet_train_core() {
  static const duet::train::core::TorchCore core;
  return &core;
}
