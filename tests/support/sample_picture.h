#pragma once
#include <string>

#include "base/rng.h"
#include "report/report.h"

namespace duet::test {

/// The bytes of a JPEG: a made-up landscape with a bright object in `box`.
std::string sample_jpeg(int width, int height, const report::PictureBox& box, Rng& rng);

}  // namespace duet::test
