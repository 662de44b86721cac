#pragma once
#include <functional>
#include <string>

namespace duet {

/// How long work reports itself. The library never prints: `cli` draws a bar with the time left, or plain lines.
/// `done` of `total` units (same unit throughout one task), `note` a few words such as "loss 0.42".
using Progress = std::function<void(double done, double total, const std::string& note)>;

}  // namespace duet
