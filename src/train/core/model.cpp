#include "train/core/model.h"

#include <cmath>
#include <cstring>
#include <stdexcept>

#include "base/rng.h"

namespace duet::train::core {
namespace {

Pooling pooling_of(const Op& op) { return op.kind == Op::Kind::max_pool ? Pooling::max : Pooling::average; }

Tail tail_of(const Plan& plan, const Model::Step& step, bool pool) {
  Tail tail;
  tail.norm = step.norm >= 0;
  tail.relu = step.relu >= 0;
  if (tail.relu) tail.clip = plan.ops[static_cast<size_t>(step.relu)].clip;
  if (pool && step.pool >= 0) tail.pooling = pooling_of(plan.ops[static_cast<size_t>(step.pool)]);
  return tail;
}

// x: batch, height, width, channels.
at::Tensor space_to_depth(const at::Tensor& x) {
  const int64_t n = x.size(0), h = x.size(1) / 2, w = x.size(2) / 2, c = x.size(3);
  return x.view({n, h, 2, w, 2, c}).permute({0, 1, 3, 2, 4, 5}).reshape({n, h, w, 4 * c});
}

bool pointwise(const Op& op) { return op.kernel == 1 && op.groups == 1 && op.stride == 1; }

// A GPU trains in bfloat16, since it waits for memory; parameters, statistics and the head stay in single precision.
at::Tensor picture_of(const at::Tensor& x, bool training) { return training && !x.device().is_cpu() ? x.to(at::kBFloat16) : x; }

}  // namespace

Model::Model(const Plan& plan, at::Device device) : plan_(plan) {
  for (const Op& op : plan_.ops) {
    if (op.kind == Op::Kind::convolution) {
      add_entry(op.name + ".weight", {op.out_channels, op.in_channels / op.groups, op.kernel, op.kernel}, true);
      if (op.bias) add_entry(op.name + ".bias", {op.out_channels}, true);
    } else if (op.kind == Op::Kind::batch_norm) {
      add_entry(op.name + ".weight", {op.out_channels}, true);
      add_entry(op.name + ".bias", {op.out_channels}, true);
    }
  }
  for (const Op& op : plan_.ops)
    if (op.kind == Op::Kind::batch_norm) {
      add_entry(op.name + ".running_mean", {op.out_channels}, false);
      add_entry(op.name + ".running_var", {op.out_channels}, false);
    }
  const int64_t total = entries_.empty() ? 0 : entries_.back().offset + entries_.back().count;
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  state_ = at::zeros({total}, options);
  gradient_ = at::zeros({trainable_}, options);
  for (Entry& entry : entries_) {
    entry.view = state_.narrow(0, entry.offset, entry.count).view(entry.shape).detach();
    if (!entry.trainable) continue;
    entry.view.requires_grad_(true);
    entry.view.mutable_grad() = gradient_.narrow(0, entry.offset, entry.count).view(entry.shape);
  }
  build_steps();
}

void Model::add_entry(const std::string& name, std::vector<int64_t> shape, bool trainable) {
  Entry entry{name, shape, entries_.empty() ? 0 : entries_.back().offset + entries_.back().count, 1, trainable, {}};
  for (int64_t n : shape) entry.count *= n;
  if (trainable) trainable_ += entry.count;
  entries_.push_back(std::move(entry));
}

// Operations are joined into a convolution's step while each is the only reader of the one before.
void Model::build_steps() {
  const int n = static_cast<int>(plan_.ops.size());
  std::vector<int> readers(static_cast<size_t>(n), 0), step_of(static_cast<size_t>(n), -1);
  for (const Op& op : plan_.ops)
    for (int input : op.inputs)
      if (input >= 0) ++readers[static_cast<size_t>(input)];
  for (int i = 0; i < n; ++i) {
    const Op& op = plan_.ops[static_cast<size_t>(i)];
    const auto joins = [&](int Model::Step::*slot, std::initializer_list<int Model::Step::*> earlier) {
      const int input = op.input();
      if (input < 0 || steps_.empty() || step_of[static_cast<size_t>(input)] != static_cast<int>(steps_.size()) - 1 ||
          input != i - 1 || readers[static_cast<size_t>(input)] != 1 || steps_.back().convolution < 0)
        return false;
      Step& step = steps_.back();
      for (auto other : earlier)
        if (step.*other >= 0) return false;
      step.*slot = i;
      return true;
    };
    const auto joins_sum = [&](int Model::Step::*slot) {  // a ReLU behind a sum
      const int input = op.input();
      if (input != i - 1 || input < 0 || steps_.empty() || steps_.back().move != input ||
          plan_.ops[static_cast<size_t>(input)].kind != Op::Kind::add)
        return false;
      steps_.back().*slot = i;
      return true;
    };
    bool joined = false;
    if (op.kind == Op::Kind::batch_norm) joined = joins(&Step::norm, {&Step::norm, &Step::relu, &Step::pool});
    if (op.kind == Op::Kind::relu) joined = joins(&Step::relu, {&Step::relu, &Step::pool}) || joins_sum(&Step::relu);
    if (op.kind == Op::Kind::max_pool || op.kind == Op::Kind::average_pool) joined = joins(&Step::pool, {&Step::pool});
    if (!joined) {
      if (op.kind == Op::Kind::batch_norm || op.kind == Op::Kind::relu)
        throw std::runtime_error("the trainer cannot place operation " + op.name +
                                 ": norms are trained behind a convolution of their own, ReLUs behind one or a sum");
      Step step;
      (op.kind == Op::Kind::convolution ? step.convolution : step.move) = i;
      for (int input : op.inputs) step.inputs.push_back(input < 0 ? -1 : step_of[static_cast<size_t>(input)]);
      steps_.push_back(std::move(step));
    }
    step_of[static_cast<size_t>(i)] = static_cast<int>(steps_.size()) - 1;
  }
  if (steps_.empty() || steps_.back().convolution < 0) throw std::runtime_error("the network does not end in a convolution");
}

const Model::Entry* Model::find(const std::string& name) const {
  for (const Entry& entry : entries_)
    if (entry.name == name) return &entry;
  return nullptr;
}

at::Tensor Model::tensor(const std::string& name) const {
  const Entry* entry = find(name);
  return entry ? entry->view : at::Tensor();
}

at::Tensor Model::decay_mask() const {
  at::Tensor mask = at::zeros({trainable_}, at::kFloat);
  for (const Entry& entry : entries_)
    if (entry.trainable && entry.shape.size() == 4) mask.narrow(0, entry.offset, entry.count).fill_(1);
  return mask.to(state_.device());
}

at::Tensor Model::rounded(const at::Tensor& flat, const std::vector<Rounding>& roundings) const {
  at::Tensor out = flat.detach().clone();
  each_rounded(roundings, [&](const Entry& entry, int levels) {
    at::Tensor part = out.narrow(0, entry.offset, entry.count);
    part.copy_(levelled(part.view(entry.shape).clone(), levels).flatten());
  });
  return out;
}

at::Tensor Model::rounded(const at::Tensor& flat, const std::vector<StepQuant>& quant) const {
  at::Tensor out = flat.detach().clone();
  for (size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].convolution < 0) continue;
    const Entry& entry = *find(plan_.ops[static_cast<size_t>(steps_[i].convolution)].name + ".weight");
    const auto [factor, bias] = folded_norm(steps_[i]);
    at::Tensor part = out.narrow(0, entry.offset, entry.count).view(entry.shape), bias_scale;
    const at::Tensor by = factor.detach().view({-1, 1, 1, 1}), folded = rounded_weights(part * by, bias, quant[i], bias_scale);
    part.copy_(at::where(by == 0, part, folded / by));
  }
  return out;
}

at::Tensor Model::rounded_mask(const std::vector<Rounding>& roundings) const {
  at::Tensor mask = at::zeros({trainable_}, state_.options());
  each_rounded(roundings, [&](const Entry& entry, int) { mask.narrow(0, entry.offset, entry.count).fill_(1); });
  return mask;
}

// Convolutions' weights stand in the order of the plan.
void Model::each_rounded(const std::vector<Rounding>& roundings,
                         const std::function<void(const Entry& entry, int levels)>& visit) const {
  size_t convolution = 0;
  for (const Entry& entry : entries_)
    if (entry.shape.size() == 4)
      if (const int levels = roundings.at(convolution++).weight_levels; levels > 0) visit(entry, levels);
}

void Model::load(const Weights& weights) {
  at::NoGradGuard guard;
  at::Tensor flat = at::zeros(state_.sizes(), at::kFloat);
  for (const Entry& entry : entries_) {
    const auto found = weights.find(entry.name);
    if (found == weights.end() || static_cast<int64_t>(found->second.size()) != entry.count)
      throw std::runtime_error("the weights lack " + entry.name + " of " + std::to_string(entry.count) + " values");
    std::memcpy(flat.data_ptr<float>() + entry.offset, found->second.data(), found->second.size() * sizeof(float));
  }
  state_.copy_(flat);
}

Weights Model::save() const {
  Weights weights;
  const at::Tensor flat = state_.to(at::kCPU);
  for (const Entry& entry : entries_) {
    const float* begin = flat.data_ptr<float>() + entry.offset;
    weights[entry.name] = std::vector<float>(begin, begin + entry.count);
  }
  return weights;
}

// x and the result: batch, height, width, channels.
at::Tensor Model::convolve(const at::Tensor& x, const Step& step, const at::Tensor& weight) const {
  const Op& op = plan_.ops[static_cast<size_t>(step.convolution)];
  const at::Tensor w = (op.groups == 1 ? weight.contiguous(at::MemoryFormat::ChannelsLast) : weight).to(x.scalar_type());
  const int64_t padding = op.padding < 0 ? op.kernel / 2 : op.padding;
  return at::conv2d(x.permute({0, 3, 1, 2}), w, {}, {op.stride, op.stride}, {padding, padding}, {1, 1}, op.groups)
      .permute({0, 2, 3, 1})
      .contiguous();
}

at::Tensor Model::run_step(const at::Tensor& x, const Step& step, bool training, bool pool, int weight_levels) const {
  const Op& op = plan_.ops[static_cast<size_t>(step.convolution)];
  Tail tail = tail_of(plan_, step, pool);
  tail.training = training;
  TailParameters parameters;
  at::Tensor weight = tensor(op.name + ".weight");
  if (weight_levels > 0) weight = levelled(weight, weight_levels);
  if (pointwise(op)) parameters.weight = weight.view({op.out_channels, op.in_channels});
  if (tail.norm) {
    const std::string& norm = plan_.ops[static_cast<size_t>(step.norm)].name;
    parameters.gamma = tensor(norm + ".weight"), parameters.beta = tensor(norm + ".bias");
    parameters.running_mean = tensor(norm + ".running_mean"), parameters.running_var = tensor(norm + ".running_var");
  } else {
    parameters.beta = tensor(op.name + ".bias");
  }
  return run_tail(pointwise(op) ? x : convolve(x, step, weight), parameters, tail, plain);
}

at::Tensor Model::move(const std::vector<at::Tensor>& inputs, const Step& step, const StepQuant* quant) const {
  const Op& op = plan_.ops[static_cast<size_t>(step.move)];
  if (op.kind == Op::Kind::space_to_depth) return space_to_depth(inputs[0]);
  if (op.kind == Op::Kind::concat) return at::cat(inputs, 3);
  if (op.kind == Op::Kind::add) {
    const at::Tensor sum = inputs.at(0) + inputs.at(1);
    return step.relu < 0 ? sum : at::relu(sum);
  }
  Tail tail;
  tail.pooling = pooling_of(op);
  if (quant) tail.step = quant->out_scale, tail.lo = quant->lo, tail.hi = quant->hi;
  return run_tail(inputs[0], {}, tail, plain);
}

template <class Run, class Moves>
at::Tensor Model::run_all(const at::Tensor& x, const Run& run, const Moves& moves) const {
  std::vector<at::Tensor> outputs;
  for (size_t i = 0; i < steps_.size(); ++i) {
    std::vector<at::Tensor> inputs;
    for (int input : steps_[i].inputs) inputs.push_back(input < 0 ? x : outputs[static_cast<size_t>(input)]);
    outputs.push_back(steps_[i].convolution < 0 ? moves(i, inputs) : run(i, inputs[0]));
  }
  return outputs.back();
}

template <class Run>
at::Tensor Model::run_all(const at::Tensor& x, const Run& run) const {
  return run_all(x, run, [&](size_t i, const std::vector<at::Tensor>& inputs) { return move(inputs, steps_[i], nullptr); });
}

at::Tensor Model::forward(const at::Tensor& x, bool training) const {
  return run_all(picture_of(x, training),
                 [&](size_t i, const at::Tensor& input) { return run_step(input, steps_[i], training, true); });
}

at::Tensor Model::forward_rounded(const at::Tensor& x, bool training, const std::vector<Rounding>& roundings,
                                  const std::vector<double>& ranges) const {
  size_t convolution = 0;
  const auto levelled = [&](const at::Tensor& y, size_t i, const Rounding& rounding) {
    return rounding.feature_levels > 0 ? levelled_map(y, rounding.feature_levels, ranges.at(i), steps_[i].relu < 0) : y;
  };
  return run_all(
      x,
      [&](size_t i, const at::Tensor& input) {
        const Rounding& rounding = roundings.at(convolution++);
        return levelled(run_step(input, steps_[i], training, true, rounding.weight_levels), i, rounding);
      },
      [&](size_t i, const std::vector<at::Tensor>& inputs) {  // a sum has more values than its parts
        const at::Tensor y = move(inputs, steps_[i], nullptr);
        const bool adds = plan_.ops[static_cast<size_t>(steps_[i].move)].kind == Op::Kind::add;
        return adds ? levelled(y, i, roundings[convolution - 1]) : y;
      });
}

void Model::observe(const at::Tensor& x, const std::function<void(size_t, const at::Tensor&)>& see) const {
  at::NoGradGuard guard;
  run_all(x, [&](size_t i, const at::Tensor& input) {
    see(i, run_step(input, steps_[i], false, false));
    return run_step(input, steps_[i], false, true);
  });
}

std::pair<at::Tensor, at::Tensor> Model::folded_norm(const Step& step) const {
  const Op& op = plan_.ops[static_cast<size_t>(step.convolution)];
  if (step.norm < 0) {
    const at::Tensor bias = tensor(op.name + ".bias");
    return {at::ones({op.out_channels}, state_.options()),
            bias.defined() ? bias : at::zeros({op.out_channels}, state_.options())};
  }
  const std::string& norm = plan_.ops[static_cast<size_t>(step.norm)].name;
  const at::Tensor factor = tensor(norm + ".weight") * (tensor(norm + ".running_var") + kNormEpsilon).rsqrt();
  return {factor, tensor(norm + ".bias") - tensor(norm + ".running_mean") * factor};
}

at::Tensor Model::run_step_quantised(const at::Tensor& x, const Step& step, const StepQuant& quant, const StepQuant& scaled,
                                     const at::Tensor& in, const at::Tensor& out) const {
  const Op& op = plan_.ops[static_cast<size_t>(step.convolution)];
  auto [factor, bias] = folded_norm(step);
  at::Tensor weight = tensor(op.name + ".weight") * factor.view({-1, 1, 1, 1});
  if (quant.weight_bits > 0) {
    at::Tensor bias_scale;
    weight = rounded_weights(weight, bias, scaled, bias_scale);
    bias = bias + (at::round(bias.detach() / bias_scale) * bias_scale - bias.detach());
  }
  if (in.defined()) weight = weight * in;
  if (out.defined()) weight = weight / out, bias = bias / out;
  Tail tail = tail_of(plan_, step, true);
  tail.norm = false;
  tail.step = quant.out_scale, tail.lo = quant.lo, tail.hi = quant.hi;
  TailParameters parameters;
  parameters.beta = bias;
  if (pointwise(op)) parameters.weight = weight.view({op.out_channels, op.in_channels});
  return run_tail(pointwise(op) ? x : convolve(x, step, weight), parameters, tail, plain);
}

namespace {

// What the scale of a step's output is multiplied by; undefined: 1.
at::Tensor factor_of(int step, const std::vector<StepQuant>& quant, const at::Tensor& factors) {
  if (step < 0 || !factors.defined() || quant[static_cast<size_t>(step)].learned < 0) return {};
  return factors.select(0, quant[static_cast<size_t>(step)].learned).exp();
}

}  // namespace

std::vector<StepQuant> Model::scaled(std::vector<StepQuant> quant, const at::Tensor& factors) const {
  const auto by = [&](int step) {
    const at::Tensor factor = factor_of(step, quant, factors);
    return factor.defined() ? factor.item<double>() : 1;
  };
  for (size_t i = 0; i < quant.size(); ++i) {
    const double out = by(static_cast<int>(i));
    quant[i].in_scale *= by(steps_[i].inputs[0]);
    quant[i].out_scale *= out, quant[i].max *= out;
  }
  return quant;
}

at::Tensor Model::forward_quantised(const at::Tensor& x, const std::vector<StepQuant>& quant, const at::Tensor& factors) const {
  const std::vector<StepQuant> actual = scaled(quant, factors);
  return run_all(
      x,
      [&](size_t i, const at::Tensor& input) {
        return run_step_quantised(input, steps_[i], quant[i], actual[i], factor_of(steps_[i].inputs[0], quant, factors),
                                  factor_of(static_cast<int>(i), quant, factors));
      },
      [&](size_t i, const std::vector<at::Tensor>& inputs) { return move(inputs, steps_[i], &quant[i]); });
}

Weights random_weights(const Plan& plan, uint64_t seed) {
  Weights weights;
  Rng rng(seed);
  const std::string head = plan.ops.back().name;
  for (const Op& op : plan.ops) {
    Rng own = rng.fork(1);
    if (op.kind == Op::Kind::convolution) {
      const int64_t fan = int64_t{op.in_channels} / op.groups * op.kernel * op.kernel;
      const double deviation = op.name == head ? 0.01 : std::sqrt(2.0 / static_cast<double>(fan));
      std::vector<float> values(static_cast<size_t>(op.out_channels * fan));
      for (float& value : values) value = static_cast<float>(deviation * own.normal());
      weights[op.name + ".weight"] = std::move(values);
      if (op.bias) weights[op.name + ".bias"].assign(static_cast<size_t>(op.out_channels), 0.0f);
    } else if (op.kind == Op::Kind::batch_norm) {
      for (const char* part : {".weight", ".running_var"})
        weights[op.name + part].assign(static_cast<size_t>(op.out_channels), 1.0f);
      for (const char* part : {".bias", ".running_mean"})
        weights[op.name + part].assign(static_cast<size_t>(op.out_channels), 0.0f);
    }
  }
  return weights;
}

}  // namespace duet::train::core
