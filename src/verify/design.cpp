#include "verify/design.h"

#include <fmt/core.h>

#include "base/fields.h"

namespace duet::verify {
namespace {

constexpr int64_t kMost = 1'000'000;  // of a memory's latency, bursts and gaps

Json to_json(const program::Memory& memory) {
  return {
      {"latency", memory.latency}, {"outstanding", memory.outstanding}, {"gap_num", memory.gap_num}, {"gap_den", memory.gap_den}};
}

program::Memory memory_from_json(const Json& json, const std::string& where) {
  base::only_keys(json, {"latency", "outstanding", "gap_num", "gap_den"}, where);
  const auto field = [&](const char* key, int lo) { return static_cast<int>(base::int_field(json, key, lo, kMost, where)); };
  return {field("latency", 0), field("outstanding", 1), field("gap_num", 0), field("gap_den", 1)};
}

}  // namespace

Json to_json(const Design& design) {
  return {{"network", net::to_json(design.network)},  {"weight_bits", design.weight_bits}, {"feature_bits", design.feature_bits},
          {"engine", engine::to_json(design.engine)}, {"memory", to_json(design.memory)},  {"seed", std::to_string(design.seed)}};
}

Design design_from_json(const Json& json, const std::string& where) {
  base::only_keys(json, {"network", "weight_bits", "feature_bits", "engine", "memory", "seed"}, where);
  Design design;
  design.network = net::network_from_json(base::field(json, "network", where), where + ": network");
  design.engine = engine::engine_from_json(base::field(json, "engine", where), where + ": engine");
  design.weight_bits = static_cast<int>(base::int_field(json, "weight_bits", 2, design.engine.weight_bits, where));
  design.feature_bits = static_cast<int>(base::int_field(json, "feature_bits", 2, design.engine.feature_bits, where));
  design.memory = memory_from_json(base::field(json, "memory", where), where + ": memory");
  const std::string seed = base::text_field(json, "seed", where);  // 64 bits are more than a JSON number holds everywhere
  if (seed.empty() || seed.size() > 20 || seed.find_first_not_of("0123456789") != std::string::npos)
    throw Error("'" + seed + "' is no whole number", where + ": seed", "write it in decimal digits");
  design.seed = std::stoull(seed);
  return design;
}

std::string describe(const Design& design) {
  const engine::Engine& e = design.engine;
  std::string text =
      fmt::format("{}x{}+{} W{}F{} acc {}", e.in_lanes, e.out_lanes, e.dw_lanes, e.weight_bits, e.feature_bits, e.acc_bits);
  if (e.products > 1) text += e.products == 2 ? ", pairs" : e.products == 4 ? ", fours" : ", rows";
  if (runs_quads(design)) text += engine::nibbles(design.engine) ? ", two columns at once" : ", quads";
  if (e.dw_in_luts) text += ", dw in LUTs";
  text += fmt::format("; {} on {}x{}", net::name(design.network.bundle), design.network.input.height, design.network.input.width);
  for (const net::Replication& r : design.network.replications) text += fmt::format(" {}{}", r.channels, r.downsample ? "p" : "");
  if (const auto& bypass = design.network.bypass) text += fmt::format(" bypass {}-{}", bypass->from, bypass->to);
  if (design.weight_bits != e.weight_bits || design.feature_bits != e.feature_bits)
    text += fmt::format(" W{}F{}", design.weight_bits, design.feature_bits);
  return text + fmt::format("; latency {}", design.memory.latency);
}

bool runs_quads(const Design& design) {
  const net::Bundle& bundle = design.network.bundle;
  return engine::quads(design.engine) && bundle.layers.front().depthwise && bundle.pool == net::Pool::max &&
         design.network.replications.front().downsample && !(design.network.bypass && design.network.bypass->from == 0);
}

int multipliers(const Design& design) { return design.engine.in_lanes * design.engine.out_lanes; }

}  // namespace duet::verify
