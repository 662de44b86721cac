#include "search/choose.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "search/select.h"

namespace duet::search {
namespace {

constexpr double kSlowest = 5;  // frames a second, of the contest

}  // namespace

std::vector<size_t> pareto_set(const std::vector<Trained>& designs) {
  const auto costs = [&](size_t i) { return std::vector<double>{-designs[i].iou, -designs[i].fps, designs[i].watts}; };
  std::vector<size_t> set;
  for (size_t i = 0; i < designs.size(); ++i) {
    bool dominated = false;
    for (size_t j = 0; j < designs.size(); ++j) dominated = dominated || dominates(costs(j), costs(i));
    if (!dominated) set.push_back(i);
  }
  return set;
}

double energy(const Trained& design) { return design.watts / design.fps; }

double contest_score(const Trained& design, double mean_energy) {
  const double iou = design.iou * std::min(1.0, design.fps / kSlowest);
  return iou * (1 + std::max(0.0, 1 + 0.2 * std::log2(mean_energy / energy(design))));
}

std::vector<double> contest_scores(const std::vector<Trained>& designs) {
  double mean = 0;
  for (const Trained& design : designs) mean += energy(design) / static_cast<double>(designs.size());
  std::vector<double> scores;
  for (const Trained& design : designs) scores.push_back(contest_score(design, mean));
  return scores;
}

size_t choose(const std::vector<Trained>& designs, const std::string& rule, std::optional<double> iou) {
  DUET_CHECK(!designs.empty());
  const auto accurate = [&](const Trained& d) { return !iou || d.iou >= *iou; };
  const std::vector<double> scores = contest_scores(designs);
  std::vector<double> worth;
  for (size_t i = 0; i < designs.size(); ++i) {
    const Trained& d = designs[i];
    worth.push_back(rule == "score" ? scores[i] : rule == "fps" ? d.fps : rule == "watts" ? -d.watts : d.iou);
    if ((rule == "fps" || rule == "watts") && !accurate(d)) worth.back() = -1e9 + d.iou;  // behind all that are
  }
  return static_cast<size_t>(std::max_element(worth.begin(), worth.end()) - worth.begin());
}

}  // namespace duet::search
