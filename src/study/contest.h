#pragma once
// Designs side by side: the same training for each network, then its integers, its accelerator simulated and synthesised.

#include <string>
#include <vector>

#include "flow/specs.h"
#include "study/study.h"

namespace duet::study {

struct Contestant {
  std::string name, group;
  net::Network network;
  flow::Widths widths;
};

/// What each contestant gets.
struct Budget {
  int epochs = 1, tune = 1;  ///< in float; of fine-tuning
  std::vector<uint64_t> seeds;
};

/// Where everything of a study runs: the device with its clock, the pictures, how much is done at once.
struct Course {
  const flow::Config& config;
  const flow::Packs& packs;
  const flow::World& world;
  int threads = 1;
};

/// Networks trained in float with one seed; outcomes in their order.
std::vector<evaluate::Outcome> train_all(const std::vector<net::Network>& networks, int epochs, uint64_t seed,
                                         const Course& course);
/// Each of these trainings fine-tuned at its widths; one that failed stays as it is.
std::vector<evaluate::Outcome> tune_all(const std::vector<evaluate::Outcome>& trained, const std::vector<flow::Widths>& widths,
                                        int epochs, uint64_t seed, const Course& course);
/// IoU on the validation part, or nothing.
std::optional<double> validation(const evaluate::Outcome& outcome);

/// A row for each contestant: "name", "group", "network", "weight_bits", "feature_bits", "iou" (mean of the seeds on the test
/// part, of integers), "ious", "iou_validation", "fps", "cycles_simulated", "cycles_predicted", "bytes_differ", "power_w" (an
/// estimate), "images_per_watt" (a second), "lut", "ff", "dsp", "bram36" (synthesised). A figure that was not made is null, and
/// a note says why.
std::vector<Json> hold(const std::vector<Contestant>& contestants, const Budget& budget, const Course& course,
                       std::vector<std::string>& notes);

}  // namespace duet::study
