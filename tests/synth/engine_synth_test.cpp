// The estimator's resources against a synthesis of the engine itself.
#include <gtest/gtest.h>

#include "base/files.h"
#include "emit/emit.h"
#include "estimate/estimate.h"
#include "program/program.h"
#include "support/folder.h"
#include "synth/synth.h"

namespace duet {
namespace {

// A design that the fit has not seen (bench/fit_logic.cpp lists those it has).
engine::Engine small_engine() {
  net::Network network = *net::find_known("dnn-a");
  network.input = {3, 32, 40};
  network.replications = {{12, true}, {24, false}};
  engine::Engine e;
  e.in_lanes = 4, e.out_lanes = 12, e.dw_lanes = 2;
  e.weight_bits = 7, e.feature_bits = 8, e.acc_bits = 22;
  e.products = 2;
  return program::size_for(e, network);
}

TEST(EngineSynthesis, CountsAreAsPredicted) {
  test::Folder folder;
  const engine::Engine engine = small_engine();
  base::write_file(folder / "top.sv", emit::top(engine));
  synth::Request request;
  request.top = "duet_top";
  request.sources = emit::rtl_files({}, "xc7");
  request.sources.push_back(folder / "top.sv");
  const device::Device device = device::find_device("pynq-z1");
  const synth::Counts counts = synth::synthesize(request, device, folder / "run");
  const device::Resources predicted = estimate::engine_resources(engine);
  EXPECT_TRUE(counts.unknown_cells.empty()) << counts.unknown_cells[0];
  EXPECT_EQ(counts.resources.dsp, predicted.dsp);
  EXPECT_EQ(counts.resources.bram36, predicted.bram36);
  EXPECT_NEAR(static_cast<double>(predicted.lut) / static_cast<double>(counts.resources.lut), 1, 0.15);
  EXPECT_NEAR(static_cast<double>(predicted.ff) / static_cast<double>(counts.resources.ff), 1, 0.15);
}

}  // namespace
}  // namespace duet
