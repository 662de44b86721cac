#include "cli/arguments.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"

namespace duet::cli {

net::Network read_network(const std::string& name_or_path) {
  if (const net::Network* known = net::find_known(name_or_path)) return *known;
  const bool is_path = name_or_path.find('/') != std::string::npos || name_or_path.find('.') != std::string::npos;
  if (is_path || std::filesystem::exists(name_or_path))
    return net::network_from_json(base::read_json(name_or_path), name_or_path);
  const std::string near = base::nearest(name_or_path, net::known_networks());
  throw Error("unknown network", name_or_path,
              near.empty() ? "give a network.json, or one of dnn-a, dnn-b, dnn-c" : "did you mean '" + near + "'?");
}

engine::Engine read_engine(const std::string& path, const device::Device& device) {
  const engine::Engine engine = engine::engine_from_json(base::read_json(path), path);
  if (engine.family != device.family)
    throw Error("the engine is made of " + device::to_string(engine.family) + "'s multipliers and memories, " + device.name +
                    " has " + device::to_string(device.family) + "'s",
                path, "name a device of its family (--device), or let duet choose an engine");
  return engine;
}

CLI::Option* add_widths(CLI::App* verb, Widths& widths) {
  return verb->add_option("--widths", widths.bits, "Bits of weights and features, 2..16 each: 8,8")->delimiter(',');
}

void check(const Widths& widths) {
  const bool right =
      widths.bits.size() == 2 && std::all_of(widths.bits.begin(), widths.bits.end(), [](int b) { return b >= 2 && b <= 16; });
  if (!right) throw Error("must be two numbers of 2..16", "--widths", "write --widths 8,8 for 8-bit weights and 8-bit features");
}

}  // namespace duet::cli
