#pragma once
#include <optional>
#include <string>
#include <vector>

#include "net/bundle.h"
#include "net/graph.h"

namespace duet::net {

/// Anchor box in units of the picture, 0..1.
struct Anchor {
  double width = 0.1, height = 0.1;
  bool operator==(const Anchor&) const = default;
};

/// One use of the Bundle: its output channels and whether its pooling is on.
struct Replication {
  int channels = 0;
  bool downsample = false;
  bool operator==(const Replication&) const = default;
};

/// A fine map that goes around replications, as in SkyNet (Zhang et al. 2020): what replication `from` makes before its pooling
/// is reordered, 2x2 pixels to four times the channels, and put in front of the channels that replication `to` reads (or the
/// head: as many as there are replications). Only `from` pools between the two.
struct Bypass {
  int from = 0, to = 1;
  bool operator==(const Bypass&) const = default;
};

/// A detector: one Bundle repeated (folded), then the 1x1 head. The paper's DNN-A is dw3-conv1-...-max with 48p 96p 192p 384.
/// N, X and Pi of the search are the size of `replications`, its `downsample` flags and its channels.
struct Network {
  std::string name;
  Shape input{3, 160, 360};
  Bundle bundle;
  std::vector<Replication> replications;
  std::optional<Bypass> bypass;
  std::vector<Anchor> anchors{{0.05, 0.05}, {0.15, 0.2}};  ///< head channels = 5 an anchor: x, y, w, h, confidence
  int head_channels() const { return 5 * static_cast<int>(anchors.size()); }
  bool operator==(const Network&) const = default;
};

Json to_json(const Network& network);
/// Throws Error naming `where` and the key. Also checks what the struct promises (validate).
Network network_from_json(const Json& json, const std::string& where);
/// Throws Error naming `where`: no replication or anchor, channels below 1, down-sampling by a Bundle without pooling, or a map
/// pooled away; a bypass that is none of those that Bypass describes.
void validate(const Network& network, const std::string& where);
/// The layers in order. Node names: "input", then "b<i>.l<j>" for computing layers, each followed by "b<i>.l<j>.bn" and
/// "b<i>.l<j>.act" as the Bundle has them, "b<i>.pool" where it down-samples, at last "head"; i and j count from 0. A bypass is
/// "bypass.reorder", which stands before the pooling, and "bypass", which joins it with the map beside it. Attributes:
/// conv has kernel, channels, bias; dwconv kernel, bias (bias is 1 where no batch norm follows); pool average; act clip.
Graph to_graph(const Network& network);
/// Height and width of the head's grid.
Shape grid(const Network& network);
/// The paper's networks by name ("dnn-a", "dnn-b", "dnn-c", table 2); nullptr for another name.
const Network* find_known(const std::string& name);
std::vector<std::string> known_networks();

}  // namespace duet::net
