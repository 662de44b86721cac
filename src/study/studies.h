#pragma once
// The functions that registry.cpp lists; each stands in its own file.

#include "study/study.h"

namespace duet::study {

Measured measure_compression(const Settings& settings, const flow::World& world);
Figure present_compression(const Json& points);
Measured measure_admm(const Settings& settings, const flow::World& world);
Figure present_admm(const Json& points);
Measured measure_backbones(const Settings& settings, const flow::World& world);
Figure present_backbones(const Json& points);
Measured measure_bram(const Settings& settings, const flow::World& world);
Figure present_bram(const Json& points);
Measured measure_dsp(const Settings& settings, const flow::World& world);
Figure present_dsp(const Json& points);
Measured measure_ranking(const Settings& settings, const flow::World& world);
Figure present_ranking(const Json& points);
Measured measure_search(const Settings& settings, const flow::World& world);
Figure present_search(const Json& points);
Measured measure_codesign(const Settings& settings, const flow::World& world);
Figure present_codesign(const Json& points);

}  // namespace duet::study
