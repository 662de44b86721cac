#include <algorithm>

#include "base/error.h"
#include "estimate/estimator.h"
#include "estimate/logic.h"
#include "estimate/power.h"
#include "program/program.h"

namespace duet::estimate {
namespace {

double share(double used, double available) { return available > 0 ? used / available : used > 0 ? 1e9 : 0; }

Json to_json(const device::Resources& r) { return {{"lut", r.lut}, {"ff", r.ff}, {"dsp", r.dsp}, {"bram36", r.bram36}}; }

}  // namespace

const Estimate& Estimator::operator()(const net::Network& network, const engine::Engine& engine, const device::Device& device) {
  const program::Program& program = compile_(network, engine);
  const program::Cycles& cycles = predict_(program, program::memory_of(device, device.clock_mhz));
  Estimate& e = estimate_;
  e.cycles = cycles.frame;
  e.latency_cycles = cycles.latency;
  e.bytes_read = cycles.bytes_read;
  e.bytes_written = cycles.bytes_written;
  e.memory_bytes = program::memory_bytes(program);
  e.layers.clear(), e.macs = 0;
  for (size_t i = 0; i < cycles.layers.size(); ++i) {
    const program::LayerCycles& layer = cycles.layers[i];
    e.layers.push_back({layer.part, layer.total, layer.compute, layer.fill, layer.load, layer.store, program.layers[i].macs});
    e.macs += program.layers[i].macs;
  }
  e.resources = engine_resources(engine);
  const LutMultipliers multipliers = lut_multipliers(engine);
  e.lut_multipliers = multipliers.count, e.lut_multiplier_luts = multipliers.lut;
  e.power = power(e.resources, device, e.fps(device.clock_mhz), e.bytes_read + e.bytes_written);
  e.watts = e.power.total();
  return e;
}

Estimate estimate(const net::Network& network, const engine::Engine& engine, const device::Device& device) {
  return Estimator()(network, engine, device);
}

double excess(const device::Resources& design, const device::Resources& device) {
  const device::Resources limit = device::usable(device);
  const double most =
      std::max({share(static_cast<double>(design.lut), static_cast<double>(limit.lut)),
                share(static_cast<double>(design.ff), static_cast<double>(limit.ff)),
                share(static_cast<double>(design.dsp), static_cast<double>(limit.dsp)), share(design.bram36, limit.bram36)});
  return std::max(0.0, most - 1);
}

Json to_json(const Estimate& e, const device::Device& device) {
  Json layers = Json::array();
  for (const LayerCycles& l : e.layers)
    layers.push_back({{"name", l.part.name()},
                      {"cycles", l.total},
                      {"compute", l.compute},
                      {"fill", l.fill},
                      {"load", l.load},
                      {"store", l.store},
                      {"macs", l.macs}});
  const double mac_rate = static_cast<double>(e.macs) / static_cast<double>(e.cycles);
  return {{"device", device.name},
          {"clock_mhz", device.clock_mhz},
          {"cycles", e.cycles},
          {"latency_cycles", e.latency_cycles},
          {"fps", e.fps(device.clock_mhz)},
          {"resources", to_json(e.resources)},
          {"lut_multipliers", e.lut_multipliers},
          {"lut_multiplier_luts", e.lut_multiplier_luts},
          {"fits", device::fits(e.resources, device.resources)},
          {"bytes_read", e.bytes_read},
          {"bytes_written", e.bytes_written},
          {"watts_estimate", e.watts},
          {"power",
           {{"board", e.power.board},
            {"logic", e.power.logic},
            {"dsp", e.power.dsp},
            {"bram", e.power.bram},
            {"memory", e.power.memory}}},
          {"macs", e.macs},
          {"mac_per_dsp_cycle", mac_rate / static_cast<double>(std::max<int64_t>(1, e.resources.dsp))},
          {"mac_per_device_dsp_cycle", mac_rate / static_cast<double>(std::max<int64_t>(1, device.resources.dsp))},
          {"layers", layers}};
}

}  // namespace duet::estimate
