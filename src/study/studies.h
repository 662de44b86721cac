#pragma once
// The functions that registry.cpp lists; each stands in its own file.

#include "study/study.h"

namespace duet::study {

Findings study_compression(const Settings& settings, const flow::World& world);
Findings study_bram(const Settings& settings, const flow::World& world);
Findings study_dsp(const Settings& settings, const flow::World& world);

}  // namespace duet::study
