#pragma once
// Networks of the paper's figures and table 1, most of which no engine of duet runs: they are trained for studies alone.

#include <array>
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

inline constexpr int kAnchors = 2;  ///< of every detector here

/// Of classes: "alexnet", five convolutions, two hidden layers and the classes, as wide as 32 x 32 pictures and a CPU allow;
/// "resnet-20" (He et al. 2016, for pictures of that size). Of boxes (`classes` 0; one back-end for all, a 1x1 convolution to two
/// anchors): "resnet-18", "resnet-34", "resnet-50", "resnet-18/4" (a quarter of the channels, and the map is halved three times,
/// not five: for small objects and small devices), "vgg-16" with batch norms, "mobilenet" (Howard et al. 2017), and duet's own by
/// name (net::find_known). First poolings are 2x2, where the papers have 3x3 in ResNets. Throws Error for another name.
ZooNetwork zoo_network(const std::string& name, int classes, int height, int width);

/// Height and width of every operation's map.
std::vector<std::array<int, 2>> map_sizes(const core::Plan& plan);

}  // namespace duet::train
