#pragma once
// Which of several trained designs is the one: the Pareto set, and rules that pick from it.

#include <optional>
#include <string>
#include <vector>

namespace duet::search {

struct Trained {
  double iou = 0, fps = 0, watts = 0;
};

/// Those that no other dominates: none has an IoU as high, as many frames a second and as few watts, one of them better. In the
/// order given.
std::vector<size_t> pareto_set(const std::vector<Trained>& designs);

/// Joules a picture.
double energy(const Trained& design);

/// The score of the design contests of DAC 2018 to 2020: IoU x (1 + max(0, 1 + 0.2 log2(E_mean / E))), with E the energy of a
/// picture, as all see equally many, and `mean_energy` its mean over the contestants; IoU counts only as far as the design
/// reaches 5 frames a second.
double contest_score(const Trained& design, double mean_energy);
/// Each design's, the others being the contestants.
std::vector<double> contest_scores(const std::vector<Trained>& designs);

inline constexpr const char* kRules[] = {"iou", "score", "fps", "watts"};
/// The best by one of kRules; ties: the first. For "fps" and "watts" only designs with an IoU of at least `iou` count, where
/// there are any; else the highest IoU.
size_t choose(const std::vector<Trained>& designs, const std::string& rule, std::optional<double> iou);

}  // namespace duet::search
