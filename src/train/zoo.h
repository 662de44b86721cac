#pragma once
// Networks of the paper's figures and table 1 that no engine of duet runs: they are trained in float for studies alone.

#include <string>
#include <vector>

#include "train/core/core.h"

namespace duet::train {

/// The parts of AlexNet whose weights figure 1a rounds apart.
enum class Part { first_convolution, convolutions, hidden_layers, last_layer };

/// A network with what its convolutions are, in the order of the plan (fully-connected layers are convolutions of a whole map).
struct ZooNetwork {
  core::Plan plan;
  std::vector<Part> parts;
};

/// "alexnet": five convolutions, two hidden layers and the classes, as wide as 32 x 32 pictures and a CPU allow; "resnet-20": He
/// et al. 2016, for pictures of that size. Throws Error for another name.
ZooNetwork zoo_network(const std::string& name, int classes, int height, int width);

}  // namespace duet::train
