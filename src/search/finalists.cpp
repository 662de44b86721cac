#include <algorithm>
#include <numeric>
#include <set>

#include "search/strategy.h"

namespace duet::search {

Finalists choose_finalists(const std::vector<Proposal>& proposals, int count) {
  std::vector<size_t> order(proposals.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const Verdict &x = proposals[a].verdict, &y = proposals[b].verdict;
    const double further = x.violation(), nearer = y.violation();
    return further != nearer ? further < nearer : x.worth > y.worth;
  });
  Finalists finalists;
  finalists.met = std::any_of(proposals.begin(), proposals.end(), [](const Proposal& p) { return p.verdict.meets(); });
  std::erase_if(order,
                [&](size_t i) { return !proposals[i].verdict.possible || (finalists.met && !proposals[i].verdict.meets()); });
  const auto bundle = [&](size_t i) { return net::name(proposals[i].network.bundle); };
  // Bundle, N and X as text: "p_p_" down-samples in replications 0 and 2 of 4.
  const auto shape = [&](size_t i) {
    std::string text = bundle(i) + ' ';
    for (const auto& replication : proposals[i].network.replications) text += replication.downsample ? 'p' : '_';
    return text;
  };
  std::set<std::string> seen;
  std::vector<size_t> first, later;
  for (size_t i : order) (seen.insert(shape(i)).second ? first : later).push_back(i);
  first.insert(first.end(), later.begin(), later.end());
  if (finalists.met) {  // worth says nothing of how well different Bundles learn, so each Bundle's best come in turns
    std::map<std::string, size_t> place, taken;
    for (size_t i = 0; i < proposals.size(); ++i) place.emplace(bundle(i), i);
    std::vector<std::pair<size_t, size_t>> turn(proposals.size());
    for (size_t i : first) turn[i] = {taken[bundle(i)]++, place[bundle(i)]};
    std::stable_sort(first.begin(), first.end(), [&](size_t a, size_t b) { return turn[a] < turn[b]; });
  }
  first.resize(std::min(first.size(), static_cast<size_t>(count)));
  finalists.chosen = first;
  return finalists;
}

}  // namespace duet::search
