#pragma once
// Every study; each stands in a file of its name.

#include "study/study.h"

namespace duet::study {

extern const Study compression, admm, backbones, bram, dsp, ranking, search, codesign;

}  // namespace duet::study
