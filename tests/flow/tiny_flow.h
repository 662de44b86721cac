#pragma once
// A flow small enough for a test: drawn shapes, one epoch, a device with few DSPs.

#include <filesystem>
#include <string>

#include "base/files.h"
#include "support/shapes.h"

namespace duet::test {

inline const char* const kTinyDevice = R"(
title = "a device for tests"
part = "xc7test"
family = "xc7"
synthesis = "synth_xilinx -family xc7 -nodsp -noiopad -noclkbuf"
clock_mhz = 100
[resources]
lut = 12_000
ff = 24_000
dsp = 40
bram36 = 40
[memory]
bytes_per_second = 1e9
[power]
static_watts = 0.5
)";

/// The TOML; `device` is a device's name or file.
inline std::string tiny_toml(const std::string& device) {
  return "device = \"" + device + R"("
seed = 3
input = [32, 48]
widths = [[8, 8], [6, 6]]
[data]
dir = "shapes"
validation = 0.2
[targets]
fps = 2000
iou = 0.01
mac_per_dsp_cycle = 0.01
[search]
bundles = ["dw3-conv1-bn-relu-max", "dw3-conv1-bn-relu4-max"]
draw = 4
prototypes = 2
prototype_epochs = 3
prototype_replications = 2
prototype_channels = 8
scouts = 4
proposals = 220
finalists = 3
min_replications = 2
max_replications = 4
min_stride = 4
max_stride = 4
max_channels = 64
[train]
epochs = 2
final_epochs = 4
quantize_epochs = 1
batch = 8
)";
}

/// Writes shapes/, device.toml and tiny.toml into a folder.
inline void write_tiny_flow(const std::filesystem::path& folder) {
  write_shapes(folder / "shapes", 40, 12, 1, 96, 64);
  base::write_file(folder / "device.toml", kTinyDevice);
  base::write_file(folder / "tiny.toml", tiny_toml((folder / "device.toml").string()));
}

}  // namespace duet::test
