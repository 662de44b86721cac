#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "device/device.h"
#include "synth/synth.h"
#include "verify/numbers.h"

namespace duet::verify {

/// What a design takes, predicted and found.
struct Counts {
  device::Resources predicted, synthesised;
  std::vector<synth::ModuleCount> modules;  ///< of the synthesis
};

/// The synthesised netlist against the golden model, with the quiet memory.
struct Replay {
  int64_t bytes_compared = 0, bytes_differ = 0;
  std::string first_difference;
  int64_t frame_cycles = 0;
};

/// What came of one design: the RTL against the golden model, its cycles and resources against the predicted ones.
struct Finding {
  int64_t bytes_compared = 0, bytes_differ = 0;  ///< heads of all frames and maps of the last; with a quiet and a stalling memory
  std::string first_difference;
  int64_t frame_predicted = 0, frame_simulated = 0;  ///< cycles, with the quiet memory
  int64_t latency_predicted = 0, latency_simulated = 0;
  int64_t fill_predicted = 0, fill_simulated = 0;  ///< cycles in which the array waited for tiles that are being made, all frames
  int64_t load_predicted = 0, load_simulated = 0;  ///< ... for rows and streamed weights
  int64_t store_predicted = 0, store_simulated = 0;  ///< ... for room for results
  int64_t read_predicted = 0, read_simulated = 0;    ///< bytes over the bus, all frames
  int64_t written_predicted = 0, written_simulated = 0;
  std::vector<Live> live;
  std::optional<Counts> counts;  ///< where it was synthesised
  std::optional<Replay> replay;  ///< where its netlist was simulated
};
Json to_json(const Finding& finding);
/// Throws Error naming `where` and the key. The modules stay empty.
Finding finding_from_json(const Json& json, const std::string& where);

/// Builds and simulates a design in `folder`, and leaves nothing there. Throws Error when Verilator is missing or fails, or the
/// engine hangs.
Finding run_simulation(const Design& design, const std::filesystem::path& folder, const Progress& progress = {});
/// Synthesises it, likewise, and with `replay` simulates the netlist.
void run_synthesis(const Design& design, const device::Device& device, const std::filesystem::path& folder, bool replay,
                   Finding& finding, const Progress& progress = {});

/// A synthesised count is predicted within this share, at worst.
inline constexpr double kWorstLogicError = 0.15;
/// Share by which the prediction is off.
double lut_error(const Counts& counts);
double ff_error(const Counts& counts);
/// Difference of predicted and simulated cycles: the largest of a frame's, a single frame's and those of the three waits.
int64_t cycles_off(const Finding& finding);

/// What a finding shows to be wrong, in a line, or "".
std::string wrong_with(const Finding& finding);

}  // namespace duet::verify
