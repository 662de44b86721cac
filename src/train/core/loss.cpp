#include "train/core/loss.h"

#include <algorithm>
#include <cmath>

namespace duet::train::core {
namespace {

constexpr double kWhere = 1, kOverlap = 2, kOffset = 1, kSize = 0.5;  // weights of the loss's parts
constexpr double kMaxLogSize = 4;                                     // as net/box.h

// Where the truth lies: index into anchors x cells, and what the five values there ought to be.
struct Target {
  std::vector<int64_t> index;
  std::vector<float>
      values;  // per picture: column, row, x, y, width, height (grid and picture units), anchor width, anchor height
};

int best_anchor(double width, double height, const Plan& plan) {
  int best = 0;
  double most = -1;
  for (size_t a = 0; a < plan.anchors.size(); ++a) {
    const auto [aw, ah] = plan.anchors[a];
    const double both = std::min(width, aw) * std::min(height, ah), overlap = both / (width * height + aw * ah - both);
    if (overlap > most) most = overlap, best = static_cast<int>(a);
  }
  return best;
}

Target target_of(const std::vector<std::array<float, 4>>& boxes, int64_t rows, int64_t columns, const Plan& plan) {
  Target target;
  const int64_t anchors = static_cast<int64_t>(plan.anchors.size());
  for (const auto& box : boxes) {
    const double width = std::max(1e-4f, box[2] - box[0]), height = std::max(1e-4f, box[3] - box[1]);
    const double x = (box[0] + box[2]) / 2.0, y = (box[1] + box[3]) / 2.0;
    const int64_t column = std::clamp<int64_t>(static_cast<int64_t>(x * static_cast<double>(columns)), 0, columns - 1);
    const int64_t row = std::clamp<int64_t>(static_cast<int64_t>(y * static_cast<double>(rows)), 0, rows - 1);
    const int anchor = best_anchor(width, height, plan);
    target.index.push_back((row * columns + column) * anchors + anchor);
    for (double v : {static_cast<double>(column), static_cast<double>(row), x, y, width, height,
                     plan.anchors[static_cast<size_t>(anchor)].first, plan.anchors[static_cast<size_t>(anchor)].second})
      target.values.push_back(static_cast<float>(v));
  }
  return target;
}

}  // namespace

at::Tensor box_loss(const at::Tensor& head, const std::vector<std::array<float, 4>>& boxes, const Plan& plan) {
  const int64_t batch = head.size(0), rows = head.size(1), columns = head.size(2);
  Target target = target_of(boxes, rows, columns, plan);
  const auto device = head.device();
  const at::Tensor index = at::from_blob(target.index.data(), {batch}, at::kLong).to(device, true).clone();
  const at::Tensor v = at::from_blob(target.values.data(), {batch, 8}).to(device, true).clone();
  const at::Tensor t = head.reshape({batch, -1, 5});
  const at::Tensor where = at::nll_loss(at::log_softmax(t.select(2, 4), 1), index);

  const at::Tensor own = t.gather(1, index.view({batch, 1, 1}).expand({batch, 1, 5})).squeeze(1);  // batch x 5
  const at::Tensor offset = at::sigmoid(own.narrow(1, 0, 2));
  const at::Tensor log_size = at::clamp(own.narrow(1, 2, 2), -kMaxLogSize, kMaxLogSize);
  const at::Tensor grid = at::tensor({static_cast<float>(columns), static_cast<float>(rows)}, at::kFloat).to(device);
  const at::Tensor centre = (v.narrow(1, 0, 2) + offset) / grid, size = v.narrow(1, 6, 2) * at::exp(log_size);
  const at::Tensor true_centre = v.narrow(1, 2, 2), true_size = v.narrow(1, 4, 2);
  const at::Tensor low = at::max(centre - size / 2, true_centre - true_size / 2),
                   high = at::min(centre + size / 2, true_centre + true_size / 2);
  const at::Tensor both = at::clamp_min(high - low, 0).prod(1);
  const at::Tensor overlap = both / (size.prod(1) + true_size.prod(1) - both);
  const at::Tensor offset_error = (offset - (true_centre * grid - v.narrow(1, 0, 2))).abs().sum(1);
  const at::Tensor size_error =
      at::smooth_l1_loss(own.narrow(1, 2, 2), at::log(true_size / v.narrow(1, 6, 2)), at::Reduction::None, 0.2).sum(1);
  return kWhere * where + (kOverlap * (1 - overlap) + kOffset * offset_error + kSize * size_error).mean();
}

namespace {

at::Tensor labels(const std::vector<int64_t>& classes, at::Device device) { return at::tensor(classes, at::kLong).to(device); }

}  // namespace

at::Tensor class_loss(const at::Tensor& head, const std::vector<int64_t>& classes) {
  return at::cross_entropy_loss(head.to(at::kFloat).mean({1, 2}), labels(classes, head.device()));
}

int64_t right_classes(const at::Tensor& head, const std::vector<int64_t>& classes) {
  return (head.mean({1, 2}).argmax(1) == labels(classes, head.device())).sum().item<int64_t>();
}

std::vector<Found> decode(const at::Tensor& head, const Plan& plan) {
  const at::Tensor values = head.detach().to(at::kCPU).contiguous();
  const int64_t batch = values.size(0), rows = values.size(1), columns = values.size(2),
                anchors = static_cast<int64_t>(plan.anchors.size());
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  const auto inside = [](double x) { return static_cast<float>(std::clamp(x, 0.0, 1.0)); };
  std::vector<Found> found;
  for (int64_t n = 0; n < batch; ++n) {
    const float* t = values.data_ptr<float>() + n * rows * columns * anchors * 5;
    int64_t best = 0;
    for (int64_t i = 1; i < rows * columns * anchors; ++i) {
      // Equal ones: the lower anchor first, then the earlier cell.
      if (t[5 * i + 4] > t[5 * best + 4] || (t[5 * i + 4] == t[5 * best + 4] && i % anchors < best % anchors)) best = i;
    }
    double share = 0;
    for (int64_t i = 0; i < rows * columns * anchors; ++i) share += std::exp(static_cast<double>(t[5 * i + 4]) - t[5 * best + 4]);
    const int64_t cell = best / anchors, row = cell / columns, column = cell % columns;
    const auto [aw, ah] = plan.anchors[static_cast<size_t>(best % anchors)];
    const float* own = t + 5 * best;
    const double x = (static_cast<double>(column) + sigmoid(own[0])) / static_cast<double>(columns);
    const double y = (static_cast<double>(row) + sigmoid(own[1])) / static_cast<double>(rows);
    const double w = aw * std::exp(std::clamp<double>(own[2], -kMaxLogSize, kMaxLogSize)),
                 h = ah * std::exp(std::clamp<double>(own[3], -kMaxLogSize, kMaxLogSize));
    found.push_back({inside(x - w / 2), inside(y - h / 2), inside(x + w / 2), inside(y + h / 2), static_cast<float>(1 / share)});
  }
  return found;
}

double iou(const Found& a, const std::array<float, 4>& b) {
  const double w = std::min(a.x1, b[2]) - std::max(a.x0, b[0]), h = std::min(a.y1, b[3]) - std::max(a.y0, b[1]);
  if (w <= 0 || h <= 0) return 0;
  const double both = w * h;
  return both / ((a.x1 - a.x0) * (a.y1 - a.y0) + (b[2] - b[0]) * (b[3] - b[1]) - both);
}

}  // namespace duet::train::core
