#include "train/core/fused.h"

#include <ATen/Parallel.h>

#include <cmath>
#include <limits>

namespace duet::train::core {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kBlockPixels = 2048;  // x, z and g of a block stay in a second-level cache
constexpr float kInfinity = std::numeric_limits<float>::infinity();

float lower(const Tail& tail) { return tail.step > 0 ? static_cast<float>(tail.lo * tail.step) : tail.relu ? 0.0f : -kInfinity; }
float upper(const Tail& tail) {
  const float clip = tail.relu && tail.clip > 0 ? static_cast<float>(tail.clip) : kInfinity;
  return tail.step > 0 ? std::min(clip, static_cast<float>(tail.hi * tail.step)) : clip;
}

// Sizes of one call, and how a picture is cut into blocks of whole row pairs. Where there is no pooling and few channels, several
// pixels are taken as one wide one, since the loops run over channels.
struct Geometry {
  int64_t batch, height, width, in, out;
  bool pool;
  int64_t rows_per_block, factor;
  Geometry(const at::Tensor& x, int64_t out_channels, bool pooled)
      : batch(x.size(0)), height(x.size(1)), width(x.size(2)), in(x.size(3)), out(out_channels), pool(pooled) {
    rows_per_block = std::max<int64_t>(2, kBlockPixels / width / 2 * 2);
    factor = !pool && out < 16 && pixels() % 16 == 0 && width * rows_per_block % 16 == 0 ? 16 : 1;
  }
  int64_t pixels() const { return height * width; }
  int64_t out_height() const { return pool ? height / 2 : height; }
  int64_t out_width() const { return pool ? width / 2 : width; }
};

std::vector<float> tiled(const at::Tensor& values, int64_t factor) {
  const float* v = values.data_ptr<float>();
  const int64_t n = values.numel();
  std::vector<float> out(static_cast<size_t>(n * factor));
  for (int64_t i = 0; i < n * factor; ++i) out[static_cast<size_t>(i)] = v[i % n];
  return out;
}

void multiply(const float* a, int64_t m, int64_t k, const at::Tensor& b, float* out) {
  at::Tensor result = at::from_blob(out, {m, b.size(1)});
  at::mm_out(result, at::from_blob(const_cast<float*>(a), {m, k}), b);
}

template <class Function>
void for_blocks(const Geometry& geometry, const Function& function) {
  for (int64_t row = 0; row < geometry.height; row += geometry.rows_per_block)
    function(row, std::min(geometry.rows_per_block, geometry.height - row));
}

template <class Function>
void for_pictures(const Geometry& geometry, const Function& function) {
  at::parallel_for(0, geometry.batch, 1, [&](int64_t begin, int64_t end) {
    at::AutoDispatchBelowAutograd below;
    for (int64_t n = begin; n < end; ++n) function(n);
  });
}

// z = x · weight, block by block, with sums for the batch statistics added while a block is in the cache. Sums: [batch][2][out]
// in double, so that their order, and so the result, does not depend on the threads.
at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const Geometry& g, bool statistics,
                    std::vector<double>& sums) {
  const at::Tensor transposed = weight.defined() ? weight.t() : at::Tensor();
  at::Tensor z = weight.defined() ? at::empty({g.batch, g.height, g.width, g.out}, x.options()) : x;
  const float* source = x.data_ptr<float>();
  float* target = z.data_ptr<float>();
  if (statistics) sums.assign(static_cast<size_t>(g.batch * 2 * g.out), 0);
  for_pictures(g, [&](int64_t n) {
    std::vector<float> part(static_cast<size_t>(2 * g.out * g.factor));
    for_blocks(g, [&](int64_t row, int64_t rows) {
      const int64_t offset = (n * g.height + row) * g.width, pixels = rows * g.width;
      if (weight.defined()) multiply(source + offset * g.in, pixels, g.in, transposed, target + offset * g.out);
      if (!statistics) return;
      std::fill(part.begin(), part.end(), 0.0f);
      const int64_t wide = g.out * g.factor;
      add_sums(target + offset * g.out, pixels / g.factor, static_cast<int>(wide), part.data(), part.data() + wide);
      for (int64_t c = 0; c < wide; ++c) {
        sums[static_cast<size_t>((n * 2) * g.out + c % g.out)] += part[static_cast<size_t>(c)];
        sums[static_cast<size_t>((n * 2 + 1) * g.out + c % g.out)] += part[static_cast<size_t>(wide + c)];
      }
    });
  });
  return z;
}

std::vector<double> total(const std::vector<double>& sums, int64_t batch, int64_t values) {
  std::vector<double> out(static_cast<size_t>(values));
  for (int64_t n = 0; n < batch; ++n)
    for (int64_t i = 0; i < values; ++i) out[static_cast<size_t>(i)] += sums[static_cast<size_t>(n * values + i)];
  return out;
}

Activation activation_of(const Tail& tail, const std::vector<float>& scale, const std::vector<float>& shift) {
  return {scale.data(), shift.data(), lower(tail), upper(tail), static_cast<float>(tail.step)};
}

void activate_block(const Geometry& g, const Activation& activation, bool average, const float* z, int64_t rows, float* y) {
  if (!g.pool) return activate(z, rows * g.width / g.factor, static_cast<int>(g.out * g.factor), activation, y);
  for (int64_t row = 0; row + 1 < rows; row += 2)
    activate_pool(z + row * g.width * g.out, z + (row + 1) * g.width * g.out, static_cast<int>(g.out_width()),
                  static_cast<int>(g.out), activation, average, y + row / 2 * g.out_width() * g.out);
}

at::Tensor activate_all(const Geometry& g, const Activation& activation, bool average, const at::Tensor& z) {
  at::Tensor y = at::empty({g.batch, g.out_height(), g.out_width(), g.out}, z.options());
  const float* source = z.data_ptr<float>();
  float* target = y.data_ptr<float>();
  for_pictures(g, [&](int64_t n) {
    for_blocks(g, [&](int64_t row, int64_t rows) {
      activate_block(g, activation, average, source + (n * g.height + row) * g.width * g.out, rows,
                     target + (n * g.out_height() + (g.pool ? row / 2 : row)) * g.out_width() * g.out);
    });
  });
  return y;
}

// Gradient before the activation of a block: g_out gets rows · width · out values.
void gate_block(const Geometry& g, const Activation& activation, bool average, const float* z, const float* dy, int64_t rows,
                float* g_out) {
  if (!g.pool) return gate(z, dy, rows * g.width / g.factor, static_cast<int>(g.out * g.factor), activation, g_out);
  const int64_t line = g.width * g.out;
  const bool odd = g.width % 2 != 0;
  for (int64_t row = 0; row + 1 < rows; row += 2) {
    gate_pool(z + row * line, z + (row + 1) * line, dy + row / 2 * g.out_width() * g.out, static_cast<int>(g.out_width()),
              static_cast<int>(g.out), activation, average, g_out + row * line, g_out + (row + 1) * line);
    if (odd)
      for (int64_t i : {row, row + 1}) std::fill_n(g_out + (i + 1) * line - g.out, g.out, 0.0f);
  }
  if (rows % 2 != 0) std::fill_n(g_out + (rows - 1) * line, line, 0.0f);
}

const float* dy_block(const Geometry& g, const at::Tensor& dy, int64_t n, int64_t row) {
  return dy.data_ptr<float>() + (n * g.out_height() + (g.pool ? row / 2 : row)) * g.out_width() * g.out;
}

// Scale and shift of the normalisation (or of the bias alone), and the batch's mean and 1 / deviation where they are used.
struct Affine {
  at::Tensor scale, shift, mean, inverse;
};

Affine affine_of(const Tail& tail, const at::Tensor& gamma, const at::Tensor& beta, at::Tensor running_mean,
                 at::Tensor running_var, const Geometry& g, const std::vector<double>& sums, const at::TensorOptions& options) {
  Affine affine;
  if (!tail.norm) {
    affine.scale = at::ones({g.out}, options);
    affine.shift = beta.defined() ? beta.detach().clone() : at::zeros({g.out}, options);
    return affine;
  }
  if (tail.training) {
    const double count = static_cast<double>(g.batch * g.pixels());
    const std::vector<double> all = total(sums, g.batch, 2 * g.out);
    affine.mean = at::empty({g.out}, options);
    affine.inverse = at::empty({g.out}, options);
    float *mean = affine.mean.data_ptr<float>(), *inverse = affine.inverse.data_ptr<float>();
    float *kept_mean = running_mean.data_ptr<float>(), *kept_var = running_var.data_ptr<float>();
    for (int64_t c = 0; c < g.out; ++c) {
      const double m = all[static_cast<size_t>(c)] / count;
      const double variance = std::max(0.0, all[static_cast<size_t>(g.out + c)] / count - m * m);
      mean[c] = static_cast<float>(m);
      inverse[c] = static_cast<float>(1 / std::sqrt(variance + kNormEpsilon));
      kept_mean[c] += static_cast<float>(kNormMomentum * (m - kept_mean[c]));
      kept_var[c] += static_cast<float>(kNormMomentum * (variance * count / std::max(1.0, count - 1) - kept_var[c]));
    }
  } else {
    affine.mean = running_mean.detach();
    affine.inverse = (running_var.detach() + kNormEpsilon).rsqrt();
  }
  affine.scale = gamma.detach() * affine.inverse;
  affine.shift = beta.detach() - affine.mean * affine.scale;
  return affine;
}

// Inference: the convolution's result never leaves the cache.
at::Tensor infer(const at::Tensor& x, const TailParameters& parameters, const Tail& tail, const Geometry& g) {
  const Affine affine =
      affine_of(tail, parameters.gamma, parameters.beta, parameters.running_mean, parameters.running_var, g, {}, x.options());
  const std::vector<float> scale = tiled(affine.scale, g.factor), shift = tiled(affine.shift, g.factor);
  const Activation activation = activation_of(tail, scale, shift);
  const bool average = tail.pooling == Pooling::average;
  if (!parameters.weight.defined()) return activate_all(g, activation, average, x);
  const at::Tensor transposed = parameters.weight.detach().t();
  at::Tensor y = at::empty({g.batch, g.out_height(), g.out_width(), g.out}, x.options());
  float* target = y.data_ptr<float>();
  for_pictures(g, [&](int64_t n) {
    std::vector<float> z(static_cast<size_t>(g.rows_per_block * g.width * g.out));
    for_blocks(g, [&](int64_t row, int64_t rows) {
      multiply(x.data_ptr<float>() + (n * g.height + row) * g.width * g.in, rows * g.width, g.in, transposed, z.data());
      activate_block(g, activation, average, z.data(), rows,
                     target + (n * g.out_height() + (g.pool ? row / 2 : row)) * g.out_width() * g.out);
    });
  });
  return y;
}

// dz = p·g + q·z + r, which is batch norm's gradient when training and g·scale otherwise.
struct Combination {
  std::vector<float> p, q, r;
};

Combination combination(const Tail& tail, const Affine& affine, const at::Tensor& gamma, const Geometry& g,
                        const std::vector<double>& all) {
  Combination out;
  const size_t n = static_cast<size_t>(g.out);
  out.p.resize(n), out.q.assign(n, 0), out.r.assign(n, 0);
  const double count = static_cast<double>(g.batch * g.pixels());
  for (size_t c = 0; c < n; ++c) {
    out.p[c] = affine.scale.data_ptr<float>()[c];
    if (!tail.norm || !tail.training) continue;
    const double inverse = affine.inverse.data_ptr<float>()[c], mean = affine.mean.data_ptr<float>()[c],
                 scale = gamma.data_ptr<float>()[c] * inverse;
    const double products = inverse * (all[n + c] - mean * all[c]);  // sum of g · normalised z
    out.q[c] = static_cast<float>(-scale * products / count * inverse);
    out.r[c] = static_cast<float>(scale * (products / count * inverse * mean - all[c] / count));
  }
  return out;
}

class FusedTail : public torch::autograd::Function<FusedTail> {
 public:
  // An empty tensor stands for an absent one: autograd takes no undefined tensors here.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& given_weight,
                            const at::Tensor& given_gamma, const at::Tensor& given_beta, const at::Tensor& running_mean,
                            const at::Tensor& running_var, const Tail& tail) {
    const auto or_none = [](const at::Tensor& t) { return t.numel() > 0 ? t : at::Tensor(); };
    const at::Tensor weight = or_none(given_weight), gamma = or_none(given_gamma), beta = or_none(given_beta);
    const Geometry g(x, weight.defined() ? weight.size(0) : x.size(3), tail.pooling != Pooling::none);
    std::vector<double> sums;
    const at::Tensor z = convolve(x, weight, g, tail.norm && tail.training, sums);
    const Affine affine = affine_of(tail, gamma, beta, running_mean, running_var, g, sums, x.options());
    const std::vector<float> scale = tiled(affine.scale, g.factor), shift = tiled(affine.shift, g.factor);
    context->save_for_backward({x, weight, gamma, beta, z, affine.scale, affine.shift, affine.mean, affine.inverse});
    context->saved_data["norm"] = tail.norm;
    context->saved_data["relu"] = tail.relu;
    context->saved_data["clip"] = tail.clip;
    context->saved_data["pooling"] = static_cast<int64_t>(tail.pooling);
    context->saved_data["training"] = tail.training;
    context->saved_data["step"] = tail.step;
    context->saved_data["lo"] = tail.lo;
    context->saved_data["hi"] = tail.hi;
    context->saved_data["need_dx"] = x.requires_grad();
    return activate_all(g, activation_of(tail, scale, shift), tail.pooling == Pooling::average, z);
  }

  static variable_list backward(AutogradContext* context, variable_list outputs) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &gamma = saved[2], &beta = saved[3], &z = saved[4];
    const Affine affine{saved[5], saved[6], saved[7], saved[8]};
    auto& data = context->saved_data;
    Tail tail{data["norm"].toBool(),     data["relu"].toBool(),
              data["clip"].toDouble(),   static_cast<Pooling>(data["pooling"].toInt()),
              data["training"].toBool(), data["step"].toDouble(),
              data["lo"].toDouble(),     data["hi"].toDouble()};
    const Geometry g(x, z.size(3), tail.pooling != Pooling::none);
    const at::Tensor dy = outputs[0].contiguous();
    const std::vector<float> scale = tiled(affine.scale, g.factor), shift = tiled(affine.shift, g.factor);
    const Activation activation = activation_of(tail, scale, shift);
    const bool average = tail.pooling == Pooling::average;

    const std::vector<double> all = gradient_sums(g, activation, average, z, dy);
    at::Tensor dgamma, dbeta;
    if (beta.defined()) dbeta = at::empty({g.out}, x.options());
    if (tail.norm) dgamma = at::empty({g.out}, x.options());
    for (int64_t c = 0; c < g.out; ++c) {
      if (dbeta.defined()) dbeta.data_ptr<float>()[c] = static_cast<float>(all[static_cast<size_t>(c)]);
      if (dgamma.defined())
        dgamma.data_ptr<float>()[c] = static_cast<float>(
            affine.inverse.data_ptr<float>()[c] *
            (all[static_cast<size_t>(g.out + c)] - affine.mean.data_ptr<float>()[c] * all[static_cast<size_t>(c)]));
    }

    at::Tensor dx, dweight;
    spread(g, activation, average, combination(tail, affine, gamma, g, all), x, weight, z, dy, data["need_dx"].toBool(), dx,
           dweight);
    return {dx, dweight, dgamma, dbeta, at::Tensor(), at::Tensor(), at::Tensor()};
  }

 private:
  static std::vector<double> gradient_sums(const Geometry& g, const Activation& activation, bool average, const at::Tensor& z,
                                           const at::Tensor& dy) {
    std::vector<double> sums(static_cast<size_t>(g.batch * 2 * g.out));
    const int64_t wide = g.out * g.factor;
    for_pictures(g, [&](int64_t n) {
      std::vector<float> part(static_cast<size_t>(2 * wide)), gradient(static_cast<size_t>(g.rows_per_block * g.width * g.out));
      for_blocks(g, [&](int64_t row, int64_t rows) {
        const float* source = z.data_ptr<float>() + (n * g.height + row) * g.width * g.out;
        gate_block(g, activation, average, source, dy_block(g, dy, n, row), rows, gradient.data());
        std::fill(part.begin(), part.end(), 0.0f);
        add_gradient_sums(gradient.data(), source, rows * g.width / g.factor, static_cast<int>(wide), part.data(),
                          part.data() + wide);
        for (int64_t c = 0; c < wide; ++c) {
          sums[static_cast<size_t>((n * 2) * g.out + c % g.out)] += part[static_cast<size_t>(c)];
          sums[static_cast<size_t>((n * 2 + 1) * g.out + c % g.out)] += part[static_cast<size_t>(wide + c)];
        }
      });
    });
    return total(sums, g.batch, 2 * g.out);
  }

  // From the gradient after the activation to those of x and the weights; dz lives in a block's buffer only.
  static void spread(const Geometry& g, const Activation& activation, bool average, const Combination& combination,
                     const at::Tensor& x, const at::Tensor& weight, const at::Tensor& z, const at::Tensor& dy, bool need_dx,
                     at::Tensor& dx, at::Tensor& dweight) {
    const auto widened = [&](const std::vector<float>& v) {
      return tiled(at::from_blob(const_cast<float*>(v.data()), {g.out}), g.factor);
    };
    const std::vector<float> p = widened(combination.p), q = widened(combination.q), r = widened(combination.r);
    if (need_dx || !weight.defined()) dx = at::empty_like(x);
    const at::Tensor parts = weight.defined() ? at::zeros({g.batch, g.out, g.in}, x.options()) : at::Tensor();
    for_pictures(g, [&](int64_t n) {
      std::vector<float> buffer(weight.defined() ? static_cast<size_t>(g.rows_per_block * g.width * g.out) : 0);
      at::Tensor part = weight.defined() ? parts.select(0, n) : at::Tensor();
      for_blocks(g, [&](int64_t row, int64_t rows) {
        const int64_t offset = (n * g.height + row) * g.width, pixels = rows * g.width;
        const float* source = z.data_ptr<float>() + offset * g.out;
        float* gradient = weight.defined() ? buffer.data() : dx.data_ptr<float>() + offset * g.out;
        gate_block(g, activation, average, source, dy_block(g, dy, n, row), rows, gradient);
        combine(gradient, source, pixels / g.factor, static_cast<int>(g.out * g.factor), p.data(), q.data(), r.data());
        if (!weight.defined()) return;
        if (need_dx) multiply(gradient, pixels, g.out, weight, dx.data_ptr<float>() + offset * g.in);
        at::addmm_out(part, part, at::from_blob(gradient, {pixels, g.out}).t(),
                      at::from_blob(x.data_ptr<float>() + offset * g.in, {pixels, g.in}));
      });
    });
    if (weight.defined()) dweight = parts.sum(0);
  }
};

at::Tensor round_through(const at::Tensor& y, double step) { return y + ((y / step + 0.5).floor() * step - y).detach(); }

at::Tensor plain_tail(const at::Tensor& x, const TailParameters& parameters, const Tail& tail) {
  at::Tensor y = x.permute({0, 3, 1, 2});
  if (parameters.weight.defined())
    y = at::conv2d(y, parameters.weight.unsqueeze(2).unsqueeze(3).to(y.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast));
  if (tail.norm)
    y = at::batch_norm(y, parameters.gamma, parameters.beta, parameters.running_mean, parameters.running_var, tail.training,
                       kNormMomentum, kNormEpsilon, true);
  else if (parameters.beta.defined())
    y = y + parameters.beta.view({1, -1, 1, 1});
  // The largest stays the largest under clamping and rounding, and fewer values are left to clamp.
  if (tail.pooling == Pooling::max) y = at::max_pool2d(y, {2, 2});
  if (tail.step == 0 && tail.relu && tail.clip == 0)
    y = at::relu(y);
  else if (std::isfinite(lower(tail)) || std::isfinite(upper(tail)))
    y = at::clamp(y, lower(tail), upper(tail));
  if (tail.step > 0) y = round_through(y, tail.step);
  if (tail.pooling == Pooling::average) y = at::avg_pool2d(y, {2, 2});
  if (tail.pooling == Pooling::average && tail.step > 0) y = round_through(y, tail.step);
  return y.permute({0, 2, 3, 1}).contiguous();
}

}  // namespace

at::Tensor run_tail(const at::Tensor& x, const TailParameters& p, const Tail& tail, bool plain) {
  if (plain || !x.device().is_cpu()) return plain_tail(x, p, tail);
  if (!at::GradMode::is_enabled() && !(tail.norm && tail.training))
    return infer(x, p, tail, Geometry(x, p.weight.defined() ? p.weight.size(0) : x.size(3), tail.pooling != Pooling::none));
  const at::Tensor none = at::empty({0}, x.options());
  const auto given = [&](const at::Tensor& t) { return t.defined() ? t : none; };
  return FusedTail::apply(x, given(p.weight), given(p.gamma), given(p.beta), given(p.running_mean), given(p.running_var), tail);
}

}  // namespace duet::train::core
