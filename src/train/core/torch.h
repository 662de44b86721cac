#pragma once
// The only header of libtorch that the core includes: precompiled, since it costs 10-20 s.
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>
