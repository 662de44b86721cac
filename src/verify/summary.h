#pragma once
#include <optional>
#include <string>
#include <vector>

#include "verify/check.h"

namespace duet::verify {

/// A design with what came of it.
struct Checked {
  Design design;
  std::optional<Finding> finding;  ///< none where the evaluation did not end
  std::string problem;             ///< why it did not end, or what the finding shows to be wrong; "" for a good design
};

inline constexpr double kMedianLogicError = 0.05;  ///< of LUTs and of FFs, over all designs

/// All designs together; errors and shares are fractions, `*_off` the largest differences.
struct Summary {
  int64_t designs = 0, synthesised = 0, failed = 0;
  int64_t bytes_compared = 0, bytes_differ = 0;
  int64_t cycles_off_worst = 0, dsp_off = 0;
  double bram_off = 0;
  double lut_error_median = 0, lut_error_worst = 0, ff_error_median = 0, ff_error_worst = 0;
  int64_t replayed = 0, netlist_bytes_compared = 0, netlist_bytes_differ = 0;  ///< netlists that were simulated
  double live_outputs_worst = 1;
  int64_t many_multipliers = 0, deep = 0;  ///< designs that have them (verify/draw.h)
};
Summary summarise(const std::vector<Checked>& all);
Json to_json(const Summary& summary);
/// Whether every design is good, and the medians are.
bool holds(const Summary& summary);

/// How often every width, mapping and number of output groups of a unit was drawn, how many different AXI latencies and how many
/// memories with idle cycles, and the least and largest of the other numbers.
Json drawn(const std::vector<Checked>& all);
/// One design's figures.
Json to_json(const Checked& checked);

}  // namespace duet::verify
