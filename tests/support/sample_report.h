#pragma once
#include "report/report.h"

namespace duet::test {

/// A made-up run for tests of the page: every figure is drawn from `seed` or by rule of thumb and none was measured.
report::Report sample_report(uint64_t seed);

/// A made-up run that ended badly: targets missed, one Bundle, nothing simulated, no pictures, names of awkward length and text.
report::Report sample_failed_report();

}  // namespace duet::test
