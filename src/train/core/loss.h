#pragma once
#include <array>
#include <vector>

#include "train/core/core.h"
#include "train/core/torch.h"

namespace duet::train::core {

/// Loss of a batch: softmax over all cells and anchors for where the object is, and at the true cell and best anchor 1 - IoU, the
/// offset and the logarithm of the size. head: batch, grid height, grid width, 5 an anchor (tx, ty, tw, th, tc). Boxes in 0..1 of
/// the picture.
at::Tensor box_loss(const at::Tensor& head, const std::vector<std::array<float, 4>>& boxes, const Plan& plan);

/// Cross entropy of a batch. head: batch, grid height, grid width, classes; a class's vote is its mean over the grid.
at::Tensor class_loss(const at::Tensor& head, const std::vector<int64_t>& classes);
/// How many of the batch have the most votes for their own class.
int64_t right_classes(const at::Tensor& head, const std::vector<int64_t>& classes);

/// The winning box of each picture (largest tc), as net::decode does it; confidence is the winner's share of the softmax, 0..1.
std::vector<Found> decode(const at::Tensor& head, const Plan& plan);

/// Intersection over union.
double iou(const Found& found, const std::array<float, 4>& box);

}  // namespace duet::train::core
