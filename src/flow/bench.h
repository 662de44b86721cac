#pragma once
// The accelerator bench: the paper's networks on the paper's board, simulated and synthesised, against the most that its DSPs
// can do.

#include <string>
#include <vector>

#include "flow/steps.h"

namespace duet::flow {

/// A network at its widths with what its accelerator is measured against.
struct BenchRow {
  const char* network;  ///< as net::find_known knows it
  Widths widths;
  int products;              ///< of one DSP and cycle at these widths, for the roofline
  int64_t most_cycles;       ///< ceiling of the cycles of a frame
  double least_ratio;        ///< roofline's cycles over the frame's, at least
  const char* paper;         ///< what the paper says of it, or "-"
  std::string name() const;  ///< "dnn-a:16,8"
};

/// Every row, in the order of the table.
const std::vector<BenchRow>& bench_rows();
/// Rows by name. Throws Error for one that is not in the table, with the nearest.
std::vector<BenchRow> bench_rows(const std::vector<std::string>& names);

/// Adds to a row's "reason" what it promises and its figures do not keep: its ceilings, no byte different, cycles as predicted,
/// at most 8 levels of logic, what is usable of the device. Figures that are null promise nothing.
void judge(const device::Device& device, Json& row);

/// Runs the rows on the Pynq-Z1 at its clock, each on the engine that the inner search over parallel factors chooses:
/// {"device", "clock_mhz", "rows": [...]}. A row that does not keep its ceilings, whose network has no engine that fits or whose
/// evaluation failed has a "reason"; figures that are not there are null, and "excess" says by how much the nearest engine is too
/// large.
Json bench_accelerator(const std::vector<BenchRow>& rows, const World& world);

}  // namespace duet::flow
