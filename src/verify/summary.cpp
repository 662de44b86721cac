#include "verify/summary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "verify/draw.h"

namespace duet::verify {
namespace {

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double worst(const std::vector<double>& values) { return values.empty() ? 0 : *std::max_element(values.begin(), values.end()); }

bool is_deep(const Design& design) {
  const auto& replications = design.network.replications;
  return replications.size() >= kManyBundles &&
         std::all_of(replications.begin(), replications.end(), [](const auto& r) { return r.channels >= kManyChannels; });
}

void add(const Finding& f, Summary& sum) {
  sum.bytes_compared += f.bytes_compared;
  sum.bytes_differ += f.bytes_differ;
  sum.cycles_off_worst = std::max(sum.cycles_off_worst, cycles_off(f));
  sum.live_outputs_worst = std::min(sum.live_outputs_worst, least(f.live));
}

using Numbers = std::map<std::string, int64_t>;  // a design's drawn numbers by name

Numbers numbers_of(const Design& d) {
  const engine::Engine& e = d.engine;
  return {{"accumulator_bits", e.acc_bits},
          {"axi_latency", d.memory.latency},
          {"picture_height", d.network.input.height},
          {"picture_width", d.network.input.width},
          {"replications", static_cast<int64_t>(d.network.replications.size())},
          {"input_lanes", e.in_lanes},
          {"output_lanes", e.out_lanes},
          {"dw_lanes", e.dw_lanes},
          {"multipliers", multipliers(d)}};
}

std::string mapping_of(const Design& d) {
  std::string text = d.engine.products == 1   ? "single"
                     : d.engine.products == 2 ? "pairs"
                     : d.engine.products == 4 ? "fours"
                                              : "rows";
  if (runs_quads(d)) text += engine::nibbles(d.engine) ? ", two columns at once" : ", quads";
  if (d.engine.dw_in_luts) text += ", dw in LUTs";
  return text;
}

}  // namespace

Summary summarise(const std::vector<Checked>& all) {
  Summary sum;
  std::vector<double> luts, ffs;
  for (const Checked& one : all) {
    ++sum.designs;
    sum.failed += !one.problem.empty();
    sum.many_multipliers += multipliers(one.design) >= kManyMultipliers;
    sum.deep += is_deep(one.design);
    if (!one.finding) continue;
    add(*one.finding, sum);
    if (!one.finding->counts) continue;
    const Counts& counts = *one.finding->counts;
    ++sum.synthesised;
    sum.dsp_off = std::max(sum.dsp_off, std::abs(counts.predicted.dsp - counts.synthesised.dsp));
    sum.bram_off = std::max(sum.bram_off, std::abs(counts.predicted.bram36 - counts.synthesised.bram36));
    luts.push_back(lut_error(counts));
    ffs.push_back(ff_error(counts));
    if (!one.finding->replay) continue;
    ++sum.replayed;
    sum.netlist_bytes_compared += one.finding->replay->bytes_compared;
    sum.netlist_bytes_differ += one.finding->replay->bytes_differ;
  }
  sum.lut_error_median = median(luts), sum.lut_error_worst = worst(luts);
  sum.ff_error_median = median(ffs), sum.ff_error_worst = worst(ffs);
  return sum;
}

Json to_json(const Summary& s) {
  return {{"designs", s.designs},
          {"synthesised", s.synthesised},
          {"failed", s.failed},
          {"bytes_compared", s.bytes_compared},
          {"bytes_differ", s.bytes_differ},
          {"cycles_off_worst", s.cycles_off_worst},
          {"dsp_off", s.dsp_off},
          {"bram_off", s.bram_off},
          {"lut_error_median", s.lut_error_median},
          {"lut_error_worst", s.lut_error_worst},
          {"ff_error_median", s.ff_error_median},
          {"ff_error_worst", s.ff_error_worst},
          {"netlists", s.replayed},
          {"netlist_bytes_compared", s.netlist_bytes_compared},
          {"netlist_bytes_differ", s.netlist_bytes_differ},
          {"live_outputs_worst", s.live_outputs_worst},
          {"designs_64_multipliers", s.many_multipliers},
          {"designs_3_bundles_32_channels", s.deep}};
}

bool holds(const Summary& s) {
  return s.failed == 0 && s.lut_error_median <= kMedianLogicError && s.ff_error_median <= kMedianLogicError;
}

Json drawn(const std::vector<Checked>& all) {
  std::map<std::string, std::map<int, int>> counts;
  std::map<std::string, int> mappings, bundles, families;
  std::set<int> latencies;
  int gaps = 0, bypasses = 0;
  std::map<std::string, std::pair<int64_t, int64_t>> ends;
  for (const Checked& one : all) {
    const Design& d = one.design;
    ++counts["weight_bits"][d.engine.weight_bits];
    ++counts["feature_bits"][d.engine.feature_bits];
    ++counts["unit_groups"][d.engine.unit_groups];
    latencies.insert(d.memory.latency);
    gaps += d.memory.gap_num > 0;
    bypasses += d.network.bypass.has_value();
    ++mappings[mapping_of(d)];
    ++bundles[net::name(d.network.bundle)];
    ++families[device::to_string(d.engine.family)];
    for (const auto& [name, value] : numbers_of(d)) {
      const auto& [end, first] = ends.try_emplace(name, value, value);
      end->second = {std::min(end->second.first, value), std::max(end->second.second, value)};
    }
  }
  Json json = Json::object();
  for (const auto& [name, values] : counts)
    for (const auto& [value, count] : values) json[name][std::to_string(value)] = count;
  json["mappings"] = mappings;
  json["bundles"] = bundles;
  json["families"] = families;
  json["different_axi_latencies"] = latencies.size();
  json["memories_with_idle_cycles"] = gaps;
  json["bypasses"] = bypasses;
  for (const auto& [name, range] : ends) json[name] = {range.first, range.second};
  return json;
}

Json to_json(const Checked& one) {
  Json json{{"design", describe(one.design)}, {"problem", one.problem}};
  if (!one.finding) return json;
  const Finding& f = *one.finding;
  json["cycles"] = f.frame_simulated;
  json["cycles_off"] = cycles_off(f);
  json["bytes_differ"] = f.bytes_differ;
  for (const Live& live : f.live) json["live_outputs"][live.node] = live.share;
  if (!f.counts) return json;
  const device::Resources &found = f.counts->synthesised, &predicted = f.counts->predicted;
  json["lut"] = found.lut, json["lut_predicted"] = predicted.lut;
  json["ff"] = found.ff, json["ff_predicted"] = predicted.ff;
  json["dsp"] = found.dsp, json["dsp_predicted"] = predicted.dsp;
  json["bram36"] = found.bram36, json["bram36_predicted"] = predicted.bram36;
  return json;
}

}  // namespace duet::verify
