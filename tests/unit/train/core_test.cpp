// The fused operations of a training step against libtorch's own, and what the loader and the checkpoints promise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/rng.h"
#include "quant/scale.h"
#include "train/core/checkpoint.h"
#include "train/core/loader.h"
#include "train/core/loss.h"
#include "train/core/trainer.h"

namespace duet::train::core {
namespace {

struct Shape {
  int height, width, channels;
  Op::Kind pool;
  double clip;
  bool norm, bypass = false;
};

// dw3 -> [bn] -> relu -> 1x1 -> [bn] -> relu -> pool, then a 3x3, joined with what was pooled, and the head.
Plan plan_of(const Shape& shape) {
  Plan plan;
  plan.height = shape.height, plan.width = shape.width;
  plan.anchors = {{0.1, 0.1}, {0.3, 0.4}};
  const auto last = [&] { return static_cast<int>(plan.ops.size()) - 1; };
  const auto add = [&](Op op) {
    if (op.inputs.empty()) op.inputs = {last()};
    plan.ops.push_back(op);
  };
  const auto convolution = [&](const std::string& name, int in, int out, int kernel, int groups) {
    add({Op::Kind::convolution, name, {}, in, out, kernel, groups, 0, !shape.norm});
    if (shape.norm) add({Op::Kind::batch_norm, name + ".bn", {}, out, out});
    add({Op::Kind::relu, name + ".act", {}, out, out, 1, 1, shape.clip});
  };
  convolution("a", 3, 3, 3, 3);
  convolution("b", 3, shape.channels, 1, 1);
  const int whole = last(), reordered = whole + 1, more = shape.bypass ? 4 * shape.channels : 0;
  if (shape.bypass) add({Op::Kind::space_to_depth, "reorder", {}, shape.channels, 4 * shape.channels});
  add({shape.pool, "pool", {whole}, shape.channels, shape.channels});
  convolution("c", shape.channels, 20, 3, 1);
  if (shape.bypass) add({Op::Kind::concat, "join", {reordered, last()}, 20, 20 + more});
  add({Op::Kind::convolution, "head", {}, 20 + more, 10, 1, 1, 0, true});
  return plan;
}

// No bias is zero: what a ReLU's gradient is at exactly zero is a matter of taste.
Weights varied_weights(const Plan& plan) {
  Weights weights = random_weights(plan, 5);
  for (auto& [name, values] : weights)
    for (size_t i = 0; i < values.size(); ++i) values[i] += 0.03f * (static_cast<float>(i * 37 % 11) - 5.3f);
  return weights;
}

double difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

class Fused : public testing::TestWithParam<Shape> {};

TEST_P(Fused, EqualsLibtorch) {
  const Plan plan = plan_of(GetParam());
  Model fused(plan, at::kCPU), plain(plan, at::kCPU);
  plain.plain = true;
  fused.load(varied_weights(plan)), plain.load(varied_weights(plan));
  at::manual_seed(1);
  const at::Tensor x = at::rand({3, plan.height, plan.width, 3});
  const std::vector<std::array<float, 4>> boxes{{0.1f, 0.2f, 0.3f, 0.5f}, {0.5f, 0.5f, 0.9f, 1.0f}, {0.0f, 0.0f, 0.1f, 0.1f}};
  at::Tensor loss_fused = box_loss(fused.forward(x, true), boxes, plan),
             loss_plain = box_loss(plain.forward(x, true), boxes, plan);
  EXPECT_NEAR(loss_fused.item<double>(), loss_plain.item<double>(), 1e-4);
  loss_fused.backward(), loss_plain.backward();
  EXPECT_LT(difference(fused.gradient(), plain.gradient()), 1e-4 * plain.gradient().abs().max().item<double>());
  EXPECT_GT(plain.gradient().abs().max().item<double>(), 1e-3);
  EXPECT_LT(difference(fused.state(), plain.state()), 1e-5);  // running statistics
  at::NoGradGuard guard;
  EXPECT_LT(difference(fused.forward(x, false), plain.forward(x, false)), 1e-5);
}

TEST_P(Fused, SameWithTwoThreads) {
  const Plan plan = plan_of(GetParam());
  const at::Tensor x = at::rand({5, plan.height, plan.width, 3});
  std::vector<at::Tensor> outputs;
  for (int threads : {1, 2}) {
    prepare(threads);
    Model model(plan, at::kCPU);
    model.load(varied_weights(plan));
    const at::Tensor head = model.forward(x, true);
    head.square().sum().backward();
    outputs.push_back(at::cat({head.detach().flatten(), model.gradient(), model.state()}));
  }
  prepare(1);
  EXPECT_LT(difference(outputs[0], outputs[1]), 1e-4 * outputs[0].abs().max().item<double>());
}

INSTANTIATE_TEST_SUITE_P(Shapes, Fused,
                         testing::Values(Shape{16, 24, 8, Op::Kind::max_pool, 0, true},
                                         Shape{16, 24, 24, Op::Kind::average_pool, 0, true},
                                         Shape{15, 23, 17, Op::Kind::max_pool, 0, true},  // odd: a row and a column are dropped
                                         Shape{15, 22, 8, Op::Kind::average_pool, 4, true},
                                         Shape{96, 130, 8, Op::Kind::max_pool, 4, true},  // several blocks a picture
                                         Shape{16, 24, 8, Op::Kind::max_pool, 4, false},
                                         Shape{16, 24, 8, Op::Kind::max_pool, 0, true, true},
                                         Shape{16, 24, 8, Op::Kind::average_pool, 0, true, true}));

// A stride, a sum and a ReLU behind it, in libtorch's own layout and operations.
TEST(GeneralModel, StridesAndSums) {
  Plan plan;
  plan.height = 7, plan.width = 9, plan.classes = 4;
  plan.ops.push_back({Op::Kind::convolution, "a", {-1}, 3, 4, 3, 1, 0, true});
  plan.ops.back().stride = 2;
  plan.ops.push_back({Op::Kind::convolution, "b", {-1}, 3, 4, 1, 1, 0, true});
  plan.ops.back().stride = 2;
  plan.ops.push_back({Op::Kind::add, "sum", {0, 1}, 4, 4});
  plan.ops.push_back({Op::Kind::relu, "relu", {2}, 4, 4});
  plan.ops.push_back({Op::Kind::convolution, "whole", {3}, 4, 4, 4, 1, 0, true});
  plan.ops.back().padding = 0;
  const Weights weights = varied_weights(plan);
  Model model(plan, at::kCPU);
  model.load(weights);
  const auto tensor = [&](const std::string& name, std::vector<int64_t> shape) {
    return at::from_blob(const_cast<float*>(weights.at(name).data()), shape).clone();
  };
  const at::Tensor x = at::rand({2, 7, 9, 3}), nchw = x.permute({0, 3, 1, 2});
  const at::Tensor a = at::conv2d(nchw, tensor("a.weight", {4, 3, 3, 3}), tensor("a.bias", {4}), {2, 2}, {1, 1});
  const at::Tensor b = at::conv2d(nchw, tensor("b.weight", {4, 3, 1, 1}), tensor("b.bias", {4}), {2, 2});
  const at::Tensor want = at::conv2d(at::relu(a + b), tensor("whole.weight", {4, 4, 4, 4}), tensor("whole.bias", {4}));
  EXPECT_LT(difference(model.forward(x, false).permute({0, 3, 1, 2}), want), 1e-5);
}

// A 1x1 head on pictures of one channel each shows the weights that it was given.
TEST(GeneralModel, RoundsWeightsToSoManyLevelsAndNearlyBest) {
  Plan plan;
  plan.height = plan.width = 1, plan.classes = 64;
  plan.ops.push_back({Op::Kind::convolution, "head", {-1}, 3, 64, 1, 1, 0, true});
  Weights weights = random_weights(plan, 3);
  Rng rng(4);
  for (float& w : weights["head.weight"]) w = static_cast<float>(rng.normal());
  Model model(plan, at::kCPU);
  model.load(weights);
  at::Tensor x = at::zeros({3, 1, 1, 3});
  for (int64_t c = 0; c < 3; ++c) x[c][0][0][c] = 1;
  for (const int levels : {2, 3, 15, 255}) {
    const at::Tensor shown = model.forward_rounded(x, false, {{levels, 0}}, {1}).view({3, 64});
    double error = 0, size = 0;
    for (int64_t o = 0; o < 64; ++o)
      for (int64_t i = 0; i < 3; ++i) {
        const double w = weights["head.weight"][static_cast<size_t>(3 * o + i)], got = shown[i][o].item<double>();
        error += (w - got) * (w - got), size += w * w;
        if (levels == 2) {
          EXPECT_EQ(w < 0, got < 0);
        }
      }
    // Of a normal distribution: 0.363, 0.190, 0.0115 (levels 2, 3, 16; Max 1960); three weights a channel scatter.
    const double most = levels == 2 ? 0.45 : levels == 3 ? 0.35 : levels == 15 ? 0.05 : 0.001;
    EXPECT_LT(error / size, most) << levels;
  }
}

TEST(RoundedMaps, EndWhereTheyShallOrAtTheirOwnLargest) {
  const at::Tensor x = at::tensor({-3.0f, -0.9f, 0.2f, 1.4f, 2.0f}).set_requires_grad(true);
  EXPECT_LT(difference(levelled_map(x, 3, 1.5, false), at::tensor({0.0f, 0.0f, 0.0f, 1.5f, 1.5f})), 1e-6);
  EXPECT_LT(difference(levelled_map(x, 4, 1.5, true), at::tensor({-1.5f, -1.5f, 0.0f, 1.5f, 1.5f})), 1e-6);
  const at::Tensor own = levelled_map(x, 8, 0, true);  // steps of one
  EXPECT_LT(difference(own, at::tensor({-3.0f, -1.0f, 0.0f, 1.0f, 2.0f})), 1e-6);
  levelled_map(x, 3, 1.5, false).sum().backward();
  EXPECT_LT(difference(x.grad(), at::tensor({0.0f, 0.0f, 1.0f, 1.0f, 0.0f})), 1e-6);
}

// A map of two branches is rounded behind its sum, too.
TEST(RoundedMaps, SumsAreRounded) {
  Plan plan;
  plan.height = 1, plan.width = 2, plan.anchors = {{0.1, 0.1}, {0.3, 0.4}};
  plan.ops = {{Op::Kind::convolution, "a", {-1}, 3, 3, 1, 1, 0, true},
              {Op::Kind::convolution, "b", {-1}, 3, 3, 1, 1, 0, true},
              {Op::Kind::add, "sum", {0, 1}, 3, 3},
              {Op::Kind::convolution, "head", {2}, 3, 10, 1, 1, 0, true}};
  const Weights weights = random_weights(plan, 3);
  Model model(plan, at::kCPU);
  model.load(weights);
  at::NoGradGuard guard;
  const at::Tensor x = at::rand({1, 1, 2, 3});
  const std::vector<Rounding> maps{{0, 4}, {0, 4}, {0, 0}};
  const std::vector<double> own(model.steps().size(), 0);
  const auto branch = [&](const char* name) {
    const at::Tensor w = at::from_blob(const_cast<float*>(weights.at(name + std::string(".weight")).data()), {3, 3});
    return levelled_map(at::matmul(x, w.t()), 4, 0, true);
  };
  const at::Tensor head = at::from_blob(const_cast<float*>(weights.at("head.weight").data()), {10, 3});
  const at::Tensor want = at::matmul(levelled_map(branch("a") + branch("b"), 4, 0, true), head.t());
  EXPECT_LT(difference(model.forward_rounded(x, false, maps, own), want), 1e-6);
}

TEST(RoundedWeights, HaveTheScalesOfTheConversion) {
  Plan plan;
  plan.height = 1, plan.width = 3, plan.anchors = {{0.1, 0.1}, {0.3, 0.4}};
  plan.ops = {{Op::Kind::convolution, "head", {-1}, 3, 10, 1, 1, 0, true}};
  Model model(plan, at::kCPU);
  const Weights weights = random_weights(plan, 3);
  model.load(weights);
  StepQuant quant;
  quant.in_scale = 1.0 / 256, quant.out_scale = 1e-6, quant.weight_bits = 4, quant.lo = -1e9, quant.hi = 1e9;
  at::NoGradGuard guard;
  const at::Tensor seen = model.forward_quantised(at::eye(3).view({1, 1, 3, 3}), {quant}, {}).view({3, 10}).contiguous();
  for (int c = 0; c < 10; ++c) {
    const float* own = weights.at("head.weight").data() + 3 * c;
    const std::vector<double> w(own, own + 3);
    const double scale = quant::choose_clipped_scale(w, quant.in_scale, quant.out_scale, quant.weight_bits).weight_scale;
    for (int i = 0; i < 3; ++i)
      EXPECT_NEAR(seen.data_ptr<float>()[10 * i + c], scale * quant::quantize_weight(w[static_cast<size_t>(i)], scale, 4), 2e-6);
  }
}

// What ADMM draws weights to: a layer with such weights, its norm still apart, does in float what rounding makes of the first.
TEST(RoundedWeights, AsTargetsDoWhatRoundingDoes) {
  Plan plan;
  plan.height = 4, plan.width = 6, plan.anchors = {{0.1, 0.1}, {0.3, 0.4}};
  plan.ops = {{Op::Kind::convolution, "dw", {-1}, 3, 3, 3, 3},
              {Op::Kind::batch_norm, "norm", {0}, 3, 3},
              {Op::Kind::relu, "relu", {1}, 3, 3},
              {Op::Kind::convolution, "head", {2}, 3, 10, 1, 1, 0, true}};
  Weights weights = varied_weights(plan);
  weights["norm.weight"][1] = 0;  // a channel whose weights no longer matter
  Model learnt(plan, at::kCPU), target(plan, at::kCPU);
  learnt.load(weights), target.load(weights);
  StepQuant layer{1.0 / 256, 1e-6, 1, 4, -1e9, 1e9}, head = layer;
  head.in_scale = layer.out_scale;
  at::NoGradGuard guard;
  target.parameters().copy_(learnt.rounded(learnt.parameters(), {layer, head}));
  const at::Tensor x = at::rand({1, 4, 6, 3}), want = learnt.forward_quantised(x, {layer, head}, {});
  EXPECT_LT(difference(target.forward_quantised(x, {layer, head}, {}), want), 1e-4);
  layer.weight_bits = head.weight_bits = 0;
  EXPECT_LT(difference(target.forward_quantised(x, {layer, head}, {}), want), 1e-4);
  EXPECT_GT(difference(learnt.forward_quantised(x, {layer, head}, {}), want), 1e-2);
}

TEST(Loss, BestWhereTheBoxIs) {
  Plan plan;
  plan.anchors = {{0.1, 0.1}, {0.3, 0.4}};
  const std::array<float, 4> box{0.30f, 0.40f, 0.62f, 0.78f};  // centre 0.46, 0.59: cell (4, 3) of 8 x 8
  at::Tensor head = at::zeros({1, 8, 8, 10});
  auto own = head.select(0, 0).select(0, 4).select(0, 3).narrow(0, 5, 5);  // second anchor
  const auto logit = [](double p) { return std::log(p / (1 - p)); };
  own[0] = logit(0.46 * 8 - 3), own[1] = logit(0.59 * 8 - 4), own[2] = std::log(0.32 / 0.3), own[3] = std::log(0.38 / 0.4),
  own[4] = 20;
  EXPECT_NEAR(box_loss(head, {box}, plan).item<double>(), 0, 1e-3);
  EXPECT_NEAR(iou(decode(head, plan)[0], box), 1, 1e-4);
  own[0] = logit(0.46 * 8 - 3) + 1;
  EXPECT_GT(box_loss(head, {box}, plan).item<double>(), 0.05);
}

TEST(Checkpoint, ComesBackWholeOrNotAtAll) {
  const auto path = (std::filesystem::temp_directory_path() / "duet_checkpoint_test.bin").string();
  Checkpoint saved;
  saved.fingerprint = "mine", saved.step = 77, saved.state = {1, 2, 3}, saved.best = {4, 5}, saved.best_iou = 0.5;
  saved.curve = {{1, 2.5, 0.25, 3, 0.1}};
  save_checkpoint(saved, path);
  Checkpoint loaded;
  ASSERT_TRUE(load_checkpoint(loaded, "mine", path));
  EXPECT_EQ(loaded.step, 77);
  EXPECT_EQ(loaded.state, saved.state);
  EXPECT_EQ(loaded.best, saved.best);
  ASSERT_EQ(loaded.curve.size(), 1u);
  EXPECT_EQ(loaded.curve[0].loss, 2.5);
  EXPECT_FALSE(load_checkpoint(loaded, "another", path));
  const auto size = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, size - 3);
  EXPECT_FALSE(load_checkpoint(loaded, "mine", path));
  std::filesystem::remove(path);
  EXPECT_FALSE(load_checkpoint(loaded, "mine", path));
}

// A pack of one picture with a white rectangle exactly in its box on black.
data::Pack rectangle_pack(const std::string& path, int height, int width, const data::PackBox& box) {
  data::PackWriter writer(path, 1, height, width);
  writer.set(0, box, 0);
  uint8_t* pixels = writer.pixels(0);
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const bool in =
            x + 0.5f > box[0] * width && x + 0.5f < box[2] * width && y + 0.5f > box[1] * height && y + 0.5f < box[3] * height;
        pixels[(c * height + y) * width + x] = in ? 255 : 0;
      }
  writer.finish();
  return data::Pack(path);
}

TEST(Loader, BoxesFollowTheAugmentedPicture) {
  const auto path = (std::filesystem::temp_directory_path() / "duet_rectangle_test.pack").string();
  const int h = 60, w = 80;
  const data::Pack pack = rectangle_pack(path, h, w, {0.25f, 0.5f, 0.5f, 0.75f});
  std::vector<float> pixels(static_cast<size_t>(h * w * 3));
  int mirrored = 0;
  for (int place = 0; place < 40; ++place) {
    std::array<float, 4> box;
    read_augmented(pack, 0, 3, 0, place, pixels.data(), box);
    ASSERT_LT(box[0], box[2]);
    // The rectangle is the brighter part in every colour: its extent in the picture against the box.
    const float low = pixels[0], high = *std::max_element(pixels.begin(), pixels.end());
    float x0 = 1, x1 = 0, y0 = 1, y1 = 0;
    for (int y = 0; y < h; ++y)
      for (int x = 0; x < w; ++x)
        if (pixels[static_cast<size_t>((y * w + x) * 3)] > (low + high) / 2) {
          x0 = std::min(x0, static_cast<float>(x) / w), x1 = std::max(x1, static_cast<float>(x + 1) / w);
          y0 = std::min(y0, static_cast<float>(y) / h), y1 = std::max(y1, static_cast<float>(y + 1) / h);
        }
    EXPECT_NEAR(x0, box[0], 1.5 / w) << place;
    EXPECT_NEAR(x1, box[2], 1.5 / w) << place;
    EXPECT_NEAR(y0, box[1], 1.5 / h) << place;
    EXPECT_NEAR(y1, box[3], 1.5 / h) << place;
    EXPECT_GE(box[0], 0);
    EXPECT_LE(box[3], 1);
    mirrored += (box[0] + box[2]) / 2 > 0.5f;
  }
  EXPECT_GT(mirrored, 5);
  std::filesystem::remove(path);
}

TEST(Loader, LastStepsShowPicturesAsTheyAre) {
  const auto path = (std::filesystem::temp_directory_path() / "duet_plain_test.pack").string();
  const data::Pack pack = rectangle_pack(path, 16, 24, {0.25f, 0.5f, 0.5f, 0.75f});
  Loader::Options options;
  options.batch = 4, options.steps = 5, options.plain_from = 3;
  Loader loader(pack, options);
  for (int step = 0; step < options.steps; ++step) {
    const Batch batch = loader.next({});
    for (const auto& box : batch.boxes) EXPECT_EQ(box == pack.box(0), step >= options.plain_from) << step;
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace duet::train::core
