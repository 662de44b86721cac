#include <fmt/core.h>

#include <memory>

#include "cli/verb.h"
#include "device/device.h"

namespace duet::cli {
namespace {

Json to_json(const device::Device& d) {
  return {
      {"name", d.name},
      {"title", d.title},
      {"part", d.part},
      {"family", device::to_string(d.family)},
      {"dsp_block", device::dsp_name(d.family)},
      {"resources", {{"lut", d.resources.lut}, {"ff", d.resources.ff}, {"dsp", d.resources.dsp}, {"bram36", d.resources.bram36}}},
      {"single_port_kbit", d.single_port_kbit},
      {"memory_bytes_per_second", d.memory_bytes_per_second},
      {"clock_mhz", d.clock_mhz},
      {"static_watts", d.static_watts},
      {"synthesis", d.synthesis}};
}

void print_table(const std::vector<device::Device>& devices) {
  print(fmt::format("{:<12} {:>8} {:>8} {:>5} {:<11} {:>7} {:>8} {:>6}  {}", "name", "LUT", "FF", "DSP", "kind", "BRAM36", "GB/s",
                    "MHz", "board"));
  for (const auto& d : devices)
    print(fmt::format("{:<12} {:>8} {:>8} {:>5} {:<11} {:>7.1f} {:>8.3f} {:>6.0f}  {}", d.name, d.resources.lut, d.resources.ff,
                      d.resources.dsp, device::dsp_name(d.family), d.resources.bram36, d.memory_bytes_per_second / 1e9,
                      d.clock_mhz, d.title));
}

}  // namespace

void add_devices(CLI::App& app) {
  auto json = std::make_shared<bool>(false);
  auto only = std::make_shared<std::string>();
  CLI::App* verb = add_verb(
      app, "devices", "List the FPGAs that duet knows (devices/*.toml)", "duet devices",
      [json, only] {
        std::vector<device::Device> devices;
        if (!only->empty())
          devices.push_back(device::find_device(*only));
        else
          for (const auto& name : device::device_names()) devices.push_back(device::find_device(name));
        if (!*json) return print_table(devices);
        Json list = Json::array();
        for (const auto& d : devices) list.push_back(to_json(d));
        print_json({{"devices", list}});
      },
      true);
  verb->add_option("name", *only, "One device only: a name, or the path of a device file");
  add_json_flag(verb, *json);
}

}  // namespace duet::cli
