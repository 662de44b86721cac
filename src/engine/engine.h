#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "device/device.h"
#include "net/network.h"

namespace duet::engine {

/// What is elaborated once: the design point that the search chooses beside the network (PF_j and Q_j of the paper).
/// One engine runs every replication of its Bundle, folded; its stages run as a pipeline over tiles.
struct Engine {
  net::Bundle bundle;  ///< which Bundle it computes
  int in_lanes = 8;    ///< input channels the point-wise array takes at once
  int out_lanes = 24;  ///< output channels it makes at once
  int dw_lanes = 2;    ///< channels the depth-wise stage takes at once (9 multipliers each)
  int weight_bits = 8, feature_bits = 8;
  int acc_bits = 32;         ///< accumulator, at most 40
  int max_width = 360;       ///< widest feature map
  int max_channels = 512;    ///< most channels of a feature map
  int64_t weight_bytes = 0;  ///< on-chip weight memory; 0: weights stream
  bool operator==(const Engine&) const = default;
};

Json to_json(const Engine& engine);
Engine engine_from_json(const Json& json, const std::string& where);

/// Why no engine exists for a Bundle, or "" when one does.
std::string no_hardware_because(const net::Bundle& bundle);

}  // namespace duet::engine
